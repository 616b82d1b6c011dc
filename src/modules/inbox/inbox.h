/* The inbox: what waits for whom.
 *
 * Modules put pieces of work in and take them out, in the transaction in which the work itself
 * changes. Each is for a role somewhere (an audience) until somebody claims it or it is handed to
 * him; how many an audience has is counted then and never by looking at them all. */
#ifndef MODULES_INBOX_H
#define MODULES_INBOX_H

#include "core/query.h"

extern const struct module inbox_module;

/* Whoever holds the role there: of the codes at most one is given. In the arena. */
struct str inbox_audience(struct arena *arena, struct str role, struct str organisation_code,
                          struct str area_code, struct str department_code);

struct inbox_item {
    int64_t id;
    struct str kind, subject_key; /* the record, by kind and key: case_step, 17 */
    struct str address;           /* of the page where it is done */
    struct str title, title_en, about;
    struct str audience, role_audience;
    struct maybe_int account_id; /* who has claimed it */
    struct str account_name;
    struct instant due_at; /* INBOX_NEVER: nothing is due */
    struct instant
        respond_by; /* INSTANT_NONE: a first response was given, or nobody waits for one */
    bool late;
    struct str note;
    struct instant opened_at;
    int64_t changed_seq;
};
#define INBOX_NEVER ((struct instant){INT64_C(253402300799)})

/* kind, subject_key, address, titles, about, role_audience, due_at and respond_by are given. */
enum error inbox_put(struct ctx *ctx, const struct inbox_item *item) MUST_USE;
/* Nothing happens where it is not there. */
enum error inbox_take_out(struct ctx *ctx, struct str kind, struct str subject_key) MUST_USE;
/* Another due time (INSTANT_NONE: none); from then on it is late, or not. */
enum error inbox_redate(struct ctx *ctx, struct str kind, struct str subject_key,
                        struct instant due_at, bool late) MUST_USE;
/* Until when a first response is waited for; INSTANT_NONE: it was given. */
enum error inbox_await_response(struct ctx *ctx, struct str kind, struct str subject_key,
                                struct instant respond_by) MUST_USE;
/* Who has claimed it; 0 = nobody. */
enum error inbox_claimed_by(struct ctx *ctx, struct str kind, struct str subject_key,
                            int64_t *account_id) MUST_USE;
/* May whoever asks do the work of this account: his own, or of whom he stands in for today? */
enum error inbox_stands_in(struct ctx *ctx, int64_t account_id, bool *does) MUST_USE;

#endif
