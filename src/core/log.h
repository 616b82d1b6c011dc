/* Structured logs: one line of JSON per event on standard error. Values that a person sent are
 * never logged, only what the program knows about them. */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include "base/base.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* Lines below this level are dropped. Set once, before threads start. */
void log_set_level(enum log_level level);
bool log_wants(enum log_level level);
bool log_level_parse(struct str text, enum log_level *level);

/* log_event(LOG_INFO, "started", "address", address, NULL): keys and texts in turn. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

#endif
