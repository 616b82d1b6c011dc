/* Tables as people send them: CSV and what is pasted from a spreadsheet (any of UTF-8, UTF-16 and
 * GB 18030; comma, semicolon or tab between cells), and XLSX. Read row by row in constant memory;
 * what is wrong with one row is said with its place, and reading goes on behind it.
 *
 * A cell is text as a person would type it: 2026-03-03 for a day, true, 2.82. Lines count from 1 as
 * the spreadsheet does; of a text file they are those of the file. Columns count cells, from 1.
 *
 * Of a workbook nothing is believed: entities and anything outside of it are refused, and what it
 * unpacks to has a ceiling, absolute and against its size. */
#ifndef CORE_SHEET_H
#define CORE_SHEET_H

#include "base/csv.h"

enum {
    SHEET_COLUMNS_MAX = CSV_COLUMNS_MAX,
    SHEETS_MAX = 64,                         /* of a workbook */
    SHEET_FAULTS_MAX = 10000,                /* rows that cannot be read; then it is no table */
    SHEET_UNPACKED_MAX = 2000 * 1024 * 1024, /* bytes of a workbook, unpacked … */
    SHEET_RATIO_MAX = 200,                   /* … and not more than so many times its size … */
    SHEET_RATIO_FREE = 16 * 1024 * 1024,     /* … beyond this much */
    SHEET_TEXTS_MAX = 96 * 1024 * 1024       /* bytes of a workbook's texts that cells share */
};

struct sheet_fault {
    const char *zh, *en;
};

struct sheet_row {
    size_t line;
    size_t count;                        /* cells, without empty ones at the end */
    struct str cells[SHEET_COLUMNS_MAX]; /* valid until the next row is read */
    bool broken[SHEET_COLUMNS_MAX];      /* the cell holds an error of the spreadsheet: #N/A */
    const struct sheet_fault *fault;     /* the row cannot be read, beginning in … */
    size_t fault_column;
};

struct sheet;

/* `file` is read from its first byte, and stays the caller's. `name` chooses a sheet of a workbook,
 * empty = the first. NULL, with the reason in both languages, when it is no table. */
struct sheet *sheet_open(int file, struct str name, struct sheet_fault *why);
void sheet_close(struct sheet *sheet);

/* False at the end, and where reading cannot go on: `*why` has words then. */
bool sheet_next(struct sheet *sheet, struct sheet_row *row, struct sheet_fault *why);

/* What it turned out to be: "csv", "tsv", "xlsx"; "utf-8", "utf-16le", "utf-16be", "gb18030". */
const char *sheet_format(const struct sheet *sheet);
const char *sheet_encoding(const struct sheet *sheet);
/* Sheets of a workbook, in its order; a text has none. */
size_t sheet_names(const struct sheet *sheet, const struct str **names);
const char *sheet_name(const struct sheet *sheet);

#endif
