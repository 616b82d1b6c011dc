/* The log of events for those who read it: events, heads, the sealed export, and the past states of
 * a record for whoever may see the record. */
#ifndef MODULES_AUDIT_H
#define MODULES_AUDIT_H

#include "core/route.h"

extern const struct module audit_module;

#endif
