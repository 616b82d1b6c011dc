/* Parts of a file (RFC 9110, 14): one range of bytes. */
#include <unistd.h>

#include "base/number.h"
#include "http/request.h"

/* "bytes=0-499", "bytes=500-", "bytes=-500": where the part begins and ends (both within). False
 * for what is no single range of bytes, and is as if it were not there. */
static bool read_range(struct str text, uint64_t size, uint64_t *first, uint64_t *last)
{
    int64_t from = 0, to = 0;
    if (!str_starts(text, STR("bytes=")))
        return false;
    text = str_skip(text, 6);
    size_t dash = str_find(text, '-');
    struct str before = str_first(text, dash), after = str_skip(text, dash + 1);
    if (dash == text.length || (!before.length && !after.length) ||
        (before.length && (!int_parse(before, &from) || from < 0)) ||
        (after.length && (!int_parse(after, &to) || to < 0)))
        return false;
    if (!before.length) { /* so many from the end */
        *first = (uint64_t)to < size ? size - (uint64_t)to : 0;
        *last = size - 1;
        if (!to)
            *first = size;
        return true;
    }
    *first = (uint64_t)from;
    *last = after.length && (uint64_t)to < size ? (uint64_t)to : size - 1;
    return !after.length || to >= from;
}

void http_reply_part(struct http_exchange *exchange, struct str etag)
{
    uint64_t size = exchange->reply_file_size, first, last;
    http_reply_header(exchange, STR("Accept-Ranges"), STR("bytes"));
    struct str range = http_header(exchange, "Range"), only = http_header(exchange, "If-Range");
    if (exchange->status != 200 || !size || !range.data || (only.data && !str_equal(only, etag)) ||
        !read_range(range, size, &first, &last))
        return;
    struct str content_range;
    if (first >= size) {
        exchange->status = 416;
        exchange->reply = STR("");
        close(exchange->reply_file);
        exchange->reply_file = -1;
        content_range = arena_print(&exchange->arena, "bytes */%llu", (unsigned long long)size);
    } else {
        exchange->status = 206;
        exchange->reply_file_from = first;
        exchange->reply_file_size = last - first + 1;
        content_range =
            arena_print(&exchange->arena, "bytes %llu-%llu/%llu", (unsigned long long)first,
                        (unsigned long long)last, (unsigned long long)size);
    }
    http_reply_header(exchange, STR("Content-Range"), content_range);
}
