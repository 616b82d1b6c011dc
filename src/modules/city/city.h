/* The city as a whole: what its pack is called, its departments, its calendar. */
#ifndef MODULES_CITY_H
#define MODULES_CITY_H

#include "core/route.h"

extern const struct module city_module;

/* A line of pack.csv, such as `name` or `root_area`; STR_NONE when the pack does not say. */
enum error city_setting(struct ctx *ctx, const char *key, struct str *value) MUST_USE;

struct calendar_day {
    struct date date;
    struct str kind, name; /* holiday or workday */
};
extern const struct list calendar_list;

#endif
