/* Feeds: how files come in by themselves, and what the files that run them share.
 *
 *   drop  a file appears in a folder (drop.c)        ┐
 *   push  a program sends it with an API token       ├─► intake.c: known already? readable, with
 * the pull  a query is asked of another database       ┘   fields of the catalogue? → delivery,
 * event (pull.c)
 */
#ifndef MODULES_COLLECTION_FEEDS_H
#define MODULES_COLLECTION_FEEDS_H

#include <sys/types.h>
#include <time.h>

#include "core/ticker.h"
#include "modules/collection/internal.h"

enum {
    INTAKE_MAX = 64 << 20, /* bytes of a file */
    FEED_NAME_MAX = 200
};

struct feed {
    int64_t id;
    struct str data_set_code, data_set_name, data_set_name_en, department_code, target, rhythm,
        method, folder, url, statement;
    int64_t class;
    struct maybe_int every_minutes;
    struct str mode;
    bool needs_done, active;
    struct instant next_run_at;
    struct maybe_int last_event_id;
    struct str created_by;
    struct instant created_at;
    int64_t changed_seq;
};
extern const struct shape feed_shape;
extern const struct ownership feed_owned;

struct feed_event {
    int64_t id, feed_id;
    struct str data_set_code, department_code;
    struct instant at;
    struct str outcome, period, file_name, file_sha256;
    struct maybe_int file_size, rows, delivery_id, import_id;
    struct str message, message_en;
};
extern const struct shape feed_event_shape;
/* The feed, where it is the reader's own. */
enum error feed_find(struct ctx *ctx, int64_t id, struct feed *out) MUST_USE;
/* Stores the event, and reads it back. */
enum error feed_event_make(struct ctx *ctx, const struct feed *feed,
                           struct feed_event *event) MUST_USE;
/* E_NOT_FOUND, too, where it is not the reader's own. */
enum error feed_event_find(struct ctx *ctx, int64_t id, struct feed_event *event) MUST_USE;
/* Has this file arrived already, for this data set? E_NOT_FOUND when it has not. */
enum error feed_event_of(struct ctx *ctx, struct str data_set_code, struct str sha256,
                         struct feed_event *event) MUST_USE;
/* When a feed that is pulled runs again. */
struct instant feed_next_run(const struct ctx *ctx, const struct feed *feed);
enum error feed_run_next(struct ctx *ctx, const struct feed *feed) MUST_USE;
/* Those that the reader has to do with. */
enum error feeds_seen(struct ctx *ctx, struct records *feeds) MUST_USE;
enum error feeds_dropped_into(struct ctx *ctx, struct records *feeds) MUST_USE;
enum error feeds_to_pull(struct ctx *ctx, struct records *feeds) MUST_USE;

/* Sends a file through intake, as the operator does. */
struct sent {
    int status;
    struct str reply;  /* JSON: the event, or the problem */
    int64_t importing; /* the event that waits for its import; 0 = none does */
};
struct upload;
struct sent feed_send(struct ctx *ctx, const struct ticking *ticking, int64_t feed_id,
                      struct str name, struct upload *upload);
/* Notes a run that brought no file. */
void feed_note(struct ctx *ctx, const struct ticking *ticking, int64_t feed_id, const char *outcome,
               struct str name, struct str zh, struct str en);

/* What the rounds over the drop folder remember: files as they were when they were looked at last.
 */
enum { DROP_SEEN_MAX = 512 /* that are watched at a time; the others wait */ };
struct drop_memory {
    struct seen {
        uint64_t name; /* hash of feed and name; 0 = free */
        off_t size;    /* -1 = not known yet */
        struct timespec changed;
        int64_t since;    /* it has been so */
        bool round, told; /* it was there in this round; it was said that it is not complete */
    } seen[DROP_SEEN_MAX];
    bool told; /* that the folder is not there */
};
/* One round over the folders. */
enum error drop_round(struct ctx *ctx, const struct ticking *ticking,
                      struct drop_memory *memory) MUST_USE;
/* Takes the imports that feeds have begun a step on. */
enum error import_round(struct ctx *ctx, const struct ticking *ticking) MUST_USE;
/* Asks what is due to be asked. */
enum error pull_round(struct ctx *ctx, const struct ticking *ticking) MUST_USE;

extern const struct list feed_list, feed_event_list;
extern const struct handler feed_create_handler, feed_show_handler, feed_edit_handler,
    feed_pull_handler, feed_deliver_handler, feed_event_create_handler, feed_event_conclude_handler;
/* What is checked before the write begins. */
enum error feed_deliver_check(struct ctx *ctx, const void *in) MUST_USE;

#endif
