/* Pulling: a query is asked of another PostgreSQL (db/foreign.h has the guard), and what it answers
 * goes through intake as a CSV file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/csv.h"
#include "core/files.h"
#include "db/foreign.h"
#include "modules/collection/feeds.h"

enum {
    CONNECT_SECONDS = 10,
    STATEMENT_SECONDS = 60,
    PULL_SECONDS = 300,
    PULL_ROWS_MAX = 2000000,
    BUFFERED_MAX = 256 * 1024
};

struct csv_file {
    struct arena arena; /* of the lines that are not written yet */
    struct buf lines;
    int file;
    bool good;
};

static void flush_lines(struct csv_file *out)
{
    struct str rest = buf_str(&out->lines);
    while (out->good && rest.length) {
        ssize_t n = write(out->file, rest.data, rest.length);
        out->good = n > 0 || errno == EINTR;
        rest = str_skip(rest, n > 0 ? (size_t)n : 0);
    }
    arena_free(&out->arena);
    out->arena = (struct arena){0};
    out->lines = (struct buf){.arena = &out->arena};
}

static bool add_line(void *state, const struct str *cells, size_t count)
{
    struct csv_file *out = state;
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_char(&out->lines, ',');
        if (cells[i].data)
            csv_cell(&out->lines, cells[i]);
    }
    buf_char(&out->lines, '\n');
    if (out->lines.length > BUFFERED_MAX)
        flush_lines(out);
    return out->good;
}

static struct str file_name(struct ctx *ctx, const struct feed *feed)
{
    struct buf name = {.arena = ctx->arena};
    buf_print(&name, "%.*s-", STR_PRINT(feed->data_set_code));
    instant_print(&name, ctx->now);
    buf_add(&name, STR(".csv"));
    return buf_str(&name);
}

static void tell_fault(struct ctx *ctx, const struct ticking *ticking, const struct feed *feed,
                       enum foreign_fault fault, const char *detail)
{
    struct str zh =
        arena_print(ctx->arena, "%s%s%s", foreign_words(fault, false), *detail ? "：" : "", detail);
    struct str en =
        arena_print(ctx->arena, "%s%s%s", foreign_words(fault, true), *detail ? ": " : "", detail);
    feed_note(ctx, ticking, feed->id, "failed", STR_NONE, zh, en);
}

/* What was written becomes a file of the store, and goes the way of all files. */
static void send_lines(struct ctx *ctx, const struct ticking *ticking, const struct feed *feed,
                       struct csv_file *out)
{
    flush_lines(out);
    if (!out->good) {
        feed_note(ctx, ticking, feed->id, "failed", STR_NONE, STR("磁盘写不进去"),
                  STR("the disk takes no more"));
        return;
    }
    struct upload upload = {.file = out->file};
    feed_send(ctx, ticking, feed->id, file_name(ctx, feed), &upload);
}

static void pull(struct ctx *ctx, const struct ticking *ticking, const struct feed *feed)
{
    struct csv_file out = {.file = file_store_temporary(ctx->files), .good = true};
    char detail[FOREIGN_DETAIL] = "";
    int64_t rows;
    struct foreign_query query = {.address = feed->url.data,
                                  .statement = feed->statement.data,
                                  .hosts = ticking->config->pull_hosts.data,
                                  .passfile = ticking->config->pull_passfile.data,
                                  .connect_seconds = CONNECT_SECONDS,
                                  .statement_seconds = STATEMENT_SECONDS,
                                  .seconds = PULL_SECONDS,
                                  .rows_max = PULL_ROWS_MAX,
                                  .bytes_max = INTAKE_MAX,
                                  .stop = ticking->stop};
    out.good = out.file >= 0;
    out.lines = (struct buf){.arena = &out.arena};
    enum foreign_fault fault =
        out.good ? foreign_read(&query, add_line, &out, &rows, detail) : FOREIGN_GOOD;
    /* When the program ends, the next start finds it due still. */
    if (fault != FOREIGN_STOPPED || !atomic_load(ticking->stop)) {
        if (fault && out.good)
            tell_fault(ctx, ticking, feed, fault, detail);
        else
            send_lines(ctx, ticking, feed, &out);
    }
    arena_free(&out.arena);
    if (out.file >= 0)
        close(out.file);
}

enum error pull_round(struct ctx *ctx, const struct ticking *ticking)
{
    struct records feeds;
    enum error error = ticking_begin(ctx);
    if (!error)
        error = feeds_to_pull(ctx, &feeds);
    ticking_end(ctx);
    for (size_t i = 0; !error && i < feeds.count && !atomic_load(ticking->stop); i++)
        pull(ctx, ticking, &((const struct feed *)feeds.items)[i]);
    return error;
}
