/* What the files of the module share. */
#ifndef MODULES_AUDIT_INTERNAL_H
#define MODULES_AUDIT_INTERNAL_H

#include "core/audit_seal.h"
#include "modules/audit/audit.h"

/* Names of accounts, each looked up once; the last one is remembered. */
struct actor_names {
    struct str actor, name;
};
enum error actor_name(struct ctx *ctx, struct actor_names *names, struct str actor,
                      struct str *name) MUST_USE;

/* A state as its readers may see it: personal data masked, or the words for what was erased. JSON
 * in the arena. */
enum error state_shown(struct ctx *ctx, struct str body, struct str *shown) MUST_USE;

extern const struct handler history_list_handler, past_show_handler;

#endif
