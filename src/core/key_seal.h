/* Texts that the program itself has to read again (what an erasure looks for, secrets of webhooks),
 * sealed with a key of the key file: who has the database alone cannot read them. */
#ifndef CORE_KEY_SEAL_H
#define CORE_KEY_SEAL_H

#include "core/ctx.h"
#include "core/keys.h"

struct key_sealed {
    int64_t master_key_id;
    struct str text;
};
/* With the newest master key. `bound`: where it belongs; whoever opens must say the same. */
enum error key_seal(struct ctx *ctx, enum key_use use, struct str plain, struct str bound,
                    struct key_sealed *sealed) MUST_USE;
/* E_INTERNAL, with words, where the key file does not belong to the database. */
enum error key_open(struct ctx *ctx, enum key_use use, const struct key_sealed *sealed,
                    struct str bound, struct str *plain) MUST_USE;

#endif
