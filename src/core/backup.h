/* Back-ups of a database, made while the program runs, and never believed unread. One of PostgreSQL
 * is a file of SQLite, too (backup_copy.h), and can be restored into either.
 *
 *   FOLDER/kechuang-20261125T031500Z.db      the database at one moment
 *   FOLDER/kechuang-20261125T031500Z.files/  the files that it names; what has not changed since
 * the back-up before is the same file on the disk
 *
 * Each is complete, and could be served as it is. A copy gets its name only when it has been read
 * back: every page, every reference, the whole log of events, every file's digest. Keys are not in
 * it: key file and signing key are kept elsewhere, or whoever finds a back-up could read all
 * personal data. */
#ifndef CORE_BACKUP_H
#define CORE_BACKUP_H

#include "core/audit_verify.h"
#include "core/config.h"

enum { BACKUP_PATH_MAX = 4096 };

struct backup {
    char path[BACKUP_PATH_MAX]; /* of the copy of the database */
    int64_t bytes;              /* of it */
    int64_t files, file_bytes;  /* that it names */
    int64_t shared;             /* of the files: those that the back-up before has, too */
    struct audit_report audit;
};

/* Makes one; afterwards `keep` of them stay, the newest (0 = all). */
bool backup_make(const struct config *config, const char *folder, int64_t keep,
                 struct backup *backup, char *reason, size_t reason_size) MUST_USE;
/* Reads one back. */
bool backup_check(const struct config *config, const char *path, struct backup *backup,
                  char *reason, size_t reason_size) MUST_USE;
/* Reads it back and makes it the database that `config` names, which must not be there yet; on
 * PostgreSQL, must be empty. */
bool backup_restore(const struct config *config, const char *path, struct backup *backup,
                    char *reason, size_t reason_size) MUST_USE;

/* Restores the newest of the folder into SQLite in a temporary place in it, reads that back, and
 * removes it. */
bool backup_restore_test(const struct config *config, const char *folder, struct backup *backup,
                         char *reason, size_t reason_size) MUST_USE;

/* `kechuang backup FOLDER [KEEP]`, `kechuang backup check FILE`, `kechuang restore FILE`: the exit
 * status; -1 where KEEP is no number. */
int backup_command(const struct config *config, const char *folder, const char *keep);
int backup_check_command(const struct config *config, const char *path);
int restore_command(const struct config *config, const char *path);

#endif
