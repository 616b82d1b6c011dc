/* The first page: the city, its targets, what changed last, what is due. */
#ifndef MODULES_OVERVIEW_H
#define MODULES_OVERVIEW_H

#include "core/route.h"

extern const struct module overview_module;

#endif
