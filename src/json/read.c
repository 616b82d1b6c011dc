#include "json/read.h"

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
    json_error_t cause;
    json_t *document = json_loadb(text.data, text.length, JSON_REJECT_DUPLICATES, &cause);
    if (!document) {
        error->line = cause.line > 0 ? (size_t)cause.line : 0;
        error->column = cause.column > 0 ? (size_t)cause.column : 0;
        error->reason = arena_print(arena, "%s", cause.text).data;
        return NULL;
    }
    arena_defer(arena, release, document);
    return document;
}
