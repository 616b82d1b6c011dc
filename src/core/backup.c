#include "core/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backup.sql.h"
#include "base/number.h"
#include "core/app.h"
#include "core/files_check.h"

enum { ENDING = 3 /* .db */, NAME_ROOM = 64 };

/* One database and its files, open for reading. */
struct source {
    struct arena arena;
    struct ctx ctx;
};

static bool note(char *reason, size_t reason_size, const char *what, const char *path)
{
    snprintf(reason, reason_size, "%s: %s", path, what);
    return false;
}

static bool url_of(const char *path, char *url, size_t size)
{
    return snprintf(url, size, "sqlite:%s", path) < (int)size;
}

static bool source_open(struct source *source, const char *url, char *reason, size_t reason_size)
{
    *source = (struct source){.ctx = {.who = &principal_operator}};
    source->ctx.arena = &source->arena;
    source->ctx.now.seconds = time(NULL);
    source->ctx.db = db_connect(url, true, reason, reason_size);
    source->ctx.files = source->ctx.db ? file_store_open(url, reason, reason_size) : NULL;
    return source->ctx.files != NULL;
}

static void source_close(struct source *source)
{
    db_disconnect(source->ctx.db);
    file_store_close(source->ctx.files);
    arena_free(&source->arena);
}

/* --- Files ---------------------------------------------------------------------------------- */

static bool read_files(struct source *source, file_fn *visit, void *state, char *reason,
                       size_t reason_size)
{
    struct ctx *ctx = &source->ctx;
    enum db_status status = db_begin(ctx->db, false);
    enum error error =
        db_failed(status) ? fail_database(ctx, status) : files_each(ctx, visit, state);
    db_rollback(ctx->db);
    if (error)
        snprintf(reason, reason_size, "%.*s", STR_PRINT(ctx->detail));
    return !error;
}

static enum error check_file(struct ctx *ctx, const struct named_file *named, void *state)
{
    struct backup *backup = state;
    backup->files++;
    backup->file_bytes += named->size;
    return file_check(ctx, named);
}

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

static bool copy_files(struct source *source, const char *to_url, const char *before_url,
                       int64_t *shared, char *reason, size_t reason_size)
{
    char unused[200];
    struct copying copying = {
        .to = file_store_open(to_url, reason, reason_size),
        .before = *before_url ? file_store_open(before_url, unused, sizeof(unused)) : NULL};
    bool good = copying.to && read_files(source, copy_file, &copying, reason, reason_size);
    *shared = copying.shared;
    file_store_close(copying.to);
    file_store_close(copying.before);
    return good;
}

/* --- Reading back --------------------------------------------------------------------------- */

/* Signatures count when they are this machine's own, where its key is at hand. */
static bool check_log(struct source *source, const struct config *config, struct backup *backup,
                      char *reason, size_t reason_size)
{
    struct signing_key key;
    char path[BACKUP_PATH_MAX], unused[200];
    struct audit_trust trust = {STR(""), STR("")};
    if (app_signing_key_path(config, path, sizeof(path)) &&
        signing_key_open(path, false, &key, unused, sizeof(unused)))
        trust.public_key = str_of(key.public_hex);
    /* The newest events may not have been sealed and signed yet at the moment of the copy; later
     * than they are, nobody could have done it. */
    enum error error =
        db_number(&source->ctx, &sql_backup_moment, NO_ARGS, &source->ctx.now.seconds);
    if (!error || error == E_NOT_FOUND)
        error = audit_verify(&source->ctx, trust, &backup->audit);
    if (error)
        snprintf(reason, reason_size, "%.*s", STR_PRINT(source->ctx.detail));
    else if (!backup->audit.good)
        snprintf(reason, reason_size, "%s", backup->audit.fault);
    return !error && backup->audit.good;
}

bool backup_check(const struct config *config, const char *path, struct backup *backup,
                  char *reason, size_t reason_size)
{
    struct source source;
    struct stat about;
    char url[BACKUP_PATH_MAX];
    *backup = (struct backup){.bytes = 0};
    snprintf(backup->path, sizeof(backup->path), "%s", path);
    if (stat(path, &about) != 0)
        return note(reason, reason_size, strerror(errno), path);
    backup->bytes = about.st_size;
    if (!url_of(path, url, sizeof(url)) || !db_is_whole(url, reason, reason_size) ||
        !source_open(&source, url, reason, reason_size))
        return false;
    bool good = read_files(&source, check_file, backup, reason, reason_size) &&
                check_log(&source, config, backup, reason, reason_size);
    source_close(&source);
    return good;
}

/* --- The folder ----------------------------------------------------------------------------- */

static int is_backup(const struct dirent *entry)
{
    struct str name = str_of(entry->d_name);
    return str_starts(name, STR("kechuang-")) && str_ends(name, STR("Z.db"));
}

static void files_folder(const char *path, char *folder, size_t size)
{
    snprintf(folder, size, "%.*s.files", (int)strlen(path) - ENDING, path);
}

/* Files lie two deep: FOLDER/ab/abcd… */
static void remove_folder(const char *path, int depth)
{
    char inner[BACKUP_PATH_MAX];
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name) >= (int)sizeof(inner))
            continue;
        if (unlink(inner) != 0 && depth > 0)
            remove_folder(inner, depth - 1);
    }
    if (folder)
        closedir(folder);
    rmdir(path);
}

static void remove_backup(const char *path)
{
    char folder[BACKUP_PATH_MAX];
    files_folder(path, folder, sizeof(folder));
    unlink(path);
    remove_folder(folder, 1);
}

/* The newest there is ("" = none); and all but `keep` of them go, the oldest first. */
static void look_through(const char *folder, int64_t keep, char *newest, size_t size)
{
    struct dirent **entries;
    char path[BACKUP_PATH_MAX];
    int count = scandir(folder, &entries, is_backup, alphasort);
    *newest = '\0';
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        if (keep > 0 && i < count - keep)
            remove_backup(path);
        else if (i == count - 1)
            url_of(path, newest, size);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

static bool sync_folder(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0)
        close(folder);
    return good;
}

/* Both names, the database's last: it is what makes a back-up. */
static bool give_name(const char *made, const char *path, char *reason, size_t reason_size)
{
    char from[BACKUP_PATH_MAX], to[BACKUP_PATH_MAX], folder[BACKUP_PATH_MAX];
    files_folder(made, from, sizeof(from));
    files_folder(path, to, sizeof(to));
    snprintf(folder, sizeof(folder), "%s", path);
    *(strrchr(folder, '/') + 1) = '\0';
    bool named = rename(from, to) == 0 && sync_folder(folder) && rename(made, path) == 0 &&
                 sync_folder(folder);
    return named || note(reason, reason_size, strerror(errno), path);
}

/* --- Making and restoring ------------------------------------------------------------------- */

/* From one database to another with its files, read back before it gets its name. */
static bool copy_all(const struct config *config, const char *url, const char *path,
                     const char *before, struct backup *backup, char *reason, size_t reason_size)
{
    struct source source;
    char made[BACKUP_PATH_MAX], made_url[BACKUP_PATH_MAX];
    int64_t shared = 0;
    snprintf(made, sizeof(made), "%.*s.unread.db", (int)strlen(path) - ENDING, path);
    remove_backup(made);
    if (!url_of(made, made_url, sizeof(made_url)) || !db_copy(url, made, reason, reason_size) ||
        !source_open(&source, made_url, reason, reason_size)) {
        remove_backup(made);
        return false;
    }
    /* What the copy names, from where the files are. */
    file_store_close(source.ctx.files);
    source.ctx.files = file_store_open(url, reason, reason_size);
    bool good =
        source.ctx.files && copy_files(&source, made_url, before, &shared, reason, reason_size);
    source_close(&source);
    good = good && backup_check(config, made, backup, reason, reason_size) &&
           give_name(made, path, reason, reason_size);
    if (!good)
        remove_backup(made);
    snprintf(backup->path, sizeof(backup->path), "%s", path);
    backup->shared = shared;
    return good;
}

bool backup_make(const struct config *config, const char *folder, int64_t keep,
                 struct backup *backup, char *reason, size_t reason_size)
{
    char path[BACKUP_PATH_MAX], before[BACKUP_PATH_MAX], name[NAME_ROOM];
    time_t now = time(NULL);
    struct tm at;
    gmtime_r(&now, &at);
    strftime(name, sizeof(name), "kechuang-%Y%m%dT%H%M%SZ.db", &at);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return note(reason, reason_size, strerror(errno), folder);
    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path) - NAME_ROOM)
        return note(reason, reason_size, strerror(ENAMETOOLONG), folder);
    look_through(folder, 0, before, sizeof(before));
    if (!copy_all(config, config->db.data, path, before, backup, reason, reason_size))
        return false;
    look_through(folder, keep, before, sizeof(before));
    return true;
}

bool backup_restore(const struct config *config, const char *path, struct backup *backup,
                    char *reason, size_t reason_size)
{
    char url[BACKUP_PATH_MAX];
    struct str to = config->db;
    if (!str_starts(to, STR("sqlite:")) || !str_ends(to, STR(".db")))
        return note(reason, reason_size, "--db sqlite:….db", to.data);
    to = str_skip(to, sizeof("sqlite:") - 1);
    if (access(to.data, F_OK) == 0)
        return note(reason, reason_size,
                    "已经存在，不会被覆盖 · is there already, and is not overwritten", to.data);
    return url_of(path, url, sizeof(url)) &&
           copy_all(config, url, to.data, "", backup, reason, reason_size);
}

bool backup_restore_test(const struct config *config, const char *folder, struct backup *backup,
                         char *reason, size_t reason_size)
{
    char newest[BACKUP_PATH_MAX], place[BACKUP_PATH_MAX], url[BACKUP_PATH_MAX + NAME_ROOM];
    look_through(folder, 0, newest, sizeof(newest));
    if (!*newest)
        return note(reason, reason_size, "没有备份 · there is no back-up", folder);
    if (snprintf(place, sizeof(place), "%s/restore-test-XXXXXX", folder) >= (int)sizeof(place) ||
        !mkdtemp(place))
        return note(reason, reason_size, strerror(errno), folder);
    snprintf(url, sizeof(url), "sqlite:%s/restored.db", place);
    struct config restored = *config;
    restored.db = str_of(url);
    const char *path = newest + sizeof("sqlite:") - 1;
    bool good = backup_restore(&restored, path, backup, reason, reason_size) &&
                backup_check(&restored, url + sizeof("sqlite:") - 1, backup, reason, reason_size);
    snprintf(backup->path, sizeof(backup->path), "%s", path);
    remove_folder(place, 2);
    return good;
}

/* --- The command line ----------------------------------------------------------------------- */

static int say(bool good, const char *what, const struct backup *backup, const char *reason)
{
    if (!good) {
        fprintf(stderr, "kechuang: %s\n", reason);
        return 1;
    }
    printf("%s: %s\n  数据库 · database %lld 字节 bytes；文件 · files %lld（%lld 字节 bytes，"
           "与上一份共用 · shared %lld）\n  事件 · events %lld，链头 · head %lld %s\n",
           backup->path, what, (long long)backup->bytes, (long long)backup->files,
           (long long)backup->file_bytes, (long long)backup->shared,
           (long long)backup->audit.events, (long long)backup->audit.last_seal, backup->audit.head);
    return 0;
}

int backup_command(const struct config *config, const char *folder, const char *keep)
{
    struct backup backup;
    char reason[BACKUP_PATH_MAX] = "";
    int64_t number;
    if (!int_parse(str_of(keep), &number) || number < 0)
        return -1;
    return say(backup_make(config, folder, number, &backup, reason, sizeof(reason)),
               "已备份，读回无误 · made, and read back without fault", &backup, reason);
}

int backup_check_command(const struct config *config, const char *path)
{
    struct backup backup;
    char reason[BACKUP_PATH_MAX] = "";
    return say(backup_check(config, path, &backup, reason, sizeof(reason)),
               "读回无误 · read back without fault", &backup, reason);
}

int restore_command(const struct config *config, const char *path)
{
    struct backup backup;
    char reason[BACKUP_PATH_MAX] = "";
    return say(backup_restore(config, path, &backup, reason, sizeof(reason)),
               "已恢复，读回无误 · restored, and read back without fault", &backup, reason);
}
