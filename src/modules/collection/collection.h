/* Collection (数据归集): which data the city needs, who owes them and by when, what has come, and
 * who is missing; the ways by which data come in by themselves; and the three maps that are drawn
 * from the catalogue.
 *
 * A data set has a rhythm; each of its periods is one delivery, made when the period begins. What a
 * delivery can become stands in one table (deliveries.c). */
#ifndef MODULES_COLLECTION_H
#define MODULES_COLLECTION_H

#include "core/route.h"

extern const struct module collection_module, feeds_module;

#endif
