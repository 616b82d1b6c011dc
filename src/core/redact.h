/* Mentions of a person in other records' texts: where they stand, and their removal. */
#ifndef CORE_REDACT_H
#define CORE_REDACT_H

#include "core/query.h"

enum { NEEDLES_MAX = 60 };
/* [依法删除]: what stands where a mention stood. */
extern const struct str redaction_mark;

/* What to look for; see needles_add(). */
struct needles {
    struct str texts[NEEDLES_MAX];
    size_t count;
    bool too_many; /* some are missing */
};
/* A value and the ways in which it may be written elsewhere: a phone with and without separators, a
 * name escaped in JSON. What has fewer than 2 characters is not looked for. */
void needles_add(struct arena *arena, struct needles *needles, struct str value);

/* The same for every name, phone, e-mail address and ID number that the person has ever had, as
 * events hold them sealed. While the person's key is there. */
enum error needles_from_events(struct ctx *ctx, int64_t person_id, bool with_name,
                               struct needles *needles) MUST_USE;

/* A column in which something was found. */
struct place {
    struct str table_name, column_name;
    int64_t rows;
};
extern const struct shape place_shape;

/* All columns of all tables that hold one of the needles, as `places`. */
enum error mentions_find(struct ctx *ctx, const struct needles *needles,
                         struct records *places) MUST_USE;
/* Puts [依法删除] in the place of the needles; contents of events go as a whole (audit_redact).
 * E_CONFLICT where one stands in a key, which has to be changed by hand. */
enum error mentions_redact(struct ctx *ctx, const struct needles *needles,
                           struct records *places) MUST_USE;

#endif
