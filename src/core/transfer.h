/* `kechuang migrate --from URL --to URL`: a whole city from SQLite to PostgreSQL, and back, with
 * its files (db/transfer.h has the tables). Both get the newest schema first; the program must not
 * be running on either. The key file stays the same. */
#ifndef CORE_TRANSFER_H
#define CORE_TRANSFER_H

#include "core/config.h"

/* The exit status. */
int transfer_command(const struct config *config);

#endif
