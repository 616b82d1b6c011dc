/* Passwords: argon2id, and the rules that a new one obeys. */
#ifndef CORE_PASSWORD_H
#define CORE_PASSWORD_H

#include "core/ctx.h"

enum { PASSWORD_MAX = 200, PASSWORD_MEMORY = 64 * 1024 * 1024 };

/* argon2id of the password, as text for the database: 64 MiB and about a tenth of a second. Not on
 * the loop's nor the writer's thread. */
enum error password_hash(struct ctx *ctx, struct str password, struct str *hash) MUST_USE;
/* Takes as long where there is no hash (STR_NONE), so that the time tells nobody which accounts
 * exist; false then. */
bool password_is(struct str hash, struct str password);
/* Complains about `field` when the password is too short, too simple, common, or made from the
 * name. */
enum error password_check(struct ctx *ctx, const char *field, struct str password, struct str name,
                          int64_t length_min) MUST_USE;
/* One that passes the rules, for its owner to change at once. */
struct str password_made_up(struct ctx *ctx);

#endif
