#include "core/backup_copy.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/backup_folder.h"
#include "core/side.h"
#include "db/transfer.h"

/* --- Files ---------------------------------------------------------------------------------- */

/* Where files go, and the back-up before, which may have them already. */
struct copying {
    struct file_store *to, *before;
    int64_t shared;
};

static bool share(const struct copying *copying, const char *sha256)
{
    char from[BACKUP_PATH_MAX], to[BACKUP_PATH_MAX], *slash;
    if (!copying->before)
        return false;
    file_store_path(copying->before, sha256, from, sizeof(from));
    file_store_path(copying->to, sha256, to, sizeof(to));
    slash = strrchr(to, '/');
    *slash = '\0';
    mkdir(to, 0700);
    *slash = '/';
    return link(from, to) == 0;
}

static enum error copy_file(struct ctx *ctx, const struct named_file *named, void *state)
{
    struct copying *copying = state;
    struct str sha256 = arena_str(ctx->arena, named->sha256);
    struct file_store *from = ctx->files;
    struct upload copy = {.file = -1};
    int file = -1;
    if (share(copying, sha256.data)) {
        copying->shared++;
        return E_OK;
    }
    enum error error = files_open(ctx, named->sha256, &file);
    ctx->files = copying->to;
    if (!error)
        error = file_store_copy(ctx, file, FILE_MAX, &copy);
    ctx->files = from;
    if (copy.file >= 0)
        close(copy.file);
    if (file >= 0)
        close(file);
    return error;
}

/* Those that `from` names, from its store. */
static bool copy_files(struct side *from, const char *to_url, const char *before_url,
                       int64_t *shared, char *reason, size_t reason_size)
{
    char unused[200];
    struct copying copying = {
        .to = file_store_open(to_url, reason, reason_size),
        .before = *before_url ? file_store_open(before_url, unused, sizeof(unused)) : NULL};
    bool good = copying.to && side_files(from, copy_file, &copying, reason, reason_size);
    *shared = copying.shared;
    file_store_close(copying.to);
    file_store_close(copying.before);
    return good;
}

/* --- From SQLite ---------------------------------------------------------------------------- */

static bool copy_sqlite(const char *url, const char *path, const char *path_url, const char *before,
                        int64_t *shared, char *reason, size_t reason_size)
{
    struct side copy = {.ctx = {.db = NULL}};
    bool good = db_copy(url, path, reason, reason_size) &&
                side_open(&copy, path_url, true, reason, reason_size);
    /* What the copy names, from where the files are. */
    file_store_close(copy.ctx.files);
    copy.ctx.files = good ? file_store_open(url, reason, reason_size) : NULL;
    good = copy.ctx.files && copy_files(&copy, path_url, before, shared, reason, reason_size);
    side_close(&copy);
    return good;
}

/* --- From PostgreSQL ------------------------------------------------------------------------ */

static void say_nothing(void *state, const struct transfer_table *table, bool compared)
{
    (void)state;
    (void)table;
    (void)compared;
}

static bool fill(struct side *from, const char *path, const char *path_url, char *reason,
                 size_t reason_size)
{
    struct side to = {.ctx = {.db = NULL}};
    bool good = side_open(&to, path_url, false, reason, reason_size) &&
                db_transfer(from->ctx.db, to.ctx.db, "file_chunk", say_nothing, NULL, reason,
                            reason_size) &&
                db_copy_finish(to.ctx.db, path, reason, reason_size);
    side_close(&to);
    return good;
}

static bool copy_server(const char *url, const char *path, const char *path_url, const char *before,
                        int64_t *shared, char *reason, size_t reason_size)
{
    struct side from = {.ctx = {.db = NULL}};
    bool good = side_open(&from, url, true, reason, reason_size);
    if (good && db_failed(db_begin(from.ctx.db, false)))
        good = backup_note(reason, reason_size, db_message(from.ctx.db), "PostgreSQL");
    good = good && fill(&from, path, path_url, reason, reason_size) &&
           copy_files(&from, path_url, before, shared, reason, reason_size);
    if (from.ctx.db)
        db_rollback(from.ctx.db);
    side_close(&from);
    return good;
}

/* -------------------------------------------------------------------------------------------- */

bool backup_copy(const char *url, const char *path, const char *before, int64_t *shared,
                 char *reason, size_t reason_size)
{
    char path_url[BACKUP_PATH_MAX];
    *shared = 0;
    if (!backup_url(path, path_url, sizeof(path_url)))
        return backup_note(reason, reason_size, "too long · 太长", path);
    return (str_starts(str_of(url), STR("sqlite:")) ? copy_sqlite : copy_server)(
        url, path, path_url, before, shared, reason, reason_size);
}
