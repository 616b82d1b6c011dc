/* How many requests one client address may make: a steady rate, and so many at once.
 *
 * For each address one number is kept, the moment at which all its requests would be paid for at
 * the steady rate (the generic cell rate algorithm, ITU-T I.371); who is further ahead than the
 * burst is refused. An IPv6 client is known by its /64, since it can choose the rest. Of RATE_SLOTS
 * addresses at once those that matter are remembered: one whose moment is past needs no memory.
 * One thread. */
#ifndef CORE_RATE_H
#define CORE_RATE_H

#include "base/base.h"

enum {
    RATE_SETS = 4096,
    RATE_WAYS = 4,
    RATE_SLOTS = RATE_SETS * RATE_WAYS,
    RATE_BURST_SECONDS = 5
};

struct rate;
/* `per_second` from 1; RATE_BURST_SECONDS times as many may come at once. NULL without memory. */
struct rate *rate_new(int per_second);
void rate_free(struct rate *rate);
/* May this request be made? `now_us`: microseconds of a clock that does not go back. */
bool rate_take(struct rate *rate, struct str address, int64_t now_us);

#endif
