/* Percent-decoding and query parameters. */
#include "base/utf8.h"
#include "http/request.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool percent_decode(char *text, size_t *length, bool plus_is_space)
{
    size_t to = 0;
    for (size_t from = 0; from < *length; from++) {
        char c = text[from];
        if (c == '%') {
            int high = from + 2 < *length ? hex_digit(text[from + 1]) : -1;
            int low = high >= 0 ? hex_digit(text[from + 2]) : -1;
            if (low < 0)
                return false;
            c = (char)(high << 4 | low);
            from += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        text[to++] = c;
    }
    text[to] = '\0';
    *length = to;
    return utf8_check((struct str){text, to}) == to;
}

/* Its room is where `raw` was copied to: decoding never makes a text longer. */
static bool decode(struct arena *arena, struct str raw, struct str *decoded)
{
    char *text = arena_alloc(arena, raw.length + 1);
    if (raw.length)
        memcpy(text, raw.data, raw.length);
    size_t length = raw.length;
    bool good = percent_decode(text, &length, true);
    *decoded = (struct str){text, length};
    return good;
}

bool http_query_next(struct arena *arena, struct str *rest, struct str *name, struct str *value,
                     bool *bad)
{
    struct str part;
    do {
        if (!str_cut(rest, '&', &part))
            return false;
    } while (!part.length);
    size_t equals = str_find(part, '=');
    if (decode(arena, str_first(part, equals), name) &&
        decode(arena, str_skip(part, equals + 1), value))
        return true;
    *bad = true;
    *rest = STR_NONE;
    return false;
}

struct str http_query(struct arena *arena, struct str query, const char *name, bool *bad)
{
    struct str found = STR_NONE, key, value;
    while (http_query_next(arena, &query, &key, &value, bad)) {
        if (!str_is(key, name))
            continue;
        if (found.data)
            *bad = true;
        else
            found = value;
    }
    return found;
}
