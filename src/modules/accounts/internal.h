/* What the files of the module share. Nobody else includes this. */
#ifndef MODULES_ACCOUNTS_INTERNAL_H
#define MODULES_ACCOUNTS_INTERNAL_H

#include "core/identity.h"
#include "core/password.h"
#include "core/route.h"
#include "core/rules.h"
#include "core/search.h"
#include "modules/accounts/accounts.h"

enum { NAME_MAX_BYTES = 60, PERSON_TEXT_MAX = 200 };

/* An account as it is stored. */
struct account {
    int64_t id, person_id; /* person_id 0 = none */
    struct str name, password_hash, state;
    bool must_change_password;
    struct instant locked_until, last_login_at, created_at;
    int64_t changed_seq;
};
extern const struct shape account_shape;
enum error account_find(struct ctx *ctx, int64_t id, struct account *out) MUST_USE;
enum error account_named(struct ctx *ctx, struct str name, struct account *out) MUST_USE;
/* Capitals do not make another name: Admin is admin. */
struct str account_name_fold(struct arena *arena, struct str name);
/* Complains when it is no log-in name: 2 to 60 letters, digits, dots, dashes, underscores. */
enum error account_name_check(struct ctx *ctx, struct str name) MUST_USE;
/* The person behind an account: made when there is none yet (`*id` 0) and something is known of
 * him, else changed. */
enum error account_person(struct ctx *ctx, struct str name, struct str phone, struct str email,
                          int64_t *id) MUST_USE;
/* A new account; `password_hash` is STR_NONE where its owner has still to choose one. */
enum error account_make(struct ctx *ctx, struct str name, struct str password_hash,
                        int64_t person_id, int64_t *id) MUST_USE;
/* Sets a password, for good; ends the account's sessions and one-time links. */
enum error account_set_password(struct ctx *ctx, int64_t id, struct str hash) MUST_USE;
/* After a reset or when the account is disabled: what acts in its name may be in other hands. */
enum error account_end_tokens(struct ctx *ctx, int64_t id) MUST_USE;
enum error account_end_sessions(struct ctx *ctx, int64_t id) MUST_USE;
enum error account_end_resets(struct ctx *ctx, int64_t id) MUST_USE;

/* A role for an account. */
struct grant {
    int64_t id, account_id;
    struct str account_name, role, organisation_code, organisation_name, area_code, area_name,
        department_code, department_name;
    bool may_delegate;
    struct date valid_from, valid_to;
    struct instant revoked_at;
};
extern const struct shape grant_shape;
/* Checks that the role has the scope it needs and no other; complains. */
enum error grant_check(struct ctx *ctx, const struct grant *grant) MUST_USE;
/* What the account may act under today, oldest first: struct grant. */
enum error grants_in_force(struct ctx *ctx, int64_t account_id, struct records *out) MUST_USE;
enum error grant_add(struct ctx *ctx, const struct grant *grant, int64_t *id) MUST_USE;
/* Before an administrator loses the right, and after: E_CONFLICT when nobody would have it. */
enum error administrators_claim(struct ctx *ctx) MUST_USE;
enum error administrators_left(struct ctx *ctx) MUST_USE;

/* A session for the account, with the cookie set; the one that the request came with ends. */
enum error session_begin(struct ctx *ctx, int64_t account_id) MUST_USE;

/* For whoever needs a session and has none, or one that has ended. */
enum error session_missing(struct ctx *ctx) MUST_USE;

/* Wrong passwords, counted by name (whether or not there is such an account) and by address.
 * E_TOO_MANY while either is locked. */
enum error throttle_check(struct ctx *ctx, struct str name) MUST_USE;
enum error throttle_count(struct ctx *ctx, struct str name) MUST_USE;
/* The right one came, or a new one was chosen. */
enum error throttle_forget(struct ctx *ctx, struct str name) MUST_USE;

/* The session and whose it is, as GET /api/session shows it. */
struct session_view {
    struct maybe_int account_id;
    struct str name, display_name, role;
    struct maybe_int grant_id, person_id;
    struct str organisation_code, organisation_name, area_code, area_name, department_code,
        department_name;
    bool may_delegate, must_change_password;
    struct str csrf_token;
    struct instant expires_at;
    bool setup;
    struct records grants;
};
extern const struct shape session_view_shape;
/* Of the session with this secret; anybody's when it opens nothing. */
enum error session_describe(struct ctx *ctx, struct str secret, struct session_view *out) MUST_USE;

/* The password that a prelude has hashed. */
struct hashed {
    struct str hash;
    struct str
        instead_of; /* the digest that was in force then, where the old one had to be known */
};
/* A prelude's work for a new password: rules, then the hash, into ctx->carried. */
enum error hash_new_password(struct ctx *ctx, const char *field, struct str password,
                             struct str name) MUST_USE;

extern const struct handler session_show_handler, session_create_handler, session_end_handler,
    session_renew_handler, session_grant_handler, password_change_handler, password_reset_handler;
enum error session_create_prelude(struct ctx *ctx, const void *in);
enum error password_change_prelude(struct ctx *ctx, const void *in);
enum error password_reset_prelude(struct ctx *ctx, const void *in);

/* A one-time link to choose a password, for an account whose `id` and `name` are set; those given
 * before end. */
struct user_link {
    int64_t id;
    struct str name, reset_token;
    struct instant reset_expires_at;
};
extern const struct shape user_link_shape;
enum error user_link_make(struct ctx *ctx, struct user_link *link) MUST_USE;

extern const struct import_target *const user_imports[];
enum { USER_SEARCHABLES = 1 };
extern const struct searchable user_searchables[USER_SEARCHABLES];
/* An account that is made or named anew by what replies something else is found as well. */
enum error user_note(struct ctx *ctx, int64_t id) MUST_USE;
extern const struct list user_list, grant_list, invitation_list, api_token_list;
extern const struct handler user_show_handler, user_create_handler, user_edit_handler,
    user_reset_handler, user_unlock_handler, user_links_make_handler;
extern const struct handler grant_create_handler, grant_revoke_handler;
extern const struct handler invitation_create_handler, invitation_revoke_handler,
    claim_methods_handler, claim_handler;
enum error claim_prelude(struct ctx *ctx, const void *in);
extern const struct handler api_token_create_handler, api_token_revoke_handler;

/* For the module's descriptor: departure.c. */
enum error accounts_export(struct ctx *ctx, int64_t person_id, struct json *out) MUST_USE;
enum error accounts_erase(struct ctx *ctx, int64_t person_id) MUST_USE;

#endif
