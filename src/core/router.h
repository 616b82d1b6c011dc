/* From a method and a path to a route. */
#ifndef CORE_ROUTER_H
#define CORE_ROUTER_H

#include "core/route.h"

enum { PATH_PARAMETERS_MAX = 4 };

struct match {
    const struct module *module;
    const struct route *route; /* NULL when no route has that method and path */
    enum list_format format;
    bool path_known;  /* the path exists, with other methods */
    struct str allow; /* those methods */
    struct {
        struct str name, value;
    } parameters[PATH_PARAMETERS_MAX];
    size_t parameter_count;
};

struct match route_find(struct arena *arena, struct str method, struct str path);

#endif
