#include "modules/search/search.h"

#include "base/number.h"
#include "modules/search/internal.h"

struct search_query {
    struct str q, kind;
    struct maybe_int limit;
    struct str after;
};
static const struct field search_query_fields[] = {
    FIELD(struct search_query, q, "所查：词以空格分开，引号内为整句；也可用拼音或首字母",
          "What to look for: words between blanks, phrases in quotes, pinyin or initials",
          .length_max = SEARCH_QUERY_MAX),
    FIELD(struct search_query, kind, "只查这一类", "Only of this kind", .length_max = 40),
    FIELD(struct search_query, limit, "条数", "How many"),
    FIELD(struct search_query, after, "上一页的 next", "`next` of the page before",
          .length_max = 10),
};
static const SHAPE(search_query);

/* Series that the query names come first, and are counted as a kind of their own. */
static void put_first(struct arena *arena, struct records series, size_t shown, bool counted,
                      struct search_answer *answer)
{
    struct search_hit *items = arena_array(arena, shown + answer->items.count + 1, sizeof(*items));
    struct search_kind_count *kinds = arena_array(arena, answer->kinds.count + 1, sizeof(*kinds));
    if (shown)
        memcpy(items, series.items, shown * sizeof(*items));
    if (answer->items.count)
        memcpy(items + shown, answer->items.items, answer->items.count * sizeof(*items));
    kinds[0] = (struct search_kind_count){STR(SERIES_KIND), STR("数列"), STR("Series"),
                                          (int64_t)series.count};
    if (answer->kinds.count)
        memcpy(kinds + 1, answer->kinds.items, answer->kinds.count * sizeof(*kinds));
    answer->items = (struct records){items, shown + answer->items.count};
    answer->kinds = (struct records){kinds, answer->kinds.count + 1};
    if (counted)
        answer->total += (int64_t)series.count;
}

HANDLER(search_show, search_query, search_answer)
{
    int64_t limit = in->limit.known ? in->limit.value : SEARCH_LIMIT, after = 0;
    if (limit < 1 || limit > SEARCH_LIMIT_MAX)
        return complain(ctx, STR("limit"), "应为 1 到 %d", "must be from 1 to %d",
                        (int)SEARCH_LIMIT_MAX);
    if (in->after.data && (!int_parse(in->after, &after) || after < 0))
        return complain(ctx, STR("after"), "应为上一页给出的 next",
                        "must be `next` of the page before");
    struct records series;
    struct str query = in->q.data ? in->q : STR("");
    enum error error = series_hits(ctx, query, &series);
    bool only = str_is(in->kind, SERIES_KIND);
    size_t shown = in->after.data || (in->kind.length && !only) ? 0 : series.count;
    shown = shown < (size_t)limit ? shown : (size_t)limit;
    if (!error)
        error = search_ask(ctx,
                           &(struct search_request){.query = in->q,
                                                    .kind = in->kind,
                                                    .limit = (size_t)limit - shown,
                                                    .after = (size_t)after},
                           out);
    if (!error && series.count)
        put_first(ctx->arena, series, shown, only || !in->kind.length, out);
    return error;
}

static const struct route routes[] = {
    GET_WORK("/api/search", search_show, "检索", "Search", .roles = ANYONE),
};

const struct module search_module = {
    .name = "search",
    .routes = routes,
    .route_count = COUNT(routes),
};
