/* One database and its files, as they are at one moment, in a file of SQLite beside its folder of
 * files.
 *
 *   from SQLite      page by page (db_copy())
 *   from PostgreSQL  row by row, all of it and the files in one snapshot, while others go on
 *                    writing; what arrived is read again and has to be the same, value by value
 *                    (db/transfer.h) */
#ifndef CORE_BACKUP_COPY_H
#define CORE_BACKUP_COPY_H

#include "db/db.h"

/* `path` must not be there yet. Files that `before` (a URL, or "") has already are linked, not
 * copied, and counted in `*shared`. False, with the reason; then something may be at `path`. */
bool backup_copy(const char *url, const char *path, const char *before, int64_t *shared,
                 char *reason, size_t reason_size) MUST_USE;

#endif
