/* The search box: one question over everything that the reader may see. */
#ifndef MODULES_SEARCH_H
#define MODULES_SEARCH_H

#include "core/route.h"

extern const struct module search_module;

#endif
