/* Everything of one database into another that is empty but has the same schema: from SQLite to
 * PostgreSQL, and back.
 *
 * In one transaction on each side, table by table in the order of their primary keys; references
 * are checked when all is there. Afterwards both are read again and have to be the same, value by
 * value. When `from` is in a transaction already, it is that one's snapshot that is moved, whatever
 * is written meanwhile. Numbers that were given out and are gone again are not given out a second
 * time. */
#ifndef DB_TRANSFER_H
#define DB_TRANSFER_H

#include "db/db.h"

struct transfer_table {
    const char *name; /* valid during the call */
    int64_t rows;
    char digest[65]; /* SHA-256 of all its values, in hexadecimal */
};
/* Called after each table that is in the other database, and again when both were compared. */
typedef void transfer_fn(void *state, const struct transfer_table *table, bool compared);

/* False, with the reason; the target is as it was then. The table `without` stays empty. */
bool db_transfer(struct db_conn *from, struct db_conn *to, const char *without, transfer_fn *say,
                 void *state, char *reason, size_t reason_size) MUST_USE;

#endif
