/* Identities found lately, so that a request need not ask the database who it comes from.
 *
 * An entry is good for IDENTITY_MS, and only until this program changes an account, a grant, a
 * session or a token: what is revoked here ends at once, what another program revokes ends within
 * that time. For all threads. */
#ifndef CORE_IDENTITIES_H
#define CORE_IDENTITIES_H

#include "core/identity.h"

enum { IDENTITY_MS = 2000, IDENTITY_SLOTS = 1024, IDENTITY_TEXT = 80 };

struct identities;
struct identities *identities_new(void); /* NULL without memory */
void identities_free(struct identities *identities);

/* What was found for this secret, copied into the arena; false when it has to be looked up. */
bool identities_find(struct identities *identities, struct arena *arena, struct str secret,
                     struct identity *out);
/* The state before a look-up, for keeping what it finds: what was changed meanwhile is not kept. */
unsigned identities_state(struct identities *identities);
void identities_keep(struct identities *identities, struct str secret, unsigned state,
                     const struct identity *identity);
/* Something was changed: nothing found before counts any more. */
void identities_forget(struct identities *identities);

#endif
