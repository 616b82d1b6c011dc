#include "core/rules.h"

#include "core/proposal.h"
#include "rules.sql.h"

static const struct {
    const char *key;
    int64_t standard, least, most;
    const char *zh, *en;
} infos[RULE_COUNT] = {
#define RULE_INFO(code, key, standard, least, most, zh, en)                                        \
    [code] = {key, standard, least, most, zh, en},
    RULES(RULE_INFO)
#undef RULE_INFO
};

struct setting {
    struct str code;
    int64_t value, standard, least, most;
    struct str name, name_en;
};
static const struct field setting_fields[] = {
    FIELD(struct setting, code, "名称", "Name", USE_OUT),
    FIELD(struct setting, value, "值", "Value", .required = true),
    FIELD(struct setting, standard, "缺省值", "Standard", USE_OUT),
    FIELD(struct setting, least, "最小", "Least", USE_OUT),
    FIELD(struct setting, most, "最大", "Most", USE_OUT),
    FIELD(struct setting, name, "含义", "Meaning", USE_OUT),
    FIELD(struct setting, name_en, "英文含义", "Meaning in English", USE_OUT),
};
static const SHAPE(setting);

struct settings {
    struct records items;
};
static const struct field settings_fields[] = {
    FIELD(struct settings, items, "设置", "Settings", .of = &setting_shape),
};
static const SHAPE(settings);

enum error rule_value(struct ctx *ctx, enum rule rule, int64_t *value)
{
    enum error error =
        db_number(ctx, &sql_rule_find, ARGS(arg_text("code", str_of(infos[rule].key))), value);
    if (error == E_NOT_FOUND) {
        *value = infos[rule].standard;
        return E_OK;
    }
    return error;
}

static enum error describe(struct ctx *ctx, enum rule rule, struct setting *out)
{
    *out = (struct setting){.code = str_of(infos[rule].key),
                            .standard = infos[rule].standard,
                            .least = infos[rule].least,
                            .most = infos[rule].most,
                            .name = str_of(infos[rule].zh),
                            .name_en = str_of(infos[rule].en)};
    return rule_value(ctx, rule, &out->value);
}

SHARED_HANDLER(rule_list, nothing, settings)
{
    (void)in;
    struct setting *all = arena_array(ctx->arena, RULE_COUNT, sizeof(*all));
    for (size_t rule = 0; rule < RULE_COUNT; rule++) {
        enum error error = describe(ctx, (enum rule)rule, &all[rule]);
        if (error)
            return error;
    }
    out->items = (struct records){all, RULE_COUNT};
    return E_OK;
}

SHARED_HANDLER(rule_change, setting, setting)
{
    size_t rule = 0;
    while (rule < RULE_COUNT && !str_is(in->code, infos[rule].key))
        rule++;
    if (rule == RULE_COUNT)
        return E_NOT_FOUND;
    if (in->value < infos[rule].least || in->value > infos[rule].most)
        return complain(ctx, STR("value"), "应在 %lld 到 %lld 之间", "must be from %lld to %lld",
                        (long long)infos[rule].least, (long long)infos[rule].most);
    enum error error = approval_required(ctx);
    if (!error)
        error = db_do(ctx, &sql_rule_set, FROM(setting, in));
    return error ? error : describe(ctx, (enum rule)rule, out);
}
