/* What an erasure leaves to do in the stored files, as a job: each file is looked through for the
 * person's mentions and put right (core/file_mend.h), outside of the transaction that erased, since
 * a city's files take minutes.
 *
 * What to look for is kept until then, sealed with a key of the key file, and goes with the last
 * file; a job that was broken off begins again. Nothing but pictures and what else cannot be read
 * is left, and how many those are is said. Files that are stored later are new data. */
#ifndef CORE_FILE_ERASURE_H
#define CORE_FILE_ERASURE_H

#include "core/jobs.h"
#include "core/redact.h"

struct file_erasure {
    int64_t person_id;
    int64_t files, mended, replaced, unread; /* looked at; texts; whole files; not to be read */
    struct instant begun_at, done_at;        /* done_at INSTANT_NONE: it goes on */
};
extern const struct shape file_erasure_shape;
extern const struct job_kind file_erasure_job;

/* In the transaction that erases, while the needles can still be known. */
enum error file_erasure_begin(struct ctx *ctx, int64_t person_id,
                              const struct needles *needles) MUST_USE;
/* In a write transaction, at start: those that no job is at work on. */
enum error file_erasures_resume(struct ctx *ctx) MUST_USE;
enum error file_erasure_find(struct ctx *ctx, int64_t person_id,
                             struct file_erasure *erasure) MUST_USE;

/* In the transaction of a read: the files that mention the person, as `places` (struct place: table
 * `file`, its digest). Ends after `seconds`; `left` files were not looked at then, of `unread`
 * nobody knows. */
enum error file_erasure_preview(struct ctx *ctx, const struct needles *needles, int seconds,
                                struct records *places, int64_t *unread, int64_t *left) MUST_USE;

#endif
