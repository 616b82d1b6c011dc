/* The observations as the plausibility engine takes them, and what it found in them as this module
 * keeps it. */
#ifndef FINDINGS_CHECKED_H
#define FINDINGS_CHECKED_H

#include "core/jobs.h"
#include "modules/indicators/indicators.h"
#include "plausibility/check.h"

/* --- read.c: the observations as the engine takes them --------------------------------------- */

/* What the engine has no use for, of each figure. */
struct figure_origin {
    int64_t observation_id, visibility;
    struct str department_code;
    bool sample;
};
struct checked_set {
    struct figure_set set;
    struct figure_origin *origins; /* of set.figures */
};
struct checked_request {
    int64_t as_of; /* 0 = the current observations; else those recorded at that number */
    void (*tell)(void *state, int64_t done, int64_t total); /* how far, by ids; may be NULL */
    void *tell_state;
    /* Instead of the figures of the same numbers, or beside them: observations that are not stored,
     * whose texts outlive the set. */
    const struct observation *instead;
    size_t instead_count;
};
/* Bytes that a check may take: about 900 an observation (measured), so some 2 million of them. */
enum { CHECK_MEMORY_MB = 2048 };
/* An arena of that size, which ends with the context's and whose exhaustion leads where that of the
 * context's leads. */
struct arena *check_arena(struct ctx *ctx);
/* The observations asked for, with all that is declared about indicators; prepared. Those that came
 * `instead` are the places in `instead_places` (as many; the caller's array; may be NULL). In a
 * transaction of the caller's. */
enum error checked_set_read(struct ctx *ctx, struct arena *arena,
                            const struct checked_request *asked, size_t *instead_places,
                            struct checked_set *out) MUST_USE;

/* --- identity.c ------------------------------------------------------------------------------ */

enum { FINDING_IDENTITY = 32 }; /* characters */
/* Its rule, the numbers of its figures whatever their order, and what these say. */
struct str finding_identity(struct arena *arena, const struct figure_set *set,
                            const struct finding *finding);

/* Who may see it, and whose it is: no less confidential than its figures; and an officer's own
 * where all figures that not every officer may see are of his area (department), or, where there
 * are none such, the first figure is. */
struct finding_access {
    int64_t visibility;
    struct str area_code, department_code; /* STR_NONE = no officer's own */
};
struct finding_access finding_access(const struct checked_set *checked,
                                     const struct finding *finding);

/* --- keep.c ---------------------------------------------------------------------------------- */

struct kept_counts {
    int64_t found, ended, renewed;
};
/* Makes what is kept what was found, in steps of KEEP_STEP findings, each a write transaction of
 * the job's. What is there already and unchanged is not written. */
enum { KEEP_STEP = 200 };
enum error findings_keep(struct ctx *ctx, struct job_run *run, struct arena *arena,
                         const struct checked_set *checked, const struct findings *found,
                         struct kept_counts *counts) MUST_USE;

#endif
