/* Findings: what the plausibility engine (plausibility/check.h) sees in the observations, kept with
 * what people have made of it.
 *
 * A check reads all current observations, lets the rules run, and compares what they found with
 * what is kept: a finding that is there still keeps its state, owner and history; one that is gone,
 * because a figure was revised, is corrected by itself; a new one is open. It is the bureau's own
 * until somebody publishes it, and never less confidential than its figures. A figure is flagged by
 * it, never refused. */
#ifndef MODULES_FINDINGS_H
#define MODULES_FINDINGS_H

#include "core/route.h"

extern const struct module findings_module;

#endif
