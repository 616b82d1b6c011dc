#include "modules/search/search.h"

#include "base/number.h"
#include "core/search_query.h"

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

HANDLER(search_show, search_query, search_answer)
{
    int64_t limit = in->limit.known ? in->limit.value : SEARCH_LIMIT, after = 0;
    if (limit < 1 || limit > SEARCH_LIMIT_MAX)
        return complain(ctx, STR("limit"), "应为 1 到 %d", "must be from 1 to %d",
                        (int)SEARCH_LIMIT_MAX);
    if (in->after.data && (!int_parse(in->after, &after) || after < 0))
        return complain(ctx, STR("after"), "应为上一页给出的 next",
                        "must be `next` of the page before");
    return search_ask(
        ctx,
        &(struct search_request){
            .query = in->q, .kind = in->kind, .limit = (size_t)limit, .after = (size_t)after},
        out);
}

static const struct route routes[] = {
    GET_WORK("/api/search", search_show, "检索", "Search", .roles = ANYONE),
};

const struct module search_module = {
    .name = "search",
    .routes = routes,
    .route_count = COUNT(routes),
};
