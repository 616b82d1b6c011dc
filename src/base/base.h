/* What every file may use: array length, attributes, and the string slice. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define COUNT(array)      (sizeof(array) / sizeof((array)[0]))
#define MUST_USE          __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define NO_RETURN         __attribute__((noreturn))

/* A slice of bytes that somebody else owns (an arena, or the program itself).
 * `data == NULL` means "no text" (SQL NULL), which differs from the empty text.
 * Text that an arena made is also NUL-terminated. */
struct str {
    const char *data;
    size_t length;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_INIT(literal)                                                                          \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    } /* for static tables */
#define STR_NONE     ((struct str){NULL, 0})
#define STR_PRINT(s) (int)(s).length, (s).data ? (s).data : ""

static inline struct str str_of(const char *text)
{
    return (struct str){text, text ? strlen(text) : 0};
}

static inline bool str_equal(struct str a, struct str b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

/* Bytewise, as the databases order texts; STR_NONE is "". */
static inline int str_compare(struct str a, struct str b)
{
    size_t shared = a.length < b.length ? a.length : b.length;
    int order = shared ? memcmp(a.data, b.data, shared) : 0;
    return order ? order : (a.length > b.length) - (a.length < b.length);
}
static inline bool str_is(struct str a, const char *text)
{
    return str_equal(a, str_of(text));
}

static inline bool str_starts(struct str a, struct str prefix)
{
    return a.length >= prefix.length &&
           (prefix.length == 0 || memcmp(a.data, prefix.data, prefix.length) == 0);
}

static inline bool str_ends(struct str a, struct str suffix)
{
    return a.length >= suffix.length &&
           (suffix.length == 0 ||
            memcmp(a.data + a.length - suffix.length, suffix.data, suffix.length) == 0);
}

/* The rest of `a` after its first `count` bytes (all of it gone when shorter). */
static inline struct str str_skip(struct str a, size_t count)
{
    if (!a.data)
        return a;
    return count >= a.length ? (struct str){a.data + a.length, 0}
                             : (struct str){a.data + count, a.length - count};
}

static inline struct str str_first(struct str a, size_t count)
{
    return (struct str){a.data, count < a.length ? count : a.length};
}

/* Offset of the first `byte`, or the length where there is none. */
static inline size_t str_find(struct str a, char byte)
{
    const char *at = a.length ? memchr(a.data, byte, a.length) : NULL;
    return at ? (size_t)(at - a.data) : a.length;
}

/* Cuts the part before `separator` off `rest`; false when nothing is left. */
static inline bool str_cut(struct str *rest, char separator, struct str *part)
{
    if (!rest->data)
        return false;
    size_t at = str_find(*rest, separator);
    *part = str_first(*rest, at);
    *rest = at < rest->length ? str_skip(*rest, at + 1) : STR_NONE;
    return true;
}

/* 64-bit FNV-1a: for tables and entity tags, never for secrets. */
uint64_t hash_bytes(uint64_t seed, const void *data, size_t length);
#define HASH_SEED UINT64_C(14695981039346656037)

#endif
