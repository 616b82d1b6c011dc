#include "plausibility/rules.h"

const char *const finding_kind_names[] = {"contradiction", "question", "not_joinable", "notice",
                                          NULL};

static uint32_t empty_scope(const struct figure_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (!set->figures[i].scope.length)
            return set->figures[i].key_scope;
    return UINT32_MAX;
}

struct findings plausibility_check(struct arena *arena, const struct figure_set *set)
{
    struct findings findings = {0};
    struct check check = {
        .arena = arena, .set = set, .findings = &findings, .no_scope = empty_scope(set)};
    for (size_t i = 0; i < rule_count; i++) {
        check.rule = &rules[i];
        rules[i].find(&check);
    }
    return findings;
}

static struct finding *next_finding(struct check *check)
{
    struct findings *findings = check->findings;
    if (findings->count == FINDINGS_MAX) {
        findings->truncated = true;
        return NULL;
    }
    if (findings->count == check->capacity) {
        size_t capacity = check->capacity ? 2 * check->capacity : 64;
        findings->list =
            arena_grow(check->arena, findings->list, check->capacity * sizeof(*findings->list),
                       capacity * sizeof(*findings->list));
        check->capacity = capacity;
    }
    return &findings->list[findings->count++];
}

void report(struct check *check, const size_t *figures, size_t count, struct str statement,
            struct str statement_en, struct str arithmetic)
{
    struct finding *finding = next_finding(check);
    if (!finding)
        return;
    size_t *kept = arena_array(check->arena, FINDING_FIGURES_MAX, sizeof(*kept)), kept_count = 0;
    for (size_t i = 0; i < count && kept_count < FINDING_FIGURES_MAX; i++) {
        size_t seen = 0;
        while (seen < kept_count && kept[seen] != figures[i])
            seen++;
        if (seen == kept_count && figures[i] != FIGURE_NONE)
            kept[kept_count++] = figures[i];
    }
    *finding = (struct finding){.rule = check->rule,
                                .figures = kept,
                                .figure_count = kept_count,
                                .statement = statement,
                                .statement_en = statement_en,
                                .arithmetic = arithmetic};
}
