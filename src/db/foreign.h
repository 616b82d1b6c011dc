/* Reading from somebody else's PostgreSQL, behind one guard.
 *
 * - Only hosts that the operator has listed are connected to; none are by default.
 * - No password is in the address: libpq takes it from a file that only the operator can read.
 * - The account may not be a superuser there, for whom "read only" means little.
 * - One statement, a SELECT (or WITH … SELECT, VALUES, TABLE): it is run as the query of a cursor,
 *   which PostgreSQL's own grammar allows nothing else to be, in a READ ONLY transaction that is
 *   rolled back, with a timeout for the statement and another for everything.
 * - Rows are fetched in portions; there is a ceiling for rows and for bytes. */
#ifndef DB_FOREIGN_H
#define DB_FOREIGN_H

#include <stdatomic.h>

#include "base/base.h"

/* code, 中文, English */
#define FOREIGN_FAULTS(F)                                                                          \
    F(FOREIGN_GOOD, "", "")                                                                        \
    F(FOREIGN_ADDRESS, "地址应为 postgres://用户@主机[:端口]/数据库[?sslmode=…]",                  \
      "the address must be postgres://USER@HOST[:PORT]/DATABASE[?sslmode=…]")                      \
    F(FOREIGN_SECRET, "地址里不能有密码：请写进 --pull-passfile 所指的文件",                       \
      "no password in the address: put it into the file that --pull-passfile names")               \
    F(FOREIGN_HOST, "这个主机不在 --pull-hosts 的名单上",                                          \
      "this host is not among those that --pull-hosts lists")                                      \
    F(FOREIGN_STATEMENT, "只能是一条查询语句：SELECT …，或 WITH … SELECT …",                       \
      "must be one query: SELECT … or WITH … SELECT …")                                            \
    F(FOREIGN_CONNECT, "连不上对方的数据库", "the other database cannot be reached")               \
    F(FOREIGN_SUPERUSER, "对方给的账户是超级用户；请换成只读账户",                                 \
      "the account is a superuser there: ask for one that can only read")                          \
    F(FOREIGN_QUERY, "对方的数据库拒绝了查询", "the other database refuses the query")             \
    F(FOREIGN_TIMEOUT, "查询用时过长，已停止", "the query took too long and was stopped")          \
    F(FOREIGN_ROWS, "行数超过上限", "more rows than the ceiling")                                  \
    F(FOREIGN_BYTES, "数据超过大小上限", "more bytes than the ceiling")                            \
    F(FOREIGN_STOPPED, "已停止", "it was stopped")
#define FOREIGN_FAULT_CODE(code, zh, en) code,
enum foreign_fault { FOREIGN_FAULTS(FOREIGN_FAULT_CODE) };
#undef FOREIGN_FAULT_CODE
const char *foreign_words(enum foreign_fault fault, bool english);

enum { FOREIGN_DETAIL = 400, FOREIGN_COLUMNS_MAX = 64 };

struct foreign_query {
    const char *address, *statement;
    const char *hosts;    /* that may be connected to: "db.example:5432 /run/other" */
    const char *passfile; /* NULL or empty: no passwords */
    int connect_seconds, statement_seconds, seconds; /* the last one for everything */
    int64_t rows_max, bytes_max;
    const atomic_bool *stop; /* may be NULL */
};

/* Can it be asked at all? Nothing is connected to. */
enum foreign_fault foreign_check(const struct foreign_query *query) MUST_USE;
/* Is it, by its looks, a single query? The grammar itself is left to PostgreSQL. */
bool foreign_is_query(struct str statement);

/* Each row in turn, the names of the columns first; NULL is STR_NONE. False stops it, as
 * FOREIGN_STOPPED. */
typedef bool foreign_row_fn(void *state, const struct str *cells, size_t count);
/* `rows` counts those of data; `detail` is what the other database says. */
enum foreign_fault foreign_read(const struct foreign_query *query, foreign_row_fn *visit,
                                void *state, int64_t *rows, char detail[FOREIGN_DETAIL]) MUST_USE;

#endif
