/* From a number to the sentence that states it. */
#include "core/import.h"
#include "lineage.sql.h"
#include "modules/documents/documents.h"
#include "modules/indicators/internal.h"

enum { HISTORY_MAX = 100, OTHERS_MAX = 50 };

struct lineage_key {
    int64_t id;
};
static const struct field lineage_key_fields[] = {
    FIELD(struct lineage_key, id, "观测编号", "Number of the observation", USE_OUT),
};
static const SHAPE(lineage_key);

struct lineage {
    struct record observation, source, citation;
    struct records imports, history, others;
};
static const struct field lineage_fields[] = {
    FIELD(struct lineage, observation, "观测", "The observation", .of = &observation_shape),
    FIELD(struct lineage, source, "来源", "Its source", .of = &source_shape),
    FIELD(struct lineage, citation, "引文", "Where it stands in it", .of = &citation_shape),
    FIELD(struct lineage, imports, "由哪些表格的哪一行导入",
          "The lines of tables that it was imported from", .of = &origin_shape),
    FIELD(struct lineage, history, "历次修订，新的在前", "Its revisions, newest first",
          .of = &observation_shape),
    FIELD(struct lineage, others, "同一个数的其他出处",
          "What else states a value for the same thing", .of = &observation_shape),
};
static const SHAPE(lineage);

static enum error open_source(struct ctx *ctx, const struct observation *observation,
                              struct lineage *out)
{
    struct source *source = ARENA_NEW(ctx->arena, struct source);
    struct citation *citation = ARENA_NEW(ctx->arena, struct citation);
    enum error error = source_find(ctx, observation->source_code, source);
    if (!error)
        error = citation_open(ctx, source, observation->line, observation->token, citation);
    out->source.value = source;
    out->citation.value = citation;
    return error;
}

/* A target is not stated again by what came of it, nor the other way round. */
static enum error find_others(struct ctx *ctx, const struct observation *observation,
                              struct records *others)
{
    enum error error = db_all(ctx, &sql_lineage_others, FROM(observation, observation),
                              &observation_shape, OTHERS_MAX, others);
    struct observation *all = (struct observation *)(uintptr_t)others->items;
    size_t kept = 0;
    for (size_t i = 0; !error && i < others->count; i++)
        if (str_is(all[i].status, "target") == str_is(observation->status, "target"))
            all[kept++] = all[i];
    others->count = kept;
    return error;
}

SHARED_HANDLER(lineage_show, lineage_key, lineage)
{
    struct observation *observation = ARENA_NEW(ctx->arena, struct observation);
    enum error error = observation_find(ctx, in->id, observation);
    if (error)
        return error;
    out->observation.value = observation;
    if (observation->source_code.data && (error = open_source(ctx, observation, out)))
        return error;
    error =
        import_origins(ctx, STR("observation"), arena_print(ctx->arena, "%lld", (long long)in->id),
                       HISTORY_MAX, &out->imports);
    if (error)
        return error;
    error = db_all(ctx, &sql_lineage_history, ARGS(arg_text("fact_id", observation->fact_id)),
                   &observation_shape, HISTORY_MAX, &out->history);
    return error ? error : find_others(ctx, observation, &out->others);
}
