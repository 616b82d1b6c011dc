/* Who a request comes from: sessions and API tokens, and the accounts and grants behind them.
 *
 * A secret (a session's, a token's) has 32 random bytes; the database holds its digest only. */
#ifndef CORE_IDENTITY_H
#define CORE_IDENTITY_H

#include "core/query.h"

enum {
    SECRET_BYTES = 32,
    SECRET_TEXT = 2 * SECRET_BYTES + 1,
    SESSION_COOKIE_SECONDS = 12 * 3600,
};
#define SESSION_COOKIE "kechuang_session"
#define TOKEN_PREFIX   "kc_"

/* What a secret leads to. */
struct identity {
    int64_t account_id, grant_id; /* grant_id 0: no grant is in force */
    struct str role, name, organisation_code, area_code, department_code;
    int64_t person_id;
    bool may_delegate, must_change_password;
    struct str csrf_token, scopes; /* of a session; of an API token */
    struct instant expires_at;
};
extern const struct shape identity_shape;

/* A new secret, as hexadecimal text in the arena. */
struct str secret_new(struct ctx *ctx);
/* Its digest, as it is stored: SHA-256, hexadecimal. */
struct str secret_hash(struct arena *arena, struct str secret);

/* E_NOT_FOUND when the secret opens nothing (any more). */
enum error identity_of_session(struct ctx *ctx, struct str secret, struct identity *out) MUST_USE;
enum error identity_of_token(struct ctx *ctx, struct str secret, struct identity *out) MUST_USE;
/* As whom it acts. Who has still to change the password acts as the public. */
struct principal identity_principal(const struct identity *identity);
/* The principal of a grant that is in force; E_NOT_FOUND when it is not. */
enum error identity_of_grant(struct ctx *ctx, int64_t grant_id, struct identity *out) MUST_USE;

/* Has an administrator signed in yet? Until then the operator's token works. */
enum error identity_is_set_up(struct ctx *ctx, bool *set_up) MUST_USE;

/* Makes the first administrator's account where there is no account at all, with a password that is
 * returned (in the arena) and has to be changed; STR_NONE when there is an account. */
enum error identity_ensure_administrator(struct ctx *ctx, struct str *password) MUST_USE;

#endif
