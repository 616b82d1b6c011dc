/* What the files of this module share. */
#ifndef NOTICES_INTERNAL_H
#define NOTICES_INTERNAL_H

#include "core/jobs.h"
#include "core/list.h"
#include "core/notice.h"

/* outbox.c */
extern const struct list outbox_list;
extern const struct handler outbox_retry_handler, outbox_begin_handler;
extern const struct job_kind sending_kind;
enum error outbox_tick(struct ctx *ctx, const struct ticking *ticking);

#endif
