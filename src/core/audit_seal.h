/* Seals: events chained in the order of their numbers.
 *
 * A seal covers a run of events and the seal before it, so whoever knows a head knows everything
 * up to it. Seals are made where no number up to theirs can appear any more: on SQLite in each
 * commit group, inside its own transaction; on PostgreSQL by the sealer (core/audit_sealer.h).
 * The newest head is signed now and then with the program's own key. What is digested:
 *   head       "kechuang-seal-1", algorithm, id, first_sequence, last_sequence, count, sealed_at,
 *              previous head, then the hash of each event
 * and what is signed (ed25519): the text "kechuang-head-1 ID LAST_SEQUENCE ALGORITHM HEAD". */
#ifndef CORE_AUDIT_SEAL_H
#define CORE_AUDIT_SEAL_H

#include "core/audit.h"

struct seal {
    int64_t id, first_sequence, last_sequence, count;
    struct str algorithm, previous, head;
    struct instant sealed_at;
};
extern const struct shape seal_shape;

struct seal_signature {
    int64_t seal_id;
    struct str public_key, signature; /* hexadecimal */
    struct instant signed_at;
};
extern const struct shape seal_signature_shape;

enum { SEAL_EVENTS_MAX = 10000, SIGNING_KEY_BYTES = 64, PUBLIC_KEY_HEX = 64, SIGNATURE_HEX = 128 };

/* A key pair of ed25519. */
struct signing_key {
    unsigned char bytes[SIGNING_KEY_BYTES];
    char public_hex[PUBLIC_KEY_HEX + 1];
};

/* The newest seal; all zero when there is none. */
enum error seal_last(struct ctx *ctx, struct seal *seal) MUST_USE;
/* Seals the events up to `horizon` that are not sealed yet, at most SEAL_EVENTS_MAX in one seal,
 * and says how many. Two who do it at once: one fails, with DB_UNIQUE. */
enum error seal_events(struct ctx *ctx, int64_t horizon, int64_t *count) MUST_USE;
/* The digest of a seal, to which the hashes of its events are still to be added. */
struct digest *seal_begin(enum digest_algorithm algorithm, const struct seal *seal);

/* Signs the newest seal when it is not signed. */
enum error seal_sign(struct ctx *ctx, const struct signing_key *key) MUST_USE;
bool signature_is_right(struct arena *arena, const struct seal *seal,
                        const struct seal_signature *signature);
/* Reads the key file, which only its owner may be able to read; with `create`, makes it where it is
 * not there. An empty path is a key that ends with the process. False, with the reason. */
bool signing_key_open(const char *path, bool create, struct signing_key *key, char *reason,
                      size_t reason_size) MUST_USE;

#endif
