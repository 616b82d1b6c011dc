/* Whole lists as files, in a format: CSV, XLSX, JSON, the description of the CSV, or one of a
 * module's own (GeoJSON, SDMX, iCalendar).
 *
 * A file shows what there was at one sequence number: it is read in one snapshot (see
 * sequence_stand_still()), a page at a time in the order of the list, so that memory stays the same
 * however long the list is. It is written to a file of its own first, at the program's pace and not
 * at the client's, which is why the snapshot lives no longer than LIST_EXPORT_SECONDS.
 * [decision 0019] */
#ifndef CORE_EXPORT_H
#define CORE_EXPORT_H

#include "core/list.h"

/* A column: a field, the value of the record in it, or an address made from the row. */
struct column {
    const struct field *field;
    const struct field *inner; /* of a record: what is shown of it */
    const char *link;          /* "/api/observations/{id}/lineage" */
};

struct file_format;
struct export
{
    struct ctx *ctx;
    const struct file_format *format;
    const struct shape *shape;
    const struct list *list;            /* NULL: the items of a handler's reply */
    const struct list_request *request; /* NULL likewise */
    struct str path, query;             /* the address without the format's ending; as asked */
    struct column columns[FIELDS_MAX];
    size_t column_count;
    int64_t rows, sample_rows;
    /* Where the format writes; it goes to the file now and then. */
    struct buf out;
    struct json json; /* to `out` */
    int file;
    bool broken; /* it could not be written */
    void *state; /* the format's own, in ctx->arena of begin() */
};

struct file_format {
    const char *ending; /* csv */
    const char *type;   /* media type */
    size_t rows_max;
    /* NULL in the place of row: no rows are read. Between the calls of row() ctx->arena is emptied;
     * begin() and end() have the request's. */
    void (*begin)(struct export *to);
    void (*row)(struct export *to, struct row row);
    void (*end)(struct export *to);
    /* Of a module's own format: query parameters that are no conditions of the list, with their
     * choices; the first is what is taken when nothing is said. */
    const char *option, *option_zh, *option_en;
    const char *const *option_choices;
    /* A browser may show it; a client that has it by its ETag need not have it again. */
    bool shown;
};
extern const struct file_format csv_format, xlsx_format, json_format, csv_metadata_format;
/* The format that every list has in this form; NULL for a page. */
const struct file_format *list_format_of(enum list_format form);

/* What is to be exported: a list, or the records of a handler's reply. */
struct export_job {
    const struct file_format *format;
    struct list_request *request; /* or … */
    const struct shape *shape;    /* … these */
    struct records records;
    struct str path, query;
};
/* Writes it to the open file; `done` says what became of it. E_BUSY while another list is being
 * exported; E_TOO_LARGE past the ceiling of rows; E_TIMEOUT past that of time. */
enum error export_file(struct ctx *ctx, const struct export_job *job, int file,
                       struct export *done) MUST_USE;
/* Where exports are made: $TMPDIR, or /tmp. */
const char *export_folder(void);

/* For formats. The name, title and text of a column; the text is STR_NONE for null, personal data
 * masked. */
struct str column_name(const struct column *column);
struct str column_title(const struct column *column, enum language language);
enum kind column_kind(const struct column *column);
struct str column_text(struct arena *arena, const struct column *column, struct row row);
/* The choice of the format's option. */
const char *export_option(const struct export *to);
/* Says what the file is: its address, sequence number, columns; members of the open object. */
void export_describe(struct export *to);
/* Writes what is waiting in `out`. */
void export_flush(struct export *to);

#endif
