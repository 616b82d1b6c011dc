#include "core/transfer.h"

#include <stdio.h>
#include <unistd.h>

#include "db/transfer.h"
#include "transfer.sql.h"

enum { REASON_MAX = 1024 };

static int say(const char *what)
{
    fprintf(stderr, "kechuang: %s\n", what);
    return 1;
}

static void say_table(void *state, const struct transfer_table *table, bool compared)
{
    struct transferred *moved = state;
    if (compared || !moved)
        return;
    moved->rows += table->rows;
    if (table->rows)
        fprintf(stderr, "%12lld  %s\n", (long long)table->rows, table->name);
}

/* --- Files ---------------------------------------------------------------------------------- */

struct moving {
    struct side *to;
    int64_t files;
};

static enum error move_file(struct ctx *ctx, const struct named_file *file, void *state)
{
    struct moving *moving = state;
    struct ctx *to = &moving->to->ctx;
    struct upload copy = {.file = -1};
    int source = -1;
    enum error error = files_open(ctx, file->sha256, &source);
    if (error)
        return error;
    error = file_store_copy(to, source, FILE_MAX, &copy);
    close(source);
    if (copy.file >= 0)
        close(copy.file);
    if (error)
        return fail(ctx, error, "%.*s", "%.*s", STR_PRINT(to->detail));
    if (!str_is(file->sha256, copy.sha256))
        return fail(ctx, E_INTERNAL, "文件 %.*s 的内容不对", "the file %.*s has other bytes",
                    STR_PRINT(file->sha256));
    moving->files++;
    return E_OK;
}

/* Asked before a file goes there; db_transfer() makes sure of it. */
static bool is_empty(struct side *to, char *reason, size_t reason_size)
{
    int64_t events = 0;
    if (db_number(&to->ctx, &sql_transfer_events, NO_ARGS, &events))
        snprintf(reason, reason_size, "%s", db_message(to->ctx.db));
    else if (!events)
        return true;
    else
        snprintf(reason, reason_size,
                 "目标数据库不是空的 · the other database is not empty: nothing was changed");
    return false;
}

bool transfer_all(struct side *from, struct side *to, struct transferred *moved, char *reason,
                  size_t reason_size)
{
    struct moving moving = {.to = to};
    bool good =
        is_empty(to, reason, reason_size) &&
        side_files(from, move_file, &moving, reason, reason_size) &&
        db_transfer(from->ctx.db, to->ctx.db, "file_chunk", say_table, moved, reason, reason_size);
    if (moved)
        moved->files = moving.files;
    return good;
}

int transfer_command(const struct config *config)
{
    char reason[REASON_MAX] = "";
    struct side from = {.ctx = {.db = NULL}}, to = from;
    struct transferred moved = {0, 0};
    if (!config->from.length || !config->to.length)
        return say("kechuang migrate --from URL --to URL");
    bool good = side_open(&from, config->from.data, false, reason, sizeof(reason)) &&
                side_open(&to, config->to.data, false, reason, sizeof(reason)) &&
                transfer_all(&from, &to, &moved, reason, sizeof(reason));
    side_close(&from);
    side_close(&to);
    if (!good)
        return say(reason);
    printf(
        "已迁移 %lld 行、%lld 个文件，前后逐值一致 · moved %lld rows and %lld files, and compared "
        "every value\n",
        (long long)moved.rows, (long long)moved.files, (long long)moved.rows,
        (long long)moved.files);
    return 0;
}
