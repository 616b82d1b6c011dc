/* What the running program counts about itself, for whoever watches it (GET /metrics, in the text
 * format of Prometheus 0.0.4). Counting takes no lock; numbers are of this process since its start.
 */
#ifndef CORE_METRICS_H
#define CORE_METRICS_H

#include <stdatomic.h>

#include "db/db.h"

enum metrics_kind { METRICS_READ, METRICS_WRITE, METRICS_KINDS };
enum { METRICS_BUCKETS = 10, METRICS_CLASSES = 5 /* of status: 1xx to 5xx */ };

struct metrics {
    int64_t started_at; /* seconds since 1970 */
    atomic_uint_fast64_t replies[METRICS_KINDS][METRICS_CLASSES];
    atomic_uint_fast64_t within[METRICS_KINDS][METRICS_BUCKETS + 1]; /* the last: longer than all */
    atomic_uint_fast64_t microseconds[METRICS_KINDS];
    atomic_uint_fast64_t commit_groups, grouped_writes; /* SQLite */
    atomic_uint_fast64_t queued;                        /* requests that wait for a worker now */
    /* Why nothing can be written: DB_FULL or DB_READ_ONLY, as the last write ended; else DB_OK. */
    atomic_int trouble;
};

void metrics_reply(struct metrics *metrics, enum metrics_kind kind, int status,
                   int64_t microseconds);
void metrics_group(struct metrics *metrics, size_t writes);
/* A write has ended so. Only one that was kept, or that failed for lack of room or leave to write,
 * says anything about the next. */
void metrics_written(struct metrics *metrics, enum db_status status);
/* All of them, and what the process takes of the machine. */
void metrics_print(struct buf *out, struct metrics *metrics);
/* One more number, under its name with its kind ("counter", "gauge"). */
void metrics_number(struct buf *out, const char *name, const char *kind, const char *help,
                    double value);

#endif
