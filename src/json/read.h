/* JSON at the door: strict, by jansson. */
#ifndef JSON_READ_H
#define JSON_READ_H

#include <jansson.h>

#include "base/arena.h"

enum { JSON_DEPTH_MAX = 16 };

struct json_error {
    size_t line, column; /* from 1; 0 where unknown */
    const char *reason;  /* in the arena, English */
};

/* The document, owned by the arena; NULL when it is not exactly one JSON object or array, holds a
 * key twice, a number out of range, broken UTF-8, a NUL, or nests deeper than JSON_DEPTH_MAX. */
json_t *json_read(struct arena *arena, struct str text, struct json_error *error);

#endif
