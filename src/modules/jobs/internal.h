/* What the files of this module share. */
#ifndef JOBS_INTERNAL_H
#define JOBS_INTERNAL_H

#include "core/jobs.h"
#include "core/notice.h"
#include "modules/jobs/jobs.h"

extern const struct handler job_events_handler, schedule_table_handler, schedule_run_handler,
    schedule_turn_handler, schedule_change_handler, backup_table_handler;
/* schedules.c */
enum error schedules_prepare(struct ctx *ctx);
enum error schedules_tick(struct ctx *ctx, const struct ticking *ticking);
/* upkeep.c: what the schedules begin. */
enum { UPKEEP_KINDS = 3 };
extern const struct job_kind upkeep_kinds[UPKEEP_KINDS];
enum { UPKEEP_NOTICES = 1 };
extern const struct notice_kind upkeep_notices[UPKEEP_NOTICES];
enum error jobs_tidy(struct ctx *ctx, int64_t *gone);
#define JOB_BACKUP       "backup"
#define JOB_RESTORE_TEST "restore_test"
#define JOB_TIDYING      "tidying"
#define JOB_DIGEST       "digest" /* of module notices */

#endif
