#include "core/backup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backup.sql.h"
#include "core/app.h"
#include "core/backup_copy.h"
#include "core/backup_folder.h"
#include "core/side.h"
#include "core/transfer.h"

/* --- Reading back --------------------------------------------------------------------------- */

static enum error check_file(struct ctx *ctx, const struct named_file *named, void *state)
{
    struct backup *backup = state;
    backup->files++;
    backup->file_bytes += named->size;
    return file_check(ctx, named);
}

/* Signatures count when they are this machine's own, where its key is at hand. */
static bool check_log(struct side *side, const struct config *config, struct backup *backup,
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
    enum error error = db_number(&side->ctx, &sql_backup_moment, NO_ARGS, &side->ctx.now.seconds);
    if (!error || error == E_NOT_FOUND)
        error = audit_verify(&side->ctx, trust, &backup->audit);
    if (error)
        snprintf(reason, reason_size, "%.*s", STR_PRINT(side->ctx.detail));
    else if (!backup->audit.good)
        snprintf(reason, reason_size, "%s", backup->audit.fault);
    return !error && backup->audit.good;
}

static bool check_side(struct side *side, const struct config *config, struct backup *backup,
                       char *reason, size_t reason_size)
{
    backup->files = backup->file_bytes = 0;
    return side_files(side, check_file, backup, reason, reason_size) &&
           check_log(side, config, backup, reason, reason_size);
}

bool backup_check(const struct config *config, const char *path, struct backup *backup,
                  char *reason, size_t reason_size)
{
    struct side side;
    struct stat about;
    char url[BACKUP_PATH_MAX];
    *backup = (struct backup){.bytes = 0};
    snprintf(backup->path, sizeof(backup->path), "%s", path);
    if (stat(path, &about) != 0)
        return backup_note(reason, reason_size, strerror(errno), path);
    backup->bytes = about.st_size;
    if (!backup_url(path, url, sizeof(url)) || !db_is_whole(url, reason, reason_size))
        return false;
    bool good = side_open(&side, url, true, reason, reason_size) &&
                check_side(&side, config, backup, reason, reason_size);
    side_close(&side);
    return good;
}

/* --- Making and restoring ------------------------------------------------------------------- */

/* From one database to a file with its files, read back before it gets its name. */
static bool copy_all(const struct config *config, const char *url, const char *path,
                     const char *before, struct backup *backup, char *reason, size_t reason_size)
{
    char made[BACKUP_PATH_MAX];
    int64_t shared = 0;
    snprintf(made, sizeof(made), "%.*s.unread.db", (int)strlen(path) - BACKUP_ENDING, path);
    backup_remove(made);
    bool good = backup_copy(url, made, before, &shared, reason, reason_size) &&
                backup_check(config, made, backup, reason, reason_size) &&
                backup_rename(made, path, reason, reason_size);
    if (!good)
        backup_remove(made);
    snprintf(backup->path, sizeof(backup->path), "%s", path);
    backup->shared = shared;
    return good;
}

bool backup_make(const struct config *config, const char *folder, int64_t keep,
                 struct backup *backup, char *reason, size_t reason_size)
{
    char path[BACKUP_PATH_MAX], before[BACKUP_PATH_MAX], name[BACKUP_NAME_ROOM];
    time_t now = time(NULL);
    struct tm at;
    gmtime_r(&now, &at);
    strftime(name, sizeof(name), "kechuang-%Y%m%dT%H%M%SZ.db", &at);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return backup_note(reason, reason_size, strerror(errno), folder);
    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path) - BACKUP_NAME_ROOM)
        return backup_note(reason, reason_size, strerror(ENAMETOOLONG), folder);
    backup_folder_look(folder, 0, before, sizeof(before));
    if (!copy_all(config, config->db.data, path, before, backup, reason, reason_size))
        return false;
    backup_folder_look(folder, keep, before, sizeof(before));
    return true;
}

/* What is in the file is read back before anything is written, and what arrived afterwards. */
static bool restore_to_server(const struct config *config, const char *path, struct backup *backup,
                              char *reason, size_t reason_size)
{
    struct side from = {.ctx = {.db = NULL}}, to = from;
    char url[BACKUP_PATH_MAX];
    bool good = backup_check(config, path, backup, reason, reason_size) &&
                backup_url(path, url, sizeof(url)) &&
                side_open(&from, url, true, reason, reason_size) &&
                side_open(&to, config->db.data, false, reason, reason_size) &&
                transfer_all(&from, &to, NULL, reason, reason_size) &&
                check_side(&to, config, backup, reason, reason_size);
    side_close(&from);
    side_close(&to);
    return good;
}

bool backup_restore(const struct config *config, const char *path, struct backup *backup,
                    char *reason, size_t reason_size)
{
    char url[BACKUP_PATH_MAX];
    struct str to = config->db;
    if (!str_starts(to, STR("sqlite:")))
        return restore_to_server(config, path, backup, reason, reason_size);
    if (!str_ends(to, STR(".db")))
        return backup_note(reason, reason_size, "--db sqlite:….db", to.data);
    to = str_skip(to, sizeof("sqlite:") - 1);
    if (access(to.data, F_OK) == 0)
        return backup_note(reason, reason_size,
                           "已经存在，不会被覆盖 · is there already, and is not overwritten",
                           to.data);
    return backup_url(path, url, sizeof(url)) &&
           copy_all(config, url, to.data, "", backup, reason, reason_size);
}

bool backup_restore_test(const struct config *config, const char *folder, struct backup *backup,
                         char *reason, size_t reason_size)
{
    char newest[BACKUP_PATH_MAX], place[BACKUP_PATH_MAX], url[BACKUP_PATH_MAX + BACKUP_NAME_ROOM];
    backup_folder_look(folder, 0, newest, sizeof(newest));
    if (!*newest)
        return backup_note(reason, reason_size, "没有备份 · there is no back-up", folder);
    if (snprintf(place, sizeof(place), "%s/restore-test-XXXXXX", folder) >= (int)sizeof(place) ||
        !mkdtemp(place))
        return backup_note(reason, reason_size, strerror(errno), folder);
    snprintf(url, sizeof(url), "sqlite:%s/restored.db", place);
    struct config restored = *config;
    restored.db = str_of(url);
    const char *path = newest + sizeof("sqlite:") - 1;
    bool good = backup_restore(&restored, path, backup, reason, reason_size) &&
                backup_check(&restored, url + sizeof("sqlite:") - 1, backup, reason, reason_size);
    snprintf(backup->path, sizeof(backup->path), "%s", path);
    backup_remove_folder(place, 2);
    return good;
}
