/* `kechuang migrate --from URL --to URL`: a whole city from SQLite to PostgreSQL, and back, with
 * its files (db/transfer.h has the tables). Both get the newest schema first; the program must not
 * be running on either. The key file stays the same. */
#ifndef CORE_TRANSFER_H
#define CORE_TRANSFER_H

#include "core/side.h"

/* How much was moved. */
struct transferred {
    int64_t rows, files;
};

/* From one side to the other, which has to be empty: the files, which nobody refers to until
 * everything else is there, then all tables in one transaction. So what was broken off can be begun
 * again. Each table with rows is said on standard error when `moved` is not NULL. */
bool transfer_all(struct side *from, struct side *to, struct transferred *moved, char *reason,
                  size_t reason_size) MUST_USE;

/* The exit status. */
int transfer_command(const struct config *config);

#endif
