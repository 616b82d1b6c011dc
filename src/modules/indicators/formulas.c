/* Whether a formula may stand: it is one, its indicators are there, its units fit, and it does not
 * lead back to itself. */
#include "modules/indicators/internal.h"
#include "stats/expression.h"

static bool unit_of_indicator(void *state, struct str name, struct quantity *quantity)
{
    struct indicator indicator;
    struct ctx *ctx = state;
    *quantity = (struct quantity){1, {1, 1}, UNIT_ONE};
    return !indicator_find(ctx, name, &indicator) && unit_parse(indicator.unit, &quantity->unit);
}

static struct str unit_words(struct arena *arena, const struct unit *unit)
{
    struct buf out = {.arena = arena};
    unit_print(&out, unit);
    return arena_str(arena, buf_str(&out));
}

static enum error complain_of_units(struct ctx *ctx, const struct expression_clash *clash)
{
    struct str a = unit_words(ctx->arena, &clash->a), b = unit_words(ctx->arena, &clash->b);
    switch (clash->kind) {
    case EXPRESSION_UNLIKE:
        return complain(ctx, STR("expression"), "%s 与 %s 不是同类的量，不能相加减",
                        "%s and %s are unlike quantities and do not add up", a.data, b.data);
    case EXPRESSION_OTHER_SCALE:
        return complain(ctx, STR("expression"), "%s 与 %s 相加减之前须先换算",
                        "%s and %s have to be converted before they are added", a.data, b.data);
    case EXPRESSION_TOO_MANY_UNITS:
        return complain(ctx, STR("expression"), "单位太多：%s，%s", "too many units: %s, %s",
                        a.data, b.data);
    case EXPRESSION_NOT_DECLARED:
        return complain(ctx, STR("expression"), "算式的单位是 %s，指标的单位是 %s",
                        "the formula gives %s, and the indicator is in %s", a.data, b.data);
    case EXPRESSION_TENFOLD:
        return complain(ctx, STR("expression"), "算式得出的是 %s，换成指标的单位还须乘以 %g",
                        "the formula gives %s: to be in the indicator's unit it has to be "
                        "multiplied by %g",
                        a.data, clash->times);
    case EXPRESSION_FITS:
        break;
    }
    return E_OK;
}

enum { CHAIN_MAX = 64 };

/* Follows formulas from `code`; a chain that comes back to `start` is a circle. */
static enum error follow(struct ctx *ctx, struct str start, struct str expression, int depth,
                         struct buf *chain)
{
    struct str names[EXPRESSION_NAMES_MAX];
    size_t count, length = chain->length;
    if (depth > CHAIN_MAX || !expression_names(expression, names, &count))
        return E_OK;
    for (size_t i = 0; i < count; i++) {
        struct derivation next;
        buf_print(chain, " → %.*s", STR_PRINT(names[i]));
        if (str_equal(names[i], start))
            return complain(ctx, STR("expression"), "算式绕回自己：%.*s",
                            "the formula leads back to itself: %.*s", STR_PRINT(buf_str(chain)));
        enum error error = derivation_find(ctx, names[i], &next);
        if (!error)
            error = follow(ctx, start, next.expression, depth + 1, chain);
        if (error && error != E_NOT_FOUND)
            return error;
        chain->length = length;
    }
    return E_OK;
}

enum error derivation_check(struct ctx *ctx, void *record)
{
    const struct derivation *derivation = record;
    struct str names[EXPRESSION_NAMES_MAX];
    size_t count;
    if (!expression_names(derivation->expression, names, &count) || !count)
        return complain(ctx, STR("expression"), "不是算式，如 100 * RD01 / GDP",
                        "is no expression, such as 100 * RD01 / GDP");
    enum error error = E_OK;
    for (size_t i = 0; i < count; i++) {
        bool there;
        if (code_exists(ctx, "indicator", names[i], &there))
            return ctx->error;
        if (!there)
            error = complain(ctx, STR("expression"), "没有指标 %.*s", "there is no indicator %.*s",
                             STR_PRINT(names[i]));
    }
    struct indicator indicator;
    struct unit declared;
    struct expression_clash clash;
    if (error || indicator_find(ctx, derivation->indicator_code, &indicator))
        return error;
    if (unit_parse(indicator.unit, &declared) &&
        !expression_unit_check(derivation->expression, unit_of_indicator, ctx, declared, &clash))
        return complain_of_units(ctx, &clash);
    struct buf chain = {.arena = ctx->arena};
    buf_add(&chain, derivation->indicator_code);
    return follow(ctx, derivation->indicator_code, derivation->expression, 0, &chain);
}
