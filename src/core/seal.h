/* Sealed texts: XChaCha20-Poly1305 over a text, bound to where it belongs.
 *
 * What is sealed is text again (base64url of nonce and ciphertext), so that it fits any column. The
 * nonce is random: the same text sealed twice looks different. `bound` is not stored; whoever opens
 * must name the same. */
#ifndef CORE_SEAL_H
#define CORE_SEAL_H

#include "base/arena.h"

enum { KEY_BYTES = 32 };

struct str seal(struct arena *arena, const unsigned char key[KEY_BYTES], struct str plain,
                struct str bound);
/* False when the text was not sealed with this key and `bound`, or has been changed since. */
bool seal_open(struct arena *arena, const unsigned char key[KEY_BYTES], struct str sealed,
               struct str bound, struct str *plain) MUST_USE;

/* A sealed value that says whose it is and which column's: "kp1:17:person.phone:…". The person's
 * key opens it; the part in front is what it is bound to. */
struct sealed {
    int64_t person_id;
    struct str column; /* person.phone */
    struct str bound;  /* kp1:17:person.phone */
    struct str text;   /* what seal() made */
};
#define SEALED_MARK "kp1:"
struct str sealed_bound(struct arena *arena, int64_t person_id, struct str column);
/* Takes it apart; false when it is no such value. Slices of `text`. */
bool sealed_parse(struct str text, struct sealed *sealed) MUST_USE;

#endif
