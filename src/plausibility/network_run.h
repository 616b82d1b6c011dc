/* Tightening the intervals of a network that is built: for network.c and network_reasons.c. */
#ifndef PLAUSIBILITY_NETWORK_RUN_H
#define PLAUSIBILITY_NETWORK_RUN_H

#include "plausibility/network.h"

/* A bound that moves by less than this share of itself does not count as moving. */
#define LEAST_MOVE 1e-7

/* Applies the ties until nothing moves; levels that become empty stand still. Fills first_tie and
 * ties_of. */
void network_tighten(struct arena *arena, struct network *network);

#endif
