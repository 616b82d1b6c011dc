/* Clocks that stay: working time that runs for a piece of work, kept as the list of what happened
 * to it (base/work_clock.h). A module starts one for a record of its own, pauses it with a reason,
 * and is told when 50, 80 and 100 percent of its limit are over: once each, whatever number of
 * programs run on the database.
 *
 * What a clock reads is computed from its events with the calendar and the office hours of today;
 * so a changed calendar changes what is due, and clocks_round() finds the clocks that it concerns.
 */
#ifndef MODULES_CLOCKS_H
#define MODULES_CLOCKS_H

#include "base/work_clock.h"
#include "core/query.h"

extern const struct module clocks_module;

/* Holidays, make-up workdays and office hours. `digest` names this state of them. */
struct office {
    struct working_time *time;
    struct working_time *natural; /* every day whole; NULL until a clock needs it */
    int cutoff_minute;            /* what comes later in the day counts from the next workday on */
    struct str digest;
};
enum error office_read(struct ctx *ctx, struct office *office) MUST_USE;

struct clock_row {
    int64_t id;
    struct str kind, subject_kind, subject_key, phase;
    struct instant started_at, due_at, next_at; /* INSTANT_NONE: stands still */
    int64_t marks;
    struct str calendar, measure; /* "working" or "natural" */
    int64_t changed_seq;
};

/* A clock starts now. `kind` says what is to be done within the limit ("handling"); `out` is the
 * new clock. In a write transaction, as all that follows. */
enum error clock_begin(struct ctx *ctx, const char *kind, struct str subject_kind,
                       struct str subject_key, int64_t amount, enum limit_unit unit,
                       struct clock_row *out) MUST_USE;
/* Something happens to it now: CLOCK_PAUSE with a reason, CLOCK_RESUME, CLOCK_STOP. E_CONFLICT
 * where that cannot be. */
enum error clock_happen(struct ctx *ctx, int64_t id, enum clock_event_kind kind, struct str reason,
                        struct clock_row *out) MUST_USE;

/* Another limit, counted from the start, in the measure that it has; shares of it that are not over
 * any more will be told again. */
enum error clock_relimit(struct ctx *ctx, int64_t id, int64_t amount, enum limit_unit unit,
                         struct str reason, struct clock_row *out) MUST_USE;

/* What it reads now. */
enum error clock_read(struct ctx *ctx, int64_t id, struct clock_row *row,
                      struct clock_reading *reading) MUST_USE;

/* Is there something for clocks_round() to do? */
enum error clocks_are_due(struct ctx *ctx, struct str subject_kind, bool *due) MUST_USE;
/* Looks at the clocks of one kind of record, some hundreds at a time. `passed` is told of each
 * share of a limit that is over (0, 1, 2: 50, 80, 100 percent), with -1 where only the due time
 * moved. */
typedef enum error clock_passed_fn(struct ctx *ctx, const struct clock_row *row, int mark);
enum error clocks_round(struct ctx *ctx, struct str subject_kind, clock_passed_fn *passed,
                        int64_t *looked_at) MUST_USE;

#endif
