/* What the files of this module share. */
#ifndef MODULES_PEOPLE_INTERNAL_H
#define MODULES_PEOPLE_INTERNAL_H

#include "modules/people/people.h"

enum { ATTACHMENT_MAX = 8 << 20 /* bytes of a file */ };

struct consent {
    int64_t id, person_id;
    struct str purpose, text;
    struct instant given_at;
    struct date expires_on;
    struct instant withdrawn_at;
    int64_t changed_seq;
};
extern const struct shape consent_shape;
extern const struct list consent_list;
struct consent_page {
    struct records items;
};

struct attachment {
    int64_t id, person_id;
    struct str name, media_type;
    int64_t size;
    struct instant added_at;
    int64_t added_seq;
};
extern const struct shape attachment_shape;
struct attachment_page {
    struct records items;
};
struct attachment_revealed {
    struct attachment attachment;
    struct str reason;
};

/* Of what is asked about one person. */
struct person_number {
    int64_t id;
};
extern const struct shape person_number_shape;

/* Of what is only done for a reason, which is recorded. */
struct reason {
    int64_t id;
    struct str reason;
};
extern const struct shape reason_shape;

extern const struct import_target *const people_imports[];

extern const struct handler consents_show_handler, consent_give_handler, consent_withdraw_handler;
extern const struct handler attachment_add_handler, attachments_show_handler,
    attachment_show_handler, attachment_reveal_handler;
extern const struct handler person_erase_handler, mentions_show_handler, file_erasure_show_handler;

static inline bool person_is_erased(const struct person *person)
{
    return person->erased_at.seconds != INT64_MIN;
}
enum error fail_erased(struct ctx *ctx);

/* The person, for the person himself and for who acts in one of the `roles`. To others there is no
 * such person. */
enum error person_for_reader(struct ctx *ctx, uint32_t roles, int64_t id,
                             struct person *person) MUST_USE;
enum error consents_of(struct ctx *ctx, int64_t person_id, struct records *consents) MUST_USE;
enum error attachments_of(struct ctx *ctx, int64_t person_id, struct records *attachments) MUST_USE;
/* Erasures that a restored database does not know are done again. */
enum error erasures_catch_up(struct ctx *ctx) MUST_USE;

#endif
