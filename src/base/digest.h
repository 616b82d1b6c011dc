/* Digests for what has to be provable later: SHA-256, and SM3 where 国密 (GB/T 32905) is asked for.
 *
 * What is digested is a list of parts, each written as its length, ':', its bytes and ','; a part
 * that is not there (STR_NONE) as "-,". So parts cannot run into each other, and anybody can
 * compute the same with a few lines of any language. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/base.h"

enum digest_algorithm { DIGEST_SHA256, DIGEST_SM3, DIGEST_ALGORITHMS };
enum { DIGEST_HEX = 64 }; /* both have 32 bytes, written as hexadecimal */
extern const char *const digest_names[DIGEST_ALGORITHMS + 1]; /* ends with NULL */

/* False when there is no algorithm of that name. */
bool digest_find(struct str name, enum digest_algorithm *algorithm) MUST_USE;

struct digest;
/* NULL without memory; the calls below take that, and digest_end() tells. */
struct digest *digest_begin(enum digest_algorithm algorithm);
void digest_part(struct digest *digest, struct str part);
void digest_number(struct digest *digest, int64_t number);
/* Bytes as they are, for the digest of a file, which anybody's tool computes. */
void digest_bytes(struct digest *digest, const void *bytes, size_t length);
/* Ends and frees it; false when it could not be computed. */
bool digest_end(struct digest *digest, char hex[DIGEST_HEX + 1]) MUST_USE;

#endif
