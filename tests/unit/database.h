/* Databases for tests. A test that is listed with ON_BOTH runs once on SQLite and once on the
 * PostgreSQL at KECHUANG_TEST_POSTGRES, where it is skipped when there is none; each time it has an
 * empty database of its own.
 *
 *   static void areas_are_unique(void **state)
 *   {
 *       struct db_conn *conn = database_conn(state);
 *       …
 *   }
 *   UNIT_GROUP(areas, ON_BOTH(areas_are_unique))
 */
#ifndef UNIT_DATABASE_H
#define UNIT_DATABASE_H

#include "base/arena.h"
#include "db/db.h"
#include "unit/unit.h"

int database_on_sqlite(void **state);
int database_on_faulty_sqlite(void **state); /* on the disk of fault/fault_vfs.h */
int database_on_postgres(void **state);
int database_forget(void **state); /* closes its connections, removes what it holds */

#define ON_SQLITE(test)                                                                            \
    {                                                                                              \
#test " (sqlite)", test, database_on_sqlite, database_forget, NULL                         \
    }
#define ON_FAULTY_SQLITE(test)                                                                     \
    {                                                                                              \
#test " (faulty sqlite)", test, database_on_faulty_sqlite, database_forget, NULL           \
    }
#define ON_POSTGRES(test)                                                                          \
    {                                                                                              \
#test " (postgres)", test, database_on_postgres, database_forget, NULL                     \
    }
#define ON_BOTH(test) ON_SQLITE(test), ON_POSTGRES(test)

/* The test's first connection, for writing. Skips the test where there is no such database. */
struct db_conn *database_conn(void **state);
/* One more connection. */
struct db_conn *database_open(void **state, bool read_only);
/* Closes it before the test's end. */
void database_close(void **state, struct db_conn *conn);
const char *database_url(void **state);
/* Where a program on this database keeps its keys. */
const char *database_key_file(void **state);
/* Memory until the test's end. */
struct arena *database_arena(void **state);

/* Parameters, for db_open() with given_param: GIVEN({"id", int_value(7)}, {"name",
 * text_value("x")}) */
struct given {
    const char *name;
    struct db_value value;
};
#define GIVEN(...) ((const struct given[]){__VA_ARGS__, {0}})
bool given_param(void *given, struct str name, struct db_value *value);
struct db_value int_value(int64_t number);
struct db_value real_value(double number);
struct db_value bool_value(bool truth);
struct db_value text_value(const char *text);
struct db_value null_value(enum db_type type);

/* Runs a statement to its end; DB_DONE when all went well. `given` may be NULL. */
enum db_status database_do(struct db_conn *conn, const char *sql, const struct given *given);
/* The same in a write transaction of its own; must succeed. */
void database_write(struct db_conn *conn, const char *sql);
/* All rows of a statement as text: `1|渝|NULL` a line, without an end at the last. `types` has for
 * each column what is wanted: i(nteger) r(eal) b(ool) t(ext). */
struct str database_rows(struct arena *arena, struct db_conn *conn, const char *sql,
                         const struct given *given, const char *types);
/* One number, in a read transaction of its own where none is open. */
int64_t database_number(struct db_conn *conn, const char *sql);

/* Statuses by name, so that a failure can be read. */
const char *status_name(enum db_status status);
#define assert_status(got, wanted) assert_string_equal(status_name(got), status_name(wanted))

#endif
