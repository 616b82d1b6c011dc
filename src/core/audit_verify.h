/* Does the log of events hold? Everything is computed again: digests of payloads, hashes of events,
 * the chain of seals, signatures. What is wrong is named, the first of it in full. */
#ifndef CORE_AUDIT_VERIFY_H
#define CORE_AUDIT_VERIFY_H

#include "core/audit_walk.h"

enum {
    AUDIT_TAIL_SECONDS = 300, /* events may be unsealed, and seals unsigned, for so long */
    AUDIT_KEYS_MAX = 16,      /* different keys that have signed */
    AUDIT_FAULT_MAX = 512
};

struct audit_report {
    bool good;
    char fault[AUDIT_FAULT_MAX]; /* what is wrong first, in both languages */
    int64_t fault_sequence;      /* where; 0 = nowhere in particular */
    int64_t events, removed, seals, signatures, unsealed;
    int64_t first_sequence, last_sequence, gaps; /* numbers that no event has */
    struct instant oldest_unsealed;
    struct instant unsigned_since; /* of the first seal that no trusted signature covers */
    int64_t last_seal, signed_seal;
    char head[DIGEST_HEX + 1], algorithm[16];
    char keys[AUDIT_KEYS_MAX][PUBLIC_KEY_HEX + 1];
    size_t key_count;
};

/* What is known from elsewhere; each may be empty. */
struct audit_trust {
    struct str public_key; /* signatures of other keys do not count */
    struct str head;       /* must be the head of one of the seals */
};

/* Of the database, in read transactions of its own. An error is about reading; what is wrong in the
 * log stands in the report. */
enum error audit_verify(struct ctx *ctx, struct audit_trust trust,
                        struct audit_report *report) MUST_USE;
/* Of some seals, which hold if they follow one another. */
enum error audit_verify_range(struct ctx *ctx, struct audit_range range,
                              struct audit_report *report) MUST_USE;
/* Of an export; a part of the log holds if its seals follow one another. */
enum error audit_verify_file(struct ctx *ctx, FILE *in, struct audit_trust trust,
                             struct audit_report *report) MUST_USE;

/* `kechuang audit …`: verify [FILE] [HEAD], key. The exit status: 0 it holds, 1 it does not, 2 it
 * could not be read. */
struct config;
int audit_verify_command(const struct config *config, int count, char **words);
int audit_key_command(const struct config *config);

#endif
