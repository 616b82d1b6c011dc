#include "core/transfer.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "core/app.h"
#include "core/files.h"
#include "db/transfer.h"
#include "transfer.sql.h"

enum { REASON_MAX = 1024, FILES_PAGE = 500 };

static int say(const char *what)
{
    fprintf(stderr, "kechuang: %s\n", what);
    return 1;
}

static void say_table(void *state, const struct transfer_table *table, bool compared)
{
    int64_t *rows = state;
    if (compared)
        return;
    *rows += table->rows;
    if (table->rows)
        fprintf(stderr, "%12lld  %s\n", (long long)table->rows, table->name);
}

/* --- Files ---------------------------------------------------------------------------------- */

struct moved_file {
    struct str sha256;
    int64_t used_at;
};
static const struct field moved_file_fields[] = {
    FIELD(struct moved_file, sha256, "摘要", "SHA-256"),
    FIELD(struct moved_file, used_at, "最近使用", "When it was last used"),
};
static const SHAPE(moved_file);

/* One of the two databases. */
struct side {
    struct arena arena;
    struct ctx ctx;
};

static bool open_side(struct side *side, struct str url, char *reason, size_t reason_size)
{
    side->ctx = (struct ctx){.arena = &side->arena, .who = &principal_operator};
    side->ctx.now.seconds = time(NULL);
    side->ctx.db = db_connect(url.data, false, reason, reason_size);
    if (!side->ctx.db || !app_migrate(side->ctx.db, reason, reason_size))
        return false;
    side->ctx.files = file_store_open(url.data, reason, reason_size);
    return side->ctx.files != NULL;
}

static void close_side(struct side *side)
{
    db_disconnect(side->ctx.db);
    file_store_close(side->ctx.files);
    arena_free(&side->arena);
}

static bool note(struct side *side, char *reason, size_t reason_size)
{
    snprintf(reason, reason_size, "%.*s", STR_PRINT(side->ctx.detail));
    return false;
}

/* Storing a file makes its row look newer: the row is put back as it was. */
static enum error put_back(struct ctx *ctx, const struct moved_file *file)
{
    enum db_status status = db_begin(ctx->db, true);
    enum error error =
        db_failed(status)
            ? fail_database(ctx, status)
            : db_do(ctx, &sql_file_used_at,
                    ARGS(arg_text("sha256", file->sha256), arg_int("used_at", file->used_at)));
    if (!error && db_failed(status = db_commit(ctx->db)))
        error = fail_database(ctx, status);
    db_rollback(ctx->db);
    return error;
}

static bool move_file(struct side *from, struct side *to, const struct moved_file *file,
                      char *reason, size_t reason_size)
{
    struct upload copy = {.file = -1};
    int source = -1;
    if (files_open(&from->ctx, file->sha256, &source))
        return note(from, reason, reason_size);
    enum error error = file_store_copy(&to->ctx, source, FILE_MAX, &copy);
    close(source);
    if (copy.file >= 0)
        close(copy.file);
    if (!error && !str_is(file->sha256, copy.sha256))
        error = fail(&to->ctx, E_INTERNAL, "文件 %.*s 的内容不对", "the file %.*s has other bytes",
                     STR_PRINT(file->sha256));
    if (!error)
        error = put_back(&to->ctx, file);
    return !error || note(to, reason, reason_size);
}

static bool move_files(struct side *from, struct side *to, int64_t *count, char *reason,
                       size_t reason_size)
{
    struct str beyond = STR("");
    struct records page;
    do {
        if (db_all(&from->ctx, &sql_files_after,
                   ARGS(arg_text("beyond", beyond), arg_int("limit", FILES_PAGE)),
                   &moved_file_shape, FILES_PAGE, &page))
            return note(from, reason, reason_size);
        const struct moved_file *files = page.items;
        for (size_t i = 0; i < page.count; i++, ++*count)
            if (!move_file(from, to, &files[i], reason, reason_size))
                return false;
        if (page.count)
            beyond = files[page.count - 1].sha256;
    } while (page.count == FILES_PAGE);
    return true;
}

int transfer_command(const struct config *config)
{
    char reason[REASON_MAX] = "";
    struct side from = {0}, to = {0};
    int64_t rows = 0, files = 0;
    if (!config->from.length || !config->to.length)
        return say("kechuang migrate --from URL --to URL");
    bool good = open_side(&from, config->from, reason, sizeof(reason)) &&
                open_side(&to, config->to, reason, sizeof(reason)) &&
                db_transfer(from.ctx.db, to.ctx.db, "file_chunk", say_table, &rows, reason,
                            sizeof(reason)) &&
                move_files(&from, &to, &files, reason, sizeof(reason));
    close_side(&from);
    close_side(&to);
    if (!good)
        return say(reason);
    printf(
        "已迁移 %lld 行、%lld 个文件，前后逐值一致 · moved %lld rows and %lld files, and compared "
        "every value\n",
        (long long)rows, (long long)files, (long long)rows, (long long)files);
    return 0;
}
