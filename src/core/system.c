#include "core/system.h"

#include "core.sql.h"
#include "core/audit_sealer.h"
#include "core/metrics.h"
#include "core/openapi.h"
#include "core/rules.h"
#include "core/sequence.h"

const struct shape nothing_shape = {"nothing", sizeof(struct nothing), NULL, 0, NULL};

struct health {
    struct str status, database;
    int64_t seq;
};
static const struct field health_fields[] = {
    FIELD(struct health, status, "状态", "State"),
    FIELD(struct health, database, "数据库", "Database"),
    FIELD(struct health, seq, "提交序号", "Commit sequence"),
};
static const SHAPE(health);

/* As the last write ended; the ticker tries one from time to time (ticker.c). */
static enum error say_trouble(struct ctx *ctx, int trouble)
{
    if (trouble == DB_FULL)
        return fail(ctx, E_NOT_WRITING,
                    "磁盘已满，不能写入，读取照常；请腾出空间，不必重启（disk_full）",
                    "the disk is full: nothing can be written, reading goes on; free some space, "
                    "no restart is needed (disk_full)");
    if (trouble == DB_READ_ONLY)
        return fail(ctx, E_NOT_WRITING,
                    "数据库只读，不能写入，读取照常；请检查文件和文件夹的权限（read_only）",
                    "the database takes no writes, reading goes on: check the permissions of its "
                    "file and folder (read_only)");
    return E_OK;
}

HANDLER(health_show, nothing, health)
{
    (void)in;
    enum error error = sequence_read(ctx);
    if (!error && ctx->metrics)
        error = say_trouble(ctx, atomic_load(&ctx->metrics->trouble));
    out->status = STR("ok");
    out->database = db_is_sqlite(ctx->db) ? STR("sqlite") : STR("postgres");
    out->seq = ctx->sequence;
    return error;
}

/* The reply is text, not the record. */
HANDLER(metrics_show, nothing, nothing)
{
    (void)in;
    (void)out;
    struct buf text = {.arena = ctx->arena};
    int64_t sealed;
    enum error error = sequence_read(ctx);
    if (!error)
        error = sequence_sealed(ctx, ctx->sequence, &sealed);
    if (error)
        return error;
    metrics_print(&text, ctx->metrics);
    metrics_number(&text, "kechuang_writing", "gauge",
                   "1, or 0 where the last write failed for a full disk or a read-only database.",
                   atomic_load(&ctx->metrics->trouble) == DB_OK);
    metrics_number(&text, "kechuang_sequence", "counter", "The newest commit sequence number.",
                   (double)ctx->sequence);
    metrics_number(&text, "kechuang_sealed_sequence", "counter",
                   "The newest number that is sealed.", (double)sealed);
    ctx->file = buf_str(&text);
    ctx->file_type = STR("text/plain; version=0.0.4; charset=utf-8");
    return E_OK;
}

static const struct route routes[] = {
    GET_POINT("/healthz", health_show, "运行状况", "Is the program well?"),
    GET_WORK("/metrics", metrics_show, "运行指标（Prometheus 格式）", "Metrics, for Prometheus",
             .roles = OVERSEERS, .media_type = "text/plain"),
    GET_TABLE("/api/settings", rule_list, "可调规则", "Rules that can be changed", .roles = STAFF),
    ACT("/api/settings/{code}", rule_change, "改一条规则", "Change a rule", .roles = ADMINISTRATORS,
        .approvers = ADMINISTRATORS),
    GET_TEXT("/api/openapi.json", openapi_document, "接口说明（OpenAPI 3.1）",
             "This description (OpenAPI 3.1)"),
};

const struct module system_module = {
    .name = "system",
    .migrations = core_migrations,
    .migration_count = COUNT(core_migrations),
    .routes = routes,
    .route_count = COUNT(routes),
};
