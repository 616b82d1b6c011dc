#include "core/router.h"

/* The first letter behind /api/: most routes are told apart by it. */
enum { TELLING = sizeof("/api/") - 1 };

/* Does the path fit the pattern? A {name} takes one segment, whole. */
static bool fits(const char *pattern, struct str path, struct match *match)
{
    size_t at = 0;
    match->parameter_count = 0;
    for (const char *p = pattern; *p; p++) {
        if (*p != '{') {
            if (at == path.length || path.data[at++] != *p)
                return false;
            continue;
        }
        const char *end = strchr(p, '}');
        size_t length = str_find(str_skip(path, at), '/');
        if (!length || match->parameter_count == PATH_PARAMETERS_MAX)
            return false;
        match->parameters[match->parameter_count].name = (struct str){p + 1, (size_t)(end - p) - 1};
        match->parameters[match->parameter_count++].value = (struct str){path.data + at, length};
        at += length;
        p = end;
    }
    return at == path.length;
}

/* A list has its forms at path.csv and the like. */
static bool fits_list(const struct route *route, struct str path, struct match *match)
{
    static const struct {
        const char *ending;
        enum list_format format;
    } forms[] = {{".csv", LIST_CSV},
                 {".xlsx", LIST_XLSX},
                 {".csv-metadata.json", LIST_CSV_METADATA},
                 {".json", LIST_JSON}};
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct str ending = str_of(forms[i].ending);
        if (str_ends(path, ending) &&
            fits(route->path, str_first(path, path.length - ending.length), match)) {
            match->format = forms[i].format;
            return true;
        }
    }
    match->format = LIST_PAGE;
    return fits(route->path, path, match);
}

struct match route_find(struct arena *arena, struct str method, struct str path)
{
    struct match match = {.route = NULL};
    struct buf allow = {.arena = arena};
    for (size_t m = 0; m < module_count; m++)
        for (size_t r = 0; r < modules[m]->route_count; r++) {
            const struct route *route = &modules[m]->routes[r];
            if (path.length <= TELLING || route->path[TELLING] != path.data[TELLING])
                continue;
            bool forms = (route->list || route->table) && !route->format;
            if (!(forms ? fits_list(route, path, &match) : fits(route->path, path, &match)))
                continue;
            match.path_known = true;
            if (str_is(method, route->method)) {
                match.route = route;
                match.module = modules[m];
                return match;
            }
            buf_print(&allow, "%s%s", allow.length ? ", " : "", route->method);
        }
    match.allow = buf_str(&allow);
    match.format = LIST_PAGE;
    return match;
}
