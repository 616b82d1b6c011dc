/* What import_read.c hands to import_run.c: rows of the file, as far as they can be known without
 * the database. A thread of its own reads ahead; a handful of batches is in memory at a time. */
#ifndef CORE_IMPORT_READ_H
#define CORE_IMPORT_READ_H

#include "core/import.h"

enum { IMPORT_BATCH = 500, IMPORT_BATCHES = 4 };

/* One thing that is wrong with a line; in its batch's arena. */
struct line_problem {
    struct line_problem *next;
    size_t column;
    struct str heading, field, value, message;
};

struct import_line {
    size_t line;
    void *record;     /* of the target's shape, with what the line gives */
    uint64_t given;   /* fields that have a value */
    struct str cells; /* of the columns that go to fields, as JSON */
    struct line_problem *problems, **last_problem;
};

struct import_batch {
    struct arena arena; /* of all its lines */
    struct import_line lines[IMPORT_BATCH];
    size_t count;
    int64_t bytes; /* of the file, read so far */
    bool last;
    struct sheet_fault end; /* with `last`: why reading could not go on */
    struct import_batch *next;
};

struct correction {
    int64_t line, column;
    struct str value;
};

struct import_reading {
    const struct import *import;
    const struct import_target *target;
    const struct import_columns *columns;
    const struct correction *corrections; /* in order */
    size_t correction_count;
    int file;
    enum language language;
    const struct principal *who;
};

struct import_reader;
/* `reading` outlives it. NULL without memory or thread. */
struct import_reader *import_reader_start(const struct import_reading *reading);
/* The next batch, which the caller gives back; never NULL before one with `last`. */
struct import_batch *import_reader_take(struct import_reader *reader);
void import_reader_give(struct import_reader *reader, struct import_batch *batch);
void import_reader_stop(struct import_reader *reader);

/* Adds what was complained about in `ctx` to the line, and forgets it there. */
void import_line_blame(struct ctx *ctx, const struct shape *shape,
                       const struct import_columns *columns, struct import_line *line,
                       struct arena *arena);

#endif
