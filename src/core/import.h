/* Imports: a table that somebody sent becomes records.
 *
 *   file ─► sheet.h ─► import_read.c ──────────► import_run.c ─────────────► import_row, event
 *           cells      on the importing thread:   where the transaction is:
 *                      which column is which      what is there already, whose
 *                      field, values, corrections  it is, references, rules
 *
 * A check reads only and finds all problems there are; a run writes all records or none (mode
 * `all`), or those that are right (`rows`), in one transaction under one number with one event,
 * whose payload names the file and covers by a digest what each line did. So an import can be
 * undone as a whole, and any record names the line that it came from. A row is found again by its
 * natural key: the same file twice changes nothing. */
#ifndef CORE_IMPORT_H
#define CORE_IMPORT_H

#include "core/jobs.h"
#include "core/lifecycle.h"
#include "core/sheet.h"
#include "core/target.h"

enum {
    IMPORT_LINES_MAX = (1 << 24) - 1,
    IMPORT_PROBLEMS_MAX = 1000, /* kept; all are counted */
    IMPORT_CORRECTIONS_MAX = 10000,
    IMPORT_HEAD_LINES = 20, /* the headings are in one of the first lines */
    IMPORT_SAMPLES = 3,
    IMPORT_SAMPLE_CHARACTERS = 40
};

struct import_counts {
    int64_t new, changed, same, wrong;
};
struct import_progress {
    int64_t done, total;
};

struct import {
    int64_t id;
    struct str target, kind, mode, state, file_name, file_sha256;
    int64_t file_size;
    struct str format, encoding, sheet, sheets;
    int64_t header_line;
    struct str columns;
    int64_t row_count, new_count, changed_count, same_count, wrong_count, problem_count,
        public_count;
    struct record counts, progress;
    bool file_kept; /* its bytes can be read again */
    struct str rows_digest, message;
    int64_t account_id;
    struct str department_code; /* of what a feed brought: whose records it may write */
    struct str created_by;
    struct instant created_at;
    struct maybe_int run_seq, undo_seq;
    int64_t changed_seq;
};
extern const struct shape import_shape;
extern const struct lifecycle import_lifecycle;
/* Imports are their sender's; overseers see all. */
extern const struct ownership import_owned;

/* With counts and progress; E_NOT_FOUND without words. */
enum error import_find(struct ctx *ctx, int64_t id, struct import *import) MUST_USE;
enum error import_finish(struct ctx *ctx, void *import) MUST_USE;

/* --- Columns -------------------------------------------------------------------------------- */

struct import_column {
    struct str heading;
    const struct field *field; /* NULL = it is not imported */
    const char *guess;         /* name label remembered value; NULL = nobody guessed */
    struct str samples[IMPORT_SAMPLES];
};
struct import_columns {
    struct import_column items[SHEET_COLUMNS_MAX];
    size_t count;
};

/* What can be known of a file before anything is imported: format, headings, which column is
 * which. `file` is read from its first byte. */
enum error import_inspect(struct ctx *ctx, const struct import_target *target, int file,
                          struct import *import) MUST_USE;
/* The same with the sheet or the line of headings that the import names. */
enum error import_inspect_again(struct ctx *ctx, const struct import_target *target,
                                struct import *import) MUST_USE;
enum error import_columns_read(struct ctx *ctx, const struct import_target *target, struct str json,
                               struct import_columns *columns) MUST_USE;
struct str import_columns_json(struct arena *arena, const struct import_columns *columns);
/* The field that a heading names, by its name or its label; NULL = none. */
const struct field *import_field_named(struct arena *arena, const struct shape *shape,
                                       struct str heading);
/* Remembers them for the next table with these headings. */
enum error import_columns_remember(struct ctx *ctx, const struct import *import,
                                   const struct import_columns *columns) MUST_USE;

/* --- Rows ----------------------------------------------------------------------------------- */

/* A cell that is wrong. */
struct import_problem {
    int64_t id, import_id, line, column; /* column 0: the line as a whole */
    struct str heading, field, value, message;
};
extern const struct shape import_problem_shape;

/* What a line did. */
struct import_row {
    int64_t id;
    struct str record_key;
    int64_t key_hash;
    struct str cells, was;
};
extern const struct shape import_row_shape;
static inline int64_t import_row_id(int64_t import_id, int64_t line)
{
    return import_id * (IMPORT_LINES_MAX + 1) + line;
}
int64_t import_key_hash(struct str kind, struct str key);
/* The digest of all its rows, as they are in the database. */
enum error import_rows_digest(struct ctx *ctx, int64_t import_id,
                              char digest[DIGEST_HEX + 1]) MUST_USE;
/* The line that made this record, 0 where the import did not. */
enum error import_line_made(struct ctx *ctx, int64_t import_id, struct str kind, struct str key,
                            int64_t *line) MUST_USE;
void import_row_digest(struct digest *digest, const struct import_row *row);

/* Lines about people (a target whose shape has personal fields): cells and record are kept sealed
 * with the person's key, and go with it; values in problems and samples are masked; the file is let
 * go when it has been imported, since nobody's key covers it. */
bool import_is_personal(const struct import_target *target);
enum error import_row_seal(struct ctx *ctx, const struct import_target *target, const void *record,
                           struct import_row *row) MUST_USE;
/* Opens cells or record in their place; `erased`: nobody can read them any more. */
enum error import_row_open(struct ctx *ctx, const struct import_target *target, struct str *text,
                           bool *erased) MUST_USE;
/* A cell as it may be shown to whoever sees the import; `field` NULL = of no field. */
struct str import_cell_shown(struct arena *arena, const struct import_target *target,
                             const struct field *field, struct str cell);
/* The file of an import of people that has been written is no longer there to be read. */
bool import_file_is_gone(const struct import *import);

/* Where a record came from. */
struct origin {
    int64_t import_id, line;
    struct str file_name, action; /* new changed undone */
    struct instant recorded_at;
    struct str actor_name;
    /* For the program alone. */
    struct str actor, undo_actor, cells, was, columns, target;
    struct instant undone_at;
    int64_t row_id;
    struct maybe_int run_seq, undo_seq;
};
/* Newest first. */
enum error import_origins(struct ctx *ctx, struct str kind, struct str key, size_t most,
                          struct records *out) MUST_USE;
extern const struct shape origin_shape;

/* What a record was after an import or its undoing: for its history, beside its events. `body` is
 * STR_NONE where it was gone. */
struct import_past {
    int64_t sequence;
    struct instant recorded_at;
    struct str actor;
    const char *action; /* import undo */
    struct str body;
};
/* Newest first, up to the number `last`; the items are struct import_past. */
enum error import_pasts(struct ctx *ctx, struct str kind, struct str key, int64_t last, size_t most,
                        struct records *out) MUST_USE;

/* --- Work ----------------------------------------------------------------------------------- */

extern const struct job_kind import_job_kinds[];
enum { IMPORT_JOB_KINDS = 3 };
#define IMPORT_CHECK "import_check"
#define IMPORT_RUN   "import_run"
#define IMPORT_UNDO  "import_undo"

#endif
