/* Lists: one base statement and a field table give a resource that can be narrowed, sorted and
 * paged, as JSON, and exported as files (core/export.h).
 *
 * The base statement is wrapped: SELECT * FROM (base) WHERE filters AND after ORDER BY … LIMIT.
 * Both databases dissolve the wrapping, and the variants are finite: any subset of the declared
 * filters, one sort. Paging goes by key, so that a page costs the same at any depth. */
#ifndef CORE_LIST_H
#define CORE_LIST_H

#include "core/query.h"

/* A query parameter that is more than equality with a field. */
struct list_filter {
    const char *name, *zh, *en;
    enum kind kind; /* KIND_TEXT, KIND_DATE, KIND_INT or KIND_BOOL */
    /* SQL on the base's columns, with :name; of KIND_BOOL: where it is true. */
    const char *condition;
};

struct file_format;
struct list {
    const struct sql *base; /* SELECT … FROM …, without ORDER BY */
    const struct shape *row;
    const char *key;  /* column that is unique and never null; the last sort criterion */
    const char *sort; /* column to sort by when nothing is asked; "-x" = descending */
    const struct list_filter *filters;
    size_t filter_count;
    const struct ownership *owned; /* the confined see only theirs; guarded: and what is cleared */
    bool private;                  /* `owned` by account confines all but overseers */
    bool guarded;                  /* rows have `visibility`; each reader sees what he may */
    enum error (*finish)(struct ctx *ctx, void *row); /* members that follow from others */
    bool versioned; /* rows have recorded_seq and replaced_seq: takes as_of */
    /* Address at which it is told where a row comes from, with {field}s: a column of exports. */
    const char *lineage;
};

enum {
    LIST_LIMIT = 100,
    LIST_LIMIT_MAX = 500,
    LIST_EXPORT_PAGE = 2000,
    LIST_FILE_ROWS = 5000000,
    LIST_XLSX_ROWS = 1048575, /* what a sheet holds, less its heading */
    LIST_EXPORT_SECONDS = 55  /* the listener waits for 60 */
};

/* The forms that every list has: a page, and whole as files. */
enum list_format { LIST_PAGE, LIST_CSV, LIST_XLSX, LIST_JSON, LIST_CSV_METADATA, LIST_FORMATS };

/* What a client asked of a list. */
struct list_request {
    const struct list *list;
    int64_t limit;
    const struct field *sort;
    bool descending;
    struct str after; /* cursor, as sent */
    struct maybe_int as_of;
    struct row filter; /* values of the row shape's filter fields */
    uint64_t filter_given;
    struct db_value extra[8];         /* values of list->filters */
    const struct file_format *format; /* whose option may be given; NULL = a page */
    struct str option;
    uint64_t extra_given;
};

/* Reads the query string; complains about what is unknown or wrong. `path_name` is the field that a
 * value in the path belongs to, or STR_NONE; `format` is NULL for a page. */
enum error list_request_read(struct ctx *ctx, const struct list *list, struct str query,
                             struct str path_name, struct str path_value,
                             const struct file_format *format,
                             struct list_request *request) MUST_USE;
/* The statement for a request, for running and for the test of indexes. `args` holds its values. */
struct str list_statement(struct ctx *ctx, const struct list_request *request, struct args *args);
/* One page as {"items":[…],"next":…,"seq":…}. */
enum error list_page(struct ctx *ctx, const struct list_request *request,
                     struct json *out) MUST_USE;
/* One page, row by row; of lists and of their files. `next` becomes the cursor after the last row
 * when more rows may follow, else STR_NONE. */
enum error list_each(struct ctx *ctx, const struct list_request *request, row_fn *visit,
                     void *state, struct row row, struct str *next) MUST_USE;

#endif
