/* The rules of the engine, as the API shows them. */
#include "modules/findings/internal.h"
#include "plausibility/check.h"

struct finding_rule {
    struct str code, kind, title, title_en, test, test_en;
};
static const struct field finding_rule_fields[] = {
    FIELD(struct finding_rule, code, "规则代码", "Code of the rule"),
    FIELD(struct finding_rule, kind, "性质", "Kind"),
    FIELD(struct finding_rule, title, "名称", "Name"),
    FIELD(struct finding_rule, title_en, "英文名", "English name"),
    FIELD(struct finding_rule, test, "查什么", "What it looks for"),
    FIELD(struct finding_rule, test_en, "英文", "In English"),
};
static const SHAPE(finding_rule);

struct finding_rules {
    struct records items;
};
static const struct field finding_rules_fields[] = {
    FIELD(struct finding_rules, items, "规则", "Rules", .of = &finding_rule_shape),
};
static const SHAPE(finding_rules);

SHARED_HANDLER(finding_rule_list, nothing, finding_rules)
{
    struct finding_rule *all = arena_array(ctx->arena, rule_count, sizeof(*all));
    (void)in;
    for (size_t i = 0; i < rule_count; i++)
        all[i] =
            (struct finding_rule){str_of(rules[i].name),  str_of(finding_kind_names[rules[i].kind]),
                                  str_of(rules[i].title), str_of(rules[i].title_en),
                                  str_of(rules[i].test),  str_of(rules[i].test_en)};
    out->items = (struct records){all, rule_count};
    return E_OK;
}
