/* What the program does by itself as time goes on: one thread asks each module once a second.
 *
 * A module's `tick` looks whether there is something to do, reads with ctx->db inside
 * ticking_begin() and ticking_end(), and changes things as anybody does, by a request of the
 * operator: ticking_call(). On several nodes it runs on each. */
#ifndef CORE_TICKER_H
#define CORE_TICKER_H

#include <stdatomic.h>

#include "core/call.h"
#include "core/config.h"

struct app;
struct ticker;

struct ticking {
    const struct config *config;
    const atomic_bool *stop; /* the program ends: so does whatever takes long */
    void **memory;           /* of the module, from one tick to the next; ended with free() */
    struct ticker *ticker;
};

/* Around reading: a snapshot. */
enum error ticking_begin(struct ctx *ctx) MUST_USE;
void ticking_end(struct ctx *ctx);
/* Runs a request of the operator to its end. The reply lives in the tick's arena. */
struct reply ticking_call(struct ctx *ctx, const struct ticking *ticking, struct request request);

/* NULL on failure, with the reason. */
struct ticker *ticker_start(struct app *app, char *reason, size_t reason_size);
void ticker_stop(struct ticker *ticker);

#endif
