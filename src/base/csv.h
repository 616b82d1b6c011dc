/* Comma-separated values as RFC 4180 has them, strictly. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/buf.h"

enum { CSV_COLUMNS_MAX = 64, CSV_CELL_MAX = 64 * 1024 };

struct csv {
    struct arena *arena; /* cells that were quoted are copied here; the others lie in the text */
    struct str rest;     /* what is still to be read */
    size_t line;         /* of the next record, from 1 */
    const char *error;   /* why the last csv_next() stopped, in English; NULL at the end */
    size_t error_line, error_column; /* column in bytes, from 1 */
};

struct csv_record {
    size_t line; /* where it begins */
    size_t count;
    struct str cells[CSV_COLUMNS_MAX];
    size_t columns[CSV_COLUMNS_MAX]; /* byte column where each cell begins, from 1 */
    bool quoted[CSV_COLUMNS_MAX];
};

/* A leading byte order mark is skipped. */
struct csv csv_open(struct arena *arena, struct str text);
/* False at the end and at an error (csv->error tells which). */
bool csv_next(struct csv *csv, struct csv_record *record);

/* Writes one cell, quoted where it must be. Cells are separated by the caller. */
void csv_cell(struct buf *out, struct str cell);

#endif
