/* The module that every program has: is it well, and what can be asked of it. It also owns the
 * core's tables. */
#ifndef CORE_SYSTEM_H
#define CORE_SYSTEM_H

#include "core/route.h"

extern const struct module system_module;

#endif
