/* Named statements with records as parameters and results.
 *
 * A statement's `:name` takes, in this order: an extra argument of that name, the field of that
 * name, or one of the context's own: :now :today :sequence :clearance
 * :own_account :own_organisation :own_area :own_department :own_oversight. A column goes to the
 * field of its name. */
#ifndef CORE_QUERY_H
#define CORE_QUERY_H

#include "core/fields.h"

struct arg {
    const char *name;
    struct db_value value;
};
static inline struct arg arg_text(const char *name, struct str text)
{
    return (struct arg){name, {.type = DB_TEXT, .null = !text.data, .text = text}};
}
static inline struct arg arg_int(const char *name, int64_t integer)
{
    return (struct arg){name, {.type = DB_INT, .integer = integer}};
}
static inline struct arg arg_bytes(const char *name, struct str bytes)
{
    return (struct arg){name, {.type = DB_BYTES, .text = bytes}};
}
static inline struct arg arg_date(struct arena *arena, const char *name, struct date date)
{
    char text[DATE_TEXT];
    if (!date_known(date))
        return arg_text(name, STR_NONE);
    date_print(date, text);
    return arg_text(name, arena_str(arena, str_of(text)));
}

struct args {
    struct row row; /* may have no shape */
    const struct arg *list;
    size_t count;
};
#define NO_ARGS            ((struct args){{NULL, NULL}, NULL, 0})
#define FROM(tag, pointer) ((struct args){{&tag##_shape, (void *)(uintptr_t)(pointer)}, NULL, 0})
#define ARGS(...)                                                                                  \
    ((struct args){{NULL, NULL},                                                                   \
                   (const struct arg[]){__VA_ARGS__},                                              \
                   COUNT(((const struct arg[]){__VA_ARGS__}))})
/* A record and more. */
#define FROM_AND(tag, pointer, ...)                                                                \
    ((struct args){{&tag##_shape, (void *)(uintptr_t)(pointer)},                                   \
                   (const struct arg[]){__VA_ARGS__},                                              \
                   COUNT(((const struct arg[]){__VA_ARGS__}))})

/* A field's value as the database takes it. */
struct db_value field_value(struct arena *arena, const struct field *field, const void *record);
/* The first row into `out` (cleared first). E_NOT_FOUND, without a message, when there is none. */
enum error db_one(struct ctx *ctx, const struct sql *sql, struct args args,
                  struct row out) MUST_USE;
/* One number, of the first column. */
enum error db_number(struct ctx *ctx, const struct sql *sql, struct args args,
                     int64_t *number) MUST_USE;
/* The bytes of the first row's first column, handed over where they lie, not copied into the arena;
 * `take` returns an error of its own. E_NOT_FOUND, without a message, when there is no row. */
typedef enum error bytes_fn(struct ctx *ctx, void *state, struct str bytes);
enum error db_bytes(struct ctx *ctx, const struct sql *sql, struct args args, bytes_fn *take,
                    void *state) MUST_USE;
/* Row by row, for what is no record: `visit` reads the columns itself, each once. */
typedef enum error cursor_fn(struct ctx *ctx, void *state, const struct db_cursor *cursor);
enum error db_rows(struct ctx *ctx, struct str text, struct args args, cursor_fn *visit,
                   void *state) MUST_USE;
/* A row into a table with a column `id`, which is returned. The statement ends behind VALUES (…).
 */
enum error db_insert(struct ctx *ctx, const struct sql *sql, struct args args,
                     int64_t *id) MUST_USE;
/* No rows wanted. */
enum error db_do(struct ctx *ctx, const struct sql *sql, struct args args) MUST_USE;
/* One of many rows that are inserted: see db_put(). */
enum error db_do_soon(struct ctx *ctx, const struct sql *sql, struct args args) MUST_USE;
/* All rows, in the arena; more than `most` is E_TOO_LARGE. */
enum error db_all(struct ctx *ctx, const struct sql *sql, struct args args,
                  const struct shape *shape, size_t most, struct records *out) MUST_USE;
/* Row by row, into `out`; the visitor may stop by returning an error. */
typedef enum error row_fn(struct ctx *ctx, void *state);
enum error db_each(struct ctx *ctx, struct str text, struct args args, struct row out,
                   row_fn *visit, void *state) MUST_USE;

/* The codes among the fields `which` exist in the tables they refer to; complains about each. */
enum error fields_check_references(struct ctx *ctx, struct row row, uint64_t which) MUST_USE;
/* Does the table have a row with this code? The table's name is the program's own. */
enum error code_exists(struct ctx *ctx, const char *table, struct str code, bool *there) MUST_USE;

#endif
