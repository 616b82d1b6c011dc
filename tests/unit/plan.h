/* Which tables a statement reads from end to end, for the tests that look whether an index serves.
 */
#ifndef UNIT_PLAN_H
#define UNIT_PLAN_H

#include "base/arena.h"
#include "db/db.h"

/* Their names as the statement has them (an alias, where there is one), separated by a blank; ""
 * when an index serves everywhere. The values of the parameters do not count, only their types:
 * PostgreSQL shows the plan it would keep for any values, and is told to avoid full scans, so that
 * the few rows of a test do not mislead it. A walk along an index in the wanted order is no full
 * scan on either. A statement that the database refuses fails the test. */
struct str plan_scans(struct arena *arena, struct db_conn *conn, struct str text,
                      db_param_fn *param, void *state);

#endif
