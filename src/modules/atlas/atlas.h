/* The innovation map: any indicator over a set of areas on a day, and places as points. */
#ifndef MODULES_ATLAS_H
#define MODULES_ATLAS_H

#include "core/route.h"

extern const struct module atlas_module;
/* Places, with `longitude` and `latitude` in WGS 84. */
extern const struct list place_list;

#endif
