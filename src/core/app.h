/* The running program: database, writer, pool of workers, listener.
 *
 * On SQLite, POINT routes run on the loop's thread with a connection of its own, other reads in the
 * pool, and writes on the writer's thread, in groups. On PostgreSQL everything runs in the pool, a
 * connection per worker. */
#ifndef CORE_APP_H
#define CORE_APP_H

#include "core/call.h"
#include "core/config.h"

struct app;

/* Opens and migrates the database, loads the pack when there is none yet, and starts the workers.
 * NULL on failure, with the reason. The configuration must outlive it. */
struct app *app_open(const struct config *config, char *reason, size_t reason_size);
/* The same without workers: only to see whether the database takes the pack, and what `look` (NULL
 * = nothing) finds in it, in a reading transaction; what that says of its failure is the reason. */
typedef enum error app_look_fn(struct ctx *ctx, void *state);
struct app *app_check(const struct config *config, app_look_fn *look, void *state, char *reason,
                      size_t reason_size);
/* Brings the schema of a database forward. */
bool app_migrate(struct db_conn *conn, char *reason, size_t reason_size);
/* Listens at the configured address. */
bool app_listen(struct app *app, char *reason, size_t reason_size);
int app_port(const struct app *app);
/* The one-time password of the account `admin`, when this start made it; else "". */
const char *app_first_password(const struct app *app);
/* Has an administrator signed in? Until then the token works. */
bool app_is_set_up(const struct app *app);
/* What writing needs until then; a new one at every start. */
const char *app_token(const struct app *app);
/* Runs one request to its end, without HTTP. The reply lives in the arena. */
struct reply app_call(struct app *app, struct arena *arena, struct request request);
/* Where the key lies that signs the log of events; false where it lies nowhere. */
bool app_signing_key_path(const struct config *config, char *path, size_t size);
/* Answers what is under way, then ends everything. */
void app_close(struct app *app);

#endif
