/* What the files of this module share. */
#ifndef FINDINGS_INTERNAL_H
#define FINDINGS_INTERNAL_H

#include "core/jobs.h"
#include "core/lifecycle.h"
#include "core/ticker.h"
#include "modules/findings/findings.h"

/* --- findings.c ------------------------------------------------------------------------------ */

/* A finding as it is kept and shown. */
struct kept_finding {
    int64_t id;
    struct str rule, kind;
    int64_t severity;
    struct str statement, statement_en, arithmetic;
    struct str indicator_code, indicator_name, indicator_name_en, area_code, area_name,
        area_name_en;
    int64_t figure_count;
    bool sample;
    struct str state, reason;
    struct maybe_int owner_id;
    struct str owner_name, own_area_code, own_department_code;
    int64_t visibility_allowed, visibility;
    struct instant found_at;
    struct maybe_int gone_seq;
    int64_t changed_seq;
};
extern const struct shape kept_finding_shape;
extern const struct ownership finding_owned;
extern const struct list finding_list;
/* What narrows the list, and its counts, beyond equality: conditions on the table `finding`. */
enum { FINDING_FILTERS = 3 };
extern const struct list_filter finding_filters[FINDING_FILTERS];
extern const struct lifecycle finding_lifecycle;
/* As the reader may see it: E_NOT_FOUND otherwise. */
enum error finding_find(struct ctx *ctx, int64_t id, struct kept_finding *out) MUST_USE;

/* Who looks after findings. */
enum { FINDING_HANDLERS = EDITORS };

/* --- run.c: a check as a job ----------------------------------------------------------------- */

#define JOB_FINDINGS "findings_check"
extern const struct job_kind finding_job_kind;
/* Begins one when observations have changed and then stood still for a while. */
enum error findings_tick(struct ctx *ctx, const struct ticking *ticking);

extern const struct handler finding_show_handler, finding_step_handler, finding_owner_handler,
    finding_publish_handler, finding_check_start_handler, finding_check_show_handler,
    finding_count_list_handler, finding_rule_list_handler, finding_mark_list_handler,
    observation_finding_list_handler, import_finding_list_handler;

#endif
