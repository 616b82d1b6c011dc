/* Jobs as their owners and the administration see them: how far they are, stopping them, and those
 * that begin by the clock: back-ups, restore tests, tidying up. */
#ifndef MODULES_JOBS_H
#define MODULES_JOBS_H

#include "core/route.h"

extern const struct module jobs_module;

/* The first moment after `now` at which the city's clock shows `minute` of the day, on the weekday
 * (1 = Monday … 7; 0 = any). */
struct instant schedule_next(struct instant now, int utc_offset_minutes, int64_t minute,
                             int64_t weekday);

#endif
