#include "json/read.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/utf8.h"

/* Depth is checked before parsing: jansson's own limit is 2048. */
static bool too_deep(struct str text)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.data[i];
        if (quoted) {
            if (byte == '\\')
                i++;
            else
                quoted = byte != '"';
        } else if (byte == '"')
            quoted = true;
        else if (byte == '{' || byte == '[') {
            if (++depth > JSON_DEPTH_MAX)
                return true;
        } else if (byte == '}' || byte == ']')
            depth--;
    }
    return false;
}

/* A document is only ever read, and ends with its request: all of it lies in the arena, and nothing
 * is given back singly. */
static _Thread_local struct arena *reading;

static void *from_arena(size_t size)
{
    return reading ? arena_alloc(reading, size) : malloc(size);
}

static void to_arena(void *memory)
{
    if (!reading)
        free(memory);
}

static void set_allocation(void)
{
    json_set_alloc_funcs(from_arena, to_arena);
}

json_t *json_read(struct arena *arena, struct str text, struct json_error *error)
{
    *error = (struct json_error){0};
    if (utf8_check(text) != text.length) {
        error->reason = "not UTF-8 text";
        return NULL;
    }
    if (too_deep(text)) {
        error->reason = "nested too deeply";
        return NULL;
    }
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_allocation);
    json_error_t cause;
    reading = arena;
    json_t *document = json_loadb(text.data, text.length, JSON_REJECT_DUPLICATES, &cause);
    reading = NULL;
    if (!document) {
        error->line = cause.line > 0 ? (size_t)cause.line : 0;
        error->column = cause.column > 0 ? (size_t)cause.column : 0;
        /* The piece of the document in it may end in the middle of a character. */
        struct str reason = str_of(cause.text);
        error->reason = arena_str(arena, str_first(reason, utf8_check(reason))).data;
        return NULL;
    }
    return document;
}
