#include "core/metrics.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static const int64_t bucket_microseconds[METRICS_BUCKETS] = {
    100, 500, 1000, 5000, 10000, 50000, 100000, 500000, 1000000, 10000000};
static const char *const kind_names[METRICS_KINDS] = {"read", "write"};

static void count(atomic_uint_fast64_t *counter, uint64_t more)
{
    atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

static uint64_t read_counter(atomic_uint_fast64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void metrics_reply(struct metrics *metrics, enum metrics_kind kind, int status,
                   int64_t microseconds)
{
    size_t bucket = 0;
    while (bucket < METRICS_BUCKETS && microseconds > bucket_microseconds[bucket])
        bucket++;
    if (status >= 100 && status < 600)
        count(&metrics->replies[kind][status / 100 - 1], 1);
    count(&metrics->within[kind][bucket], 1);
    count(&metrics->microseconds[kind], microseconds > 0 ? (uint64_t)microseconds : 0);
}

void metrics_written(struct metrics *metrics, enum db_status status)
{
    if (status == DB_OK || status == DB_FULL || status == DB_READ_ONLY)
        atomic_store(&metrics->trouble, (int)status);
}

void metrics_group(struct metrics *metrics, size_t writes)
{
    count(&metrics->commit_groups, 1);
    count(&metrics->grouped_writes, writes);
}

/* --- The process ---------------------------------------------------------------------------- */

static double resident_bytes(void)
{
    long long pages = 0;
    FILE *in = fopen("/proc/self/statm", "r");
    if (in && fscanf(in, "%*s %lld", &pages) != 1)
        pages = 0;
    if (in)
        fclose(in);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static double open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    double open = -3; /* itself, and . and .. */
    while (folder && readdir(folder))
        open++;
    if (folder)
        closedir(folder);
    return folder ? open : 0;
}

/* --- The text ------------------------------------------------------------------------------- */

static void heading(struct buf *out, const char *name, const char *kind, const char *help)
{
    buf_print(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

void metrics_number(struct buf *out, const char *name, const char *kind, const char *help,
                    double value)
{
    heading(out, name, kind, help);
    buf_print(out, "%s %.17g\n", name, value);
}

static void print_replies(struct buf *out, struct metrics *metrics)
{
    static const char name[] = "kechuang_http_replies_total";
    heading(out, name, "counter", "Replies of the API, by kind and class of status.");
    for (size_t k = 0; k < METRICS_KINDS; k++)
        for (size_t c = 0; c < METRICS_CLASSES; c++)
            buf_print(out, "%s{kind=\"%s\",status=\"%zuxx\"} %" PRIu64 "\n", name, kind_names[k],
                      c + 1, read_counter(&metrics->replies[k][c]));
}

static void print_times(struct buf *out, struct metrics *metrics)
{
    static const char name[] = "kechuang_http_seconds";
    heading(out, name, "histogram", "From the whole request to its reply.");
    for (size_t k = 0; k < METRICS_KINDS; k++) {
        uint64_t sum = 0;
        for (size_t b = 0; b <= METRICS_BUCKETS; b++) {
            sum += read_counter(&metrics->within[k][b]);
            if (b < METRICS_BUCKETS)
                buf_print(out, "%s_bucket{kind=\"%s\",le=\"%g\"} %" PRIu64 "\n", name,
                          kind_names[k], (double)bucket_microseconds[b] / 1e6, sum);
        }
        buf_print(out, "%s_bucket{kind=\"%s\",le=\"+Inf\"} %" PRIu64 "\n", name, kind_names[k],
                  sum);
        buf_print(out, "%s_sum{kind=\"%s\"} %.6f\n", name, kind_names[k],
                  (double)read_counter(&metrics->microseconds[k]) / 1e6);
        buf_print(out, "%s_count{kind=\"%s\"} %" PRIu64 "\n", name, kind_names[k], sum);
    }
}

void metrics_print(struct buf *out, struct metrics *metrics)
{
    print_replies(out, metrics);
    print_times(out, metrics);
    metrics_number(out, "kechuang_commit_groups_total", "counter",
                   "Commits of the SQLite writer, each of a group of writes.",
                   (double)read_counter(&metrics->commit_groups));
    metrics_number(out, "kechuang_grouped_writes_total", "counter", "Writes in these groups.",
                   (double)read_counter(&metrics->grouped_writes));
    metrics_number(out, "kechuang_queue_length", "gauge", "Requests that wait for a worker.",
                   (double)read_counter(&metrics->queued));
    metrics_number(out, "process_start_time_seconds", "gauge", "When the program was started.",
                   (double)metrics->started_at);
    metrics_number(out, "process_resident_memory_bytes", "gauge", "Memory in use.",
                   resident_bytes());
    metrics_number(out, "process_open_fds", "gauge", "Open files and connections.", open_files());
}
