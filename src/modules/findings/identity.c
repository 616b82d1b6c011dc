/* Which finding it is, and whose. */
#include <stdlib.h>

#include "modules/findings/checked.h"

static int compare_places(const void *one, const void *other, void *figures)
{
    const struct checked_figure *all = figures;
    return str_compare(all[*(const size_t *)one].fact_id, all[*(const size_t *)other].fact_id);
}

/* What a revision can change and a rule can look at. */
static void digest_figure(struct arena *arena, struct digest *digest, const struct figure_set *set,
                          const struct checked_figure *figure)
{
    digest_part(digest, figure->fact_id);
    digest_part(digest, figure_indicator(set, figure)->code);
    digest_part(digest, figure->area_code);
    digest_part(digest, figure->period);
    digest_part(digest, arena_print(arena, "%.17g", figure->value));
    digest_part(digest, arena_print(arena, "%.17g", figure->value_high));
    digest_part(digest, figure->unit);
    digest_part(digest, figure->scope);
    digest_number(digest, figure->definition_version);
    digest_number(digest, figure->status);
    digest_number(digest, figure->measure);
    digest_number(digest, figure->approximation);
}

struct str finding_identity(struct arena *arena, const struct figure_set *set,
                            const struct finding *finding)
{
    size_t *places = arena_array(arena, finding->figure_count, sizeof(*places));
    char hex[DIGEST_HEX + 1];
    struct digest *digest = digest_begin(DIGEST_SHA256);
    memcpy(places, finding->figures, finding->figure_count * sizeof(*places));
    qsort_r(places, finding->figure_count, sizeof(*places), compare_places, set->figures);
    digest_part(digest, str_of(finding->rule->name));
    for (size_t i = 0; i < finding->figure_count; i++)
        digest_figure(arena, digest, set, &set->figures[places[i]]);
    if (!digest_end(digest, hex))
        arena_exhausted(arena);
    return arena_print(arena, "%.*s", FINDING_IDENTITY, hex);
}

static struct str common_owner(struct str owner, struct str of_figure)
{
    return owner.data && of_figure.data && str_equal(owner, of_figure) ? owner : STR_NONE;
}

struct finding_access finding_access(const struct checked_set *checked,
                                     const struct finding *finding)
{
    const struct checked_figure *figures = checked->set.figures;
    const struct figure_origin *origins = checked->origins;
    size_t first = finding->figures[0];
    bool confidential = false;
    struct finding_access access = {VISIBILITY_PUBLIC, figures[first].area_code,
                                    origins[first].department_code};
    for (size_t i = 0; i < finding->figure_count; i++) {
        size_t place = finding->figures[i];
        int64_t visibility = origins[place].visibility;
        access.visibility = visibility > access.visibility ? visibility : access.visibility;
        if (visibility <= VISIBILITY_GOVERNMENT)
            continue;
        access.area_code = confidential ? common_owner(access.area_code, figures[place].area_code)
                                        : figures[place].area_code;
        access.department_code =
            confidential ? common_owner(access.department_code, origins[place].department_code)
                         : origins[place].department_code;
        confidential = true;
    }
    return access;
}
