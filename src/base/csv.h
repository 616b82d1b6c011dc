/* Comma-separated values as RFC 4180 has them, strictly; other separators, and texts that come in
 * pieces, for whoever reads what is longer than memory (core/sheet.h). */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/buf.h"

enum { CSV_COLUMNS_MAX = 256, CSV_CELL_MAX = 64 * 1024 };

/* Why a record cannot be read. */
#define CSV_FAULTS(F)                                                                              \
    F(CSV_UNCLOSED, "引号没有闭合", "the quotation mark is never closed")                          \
    F(CSV_STRAY_QUOTE, "单元格中间有引号，而开头没有",                                             \
      "a quotation mark inside a cell that does not begin with one")                               \
    F(CSV_AFTER_QUOTE, "引号之后应为分隔符或行尾", "expected a comma or the end of the line")      \
    F(CSV_TOO_MANY, "列太多", "too many columns")                                                  \
    F(CSV_TOO_LONG, "单元格太长", "the cell is too long")                                          \
    F(CSV_NUL, "单元格中有 NUL 字节", "a NUL byte in the cell")
#define CSV_FAULT_CODE(code, zh, en) code,
enum csv_fault { CSV_FAULTS(CSV_FAULT_CODE) CSV_FAULT_COUNT };
#undef CSV_FAULT_CODE
extern const char *const csv_faults_zh[CSV_FAULT_COUNT], *const csv_faults_en[CSV_FAULT_COUNT];

struct csv {
    struct arena *arena; /* cells with doubled quotes are copied here; others lie in the text */
    struct str rest;     /* what is still to be read */
    size_t line;         /* of the next record, from 1 */
    const char *error;   /* why the last csv_next() stopped, in English; NULL at the end */
    enum csv_fault fault;
    size_t error_line, error_column; /* column in bytes, from 1 */
    char separator;                  /* ',' unless the caller says otherwise */
    bool more;       /* the text goes on: a record that meets its end may be incomplete … */
    bool incomplete; /* … and then csv_next() stopped there, with `rest` at its beginning */
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
