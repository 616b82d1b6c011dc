/* The work of an import, for its jobs: see import.h. */
#ifndef CORE_IMPORT_RUN_H
#define CORE_IMPORT_RUN_H

#include "core/import.h"

/* An import that is being worked on. */
struct import_work {
    struct arena *arena; /* outlives the work */
    struct arena scope;  /* what has to be ended, however the work ends */
    struct import import;
    struct target target;
    struct import_columns *columns;
    struct records corrections;
    int file;
    bool one_by_one; /* each row is written before the next is looked at, so that errors have lines
                      */
    /* Of a pass that only looks: told each record that would be new or change, as it would be then;
     * it is there until this returns. May be NULL. */
    enum error (*told)(struct ctx *ctx, void *state, const void *record);
    void *told_state;
    /* What came of it. */
    struct import_counts counts;
    int64_t row_count, public_count, problem_count;
    struct import_problem *problems;
    size_t problem_kept;
    char digest[DIGEST_HEX + 1];
};
extern const struct shape import_correction_shape;

/* In a transaction: what the import says, for whoever may import into its target. */
enum error import_open(struct ctx *ctx, int64_t id, struct import_work *work) MUST_USE;
void import_close(struct import_work *work);
/* `run` NULL: nobody asks how far it is. All lines, in a transaction: only looked at, or written
 * with their import_rows. An error is about the whole; wrong lines are counted, and told in
 * `problems`. */
enum error import_pass(struct ctx *ctx, struct job_run *run, struct import_work *work,
                       bool write) MUST_USE;
/* The record before the line, of its JSON, and after it; `was` STR_NONE = there was none. E_ERASED
 * without words where it was about a person who has been erased. */
enum error import_row_before(struct ctx *ctx, const struct import_target *is, struct str was,
                             struct row row) MUST_USE;
enum error import_row_after(struct ctx *ctx, const struct import_target *is,
                            const struct import_columns *columns, struct str was, struct str cells,
                            struct row row) MUST_USE;
/* In a write transaction: every record as it was before the import. E_CONFLICT, with the lines in
 * `problems`, when one was changed since. */
enum error import_take_back(struct ctx *ctx, struct job_run *run,
                            struct import_work *work) MUST_USE;

#endif
