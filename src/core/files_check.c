#include "core/files_check.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "files_check.sql.h"

enum { PAGE = 500, REASON_MAX = 1024 };

static const struct field named_file_fields[] = {
    FIELD(struct named_file, sha256, "摘要", "SHA-256"),
    FIELD(struct named_file, size, "字节数", "Bytes"),
    FIELD(struct named_file, type, "类型", "Type"),
};
static const SHAPE(named_file);

enum error files_each(struct ctx *ctx, file_fn *visit, void *state)
{
    struct str beyond = STR("");
    struct records page;
    do {
        enum error error =
            db_all(ctx, &sql_file_page, ARGS(arg_text("beyond", beyond), arg_int("limit", PAGE)),
                   &named_file_shape, PAGE, &page);
        const struct named_file *files = page.items;
        for (size_t i = 0; !error && i < page.count; i++)
            error = visit(ctx, &files[i], state);
        if (error)
            return error;
        if (page.count)
            beyond = files[page.count - 1].sha256;
    } while (page.count == PAGE);
    return E_OK;
}

enum error file_check(struct ctx *ctx, const struct named_file *file)
{
    struct upload copy = {.file = -1};
    enum error error = files_open(ctx, file->sha256, &copy.file);
    if (!error && (!file_measure(&copy) || !str_is(file->sha256, copy.sha256)))
        error = fail(ctx, E_INTERNAL, "文件 %.*s 的内容不对", "the file %.*s has other bytes",
                     STR_PRINT(file->sha256));
    if (copy.file >= 0)
        close(copy.file);
    return error;
}

struct counts {
    int64_t good, bytes, bad;
};

/* One that is bad does not keep the others from being looked at. */
static enum error count_one(struct ctx *ctx, const struct named_file *file, void *state)
{
    struct counts *counts = state;
    if (file_check(ctx, file) == E_OK) {
        counts->good++;
        counts->bytes += file->size;
        return E_OK;
    }
    if (ctx->db_status != DB_OK)
        return ctx->error;
    counts->bad++;
    printf("%.*s\n", STR_PRINT(ctx->detail));
    ctx_clear(ctx);
    return E_OK;
}

static enum error check_all(struct ctx *ctx, struct counts *counts)
{
    enum db_status status = db_begin(ctx->db, false);
    enum error error =
        db_failed(status) ? fail_database(ctx, status) : files_each(ctx, count_one, counts);
    db_rollback(ctx->db);
    return error;
}

int files_check_command(const struct config *config)
{
    char reason[REASON_MAX] = "";
    struct arena arena = {0};
    struct counts counts = {0};
    struct ctx ctx = {.arena = &arena, .who = &principal_operator, .now = {time(NULL)}};
    ctx.db = db_connect(config->db.data, true, reason, sizeof(reason));
    ctx.files = ctx.db ? file_store_open(config->db.data, reason, sizeof(reason)) : NULL;
    enum error error = E_DATABASE;
    if (ctx.files && (error = check_all(&ctx, &counts)) != E_OK)
        snprintf(reason, sizeof(reason), "%.*s", STR_PRINT(ctx.detail));
    if (error)
        fprintf(stderr, "kechuang: %s\n", reason);
    else
        printf("完好 · good: %lld（%lld 字节 · bytes）\n缺失或损坏 · missing or damaged: %lld\n",
               (long long)counts.good, (long long)counts.bytes, (long long)counts.bad);
    db_disconnect(ctx.db);
    file_store_close(ctx.files);
    arena_free(&arena);
    return error || counts.bad ? 1 : 0;
}
