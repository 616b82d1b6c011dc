/* Exchange: what the program holds, in the forms that others read: GeoJSON (RFC 7946) of areas and
 * places, SDMX of observations, iCalendar (RFC 5545) of calendars, and the catalogue of all of it
 * in DCAT. Each is a list of another module in a format of this one, so that filters and access
 * are those of the list. */
#ifndef MODULES_EXCHANGE_H
#define MODULES_EXCHANGE_H

#include "core/route.h"

extern const struct module exchange_module;

#endif
