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

/* jansson itself calls some texts invalid for which it had no memory. */
static _Thread_local bool out_of_memory;

static void *noting_malloc(size_t size)
{
    void *memory = malloc(size);
    out_of_memory = out_of_memory || !memory;
    return memory;
}

static void set_malloc(void)
{
    json_set_alloc_funcs(noting_malloc, free);
}

static void release(void *document)
{
    json_decref(document);
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
    pthread_once(&once, set_malloc);
    out_of_memory = false;
    json_error_t cause;
    json_t *document = json_loadb(text.data, text.length, JSON_REJECT_DUPLICATES, &cause);
    if (!document && out_of_memory)
        arena_exhausted(arena);
    if (!document) {
        error->line = cause.line > 0 ? (size_t)cause.line : 0;
        error->column = cause.column > 0 ? (size_t)cause.column : 0;
        /* The piece of the document in it may end in the middle of a character. */
        struct str reason = str_of(cause.text);
        error->reason = arena_str(arena, str_first(reason, utf8_check(reason))).data;
        return NULL;
    }
    arena_defer(arena, release, document);
    return document;
}
