/* All events in their order, with the seals over them: from the database, or from an export.
 *
 * An export is a text of JSON lines: {"audit":…} first, then for each seal {"seal":…}, its
 * {"event":…}s and, where it is signed, {"signature":…}; {"end":…} last. Its members are those of
 * the shapes; texts are the very bytes that were digested. */
#ifndef CORE_AUDIT_WALK_H
#define CORE_AUDIT_WALK_H

#include <stdio.h>

#include "core/audit_seal.h"

/* Who is shown what, in order: a seal, then the events in it, then its signature. What is shown
 * lives until the next call. An error ends the walk. */
struct audit_visitor {
    void *state;
    enum error (*seal)(struct ctx *ctx, void *state, const struct seal *seal);
    enum error (*event)(struct ctx *ctx, void *state, const struct event *event);
    enum error (*signature)(struct ctx *ctx, void *state, const struct seal_signature *signature);
};

/* The seals from…to, and, with `tail`, the events that no seal covers yet. Each page is read in a
 * transaction of its own, so that a long walk holds no old snapshot; none may be open. */
struct audit_range {
    int64_t from_seal, to_seal;
    bool tail;
};
enum error audit_walk(struct ctx *ctx, struct audit_range range,
                      const struct audit_visitor *visitor) MUST_USE;

/* Writes the seals of the range as an export. */
enum error audit_export(struct ctx *ctx, struct audit_range range, FILE *out) MUST_USE;
/* Reads one. E_MALFORMED, with the line, where it is none. */
enum error audit_read(struct ctx *ctx, FILE *in, const struct audit_visitor *visitor) MUST_USE;

#endif
