/* From a number to the sentence that states it. */
#include "lineage.sql.h"
#include "modules/documents/documents.h"
#include "modules/indicators/internal.h"

enum { HISTORY_MAX = 100 };

struct lineage_key {
    int64_t id;
};
static const struct field lineage_key_fields[] = {
    FIELD(struct lineage_key, id, "观测编号", "Number of the observation", USE_OUT),
};
static const SHAPE(lineage_key);

struct lineage {
    struct record observation, source, citation;
    struct records history;
};
static const struct field lineage_fields[] = {
    FIELD(struct lineage, observation, "观测", "The observation", .of = &observation_shape),
    FIELD(struct lineage, source, "来源", "Its source", .of = &source_shape),
    FIELD(struct lineage, citation, "引文", "Where it stands in it", .of = &citation_shape),
    FIELD(struct lineage, history, "历次修订，新的在前", "Its revisions, newest first",
          .of = &observation_shape),
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

SHARED_HANDLER(lineage_show, lineage_key, lineage)
{
    struct observation *observation = ARENA_NEW(ctx->arena, struct observation);
    enum error error = observation_find(ctx, in->id, observation);
    if (error)
        return error;
    out->observation.value = observation;
    if (observation->source_code.data && (error = open_source(ctx, observation, out)))
        return error;
    return db_all(ctx, &sql_lineage_history, ARGS(arg_text("fact_id", observation->fact_id)),
                  &observation_shape, HISTORY_MAX, &out->history);
}
