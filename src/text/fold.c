#include "text/fold.h"

#include "base/utf8.h"
#include "fold.table.h"

enum {
    CLASS_SHIFT = 29,
    CODE_MASK = 0x1FFFFF,
    FROM_POOL = 1 << 28,
    POOL_LENGTH_SHIFT = 20,
    POOL_AT_MASK = (1 << POOL_LENGTH_SHIFT) - 1,
    BYTES_MAX = 4 /* of one character in UTF-8 */
};

/* 0 in all but the class = folds to itself. */
static inline uint32_t entry_of(uint32_t point)
{
    return fold_blocks[(uint32_t)fold_index[point >> 6] << 6 | (point & 63)];
}

enum char_class char_class(uint32_t point)
{
    return (enum char_class)(entry_of(point) >> CLASS_SHIFT);
}

struct folding {
    char *out;
    uint32_t *origin;      /* NULL = nobody asks */
    enum char_class last;  /* of what was written last; CHAR_SPACE at the beginning */
    bool space;            /* one is to be written, unless it stands between ideographs */
    uint32_t space_origin; /* where it began */
};

static inline void put_byte(struct folding *to, char byte, uint32_t origin)
{
    *to->out++ = byte;
    if (to->origin)
        *to->origin++ = origin;
}

static void put_point(struct folding *to, uint32_t point, uint32_t origin)
{
    if (point < 0x80)
        put_byte(to, (char)point, origin);
    else if (point < 0x800) {
        put_byte(to, (char)(0xC0 | point >> 6), origin);
        put_byte(to, (char)(0x80 | (point & 63)), origin);
    } else if (point < 0x10000) {
        put_byte(to, (char)(0xE0 | point >> 12), origin);
        put_byte(to, (char)(0x80 | (point >> 6 & 63)), origin);
        put_byte(to, (char)(0x80 | (point & 63)), origin);
    } else {
        put_byte(to, (char)(0xF0 | point >> 18), origin);
        put_byte(to, (char)(0x80 | (point >> 12 & 63)), origin);
        put_byte(to, (char)(0x80 | (point >> 6 & 63)), origin);
        put_byte(to, (char)(0x80 | (point & 63)), origin);
    }
}

/* Writes the space that waits, now that it is known what follows. */
static inline void settle_space(struct folding *to, enum char_class next)
{
    if (!to->space)
        return;
    if (to->last != CHAR_SPACE && !(to->last == CHAR_IDEOGRAPH && next == CHAR_IDEOGRAPH))
        put_byte(to, ' ', to->space_origin);
    to->space = false;
}

static inline void wait_with_space(struct folding *to, uint32_t origin)
{
    if (!to->space)
        to->space_origin = origin;
    to->space = true;
}

static void put_folded(struct folding *to, uint32_t point, enum char_class class, uint32_t origin)
{
    if (class == CHAR_SPACE) {
        wait_with_space(to, origin);
        return;
    }
    settle_space(to, class);
    put_point(to, point, origin);
    to->last = class;
}

/* What does not fold to itself. */
static void put_entry(struct folding *to, uint32_t entry, uint32_t origin)
{
    if (!(entry & FROM_POOL)) {
        put_folded(to, entry & CODE_MASK, (enum char_class)(entry >> CLASS_SHIFT), origin);
        return;
    }
    const uint32_t *points = fold_pool + (entry & POOL_AT_MASK);
    uint32_t count = entry >> POOL_LENGTH_SHIFT & 0xFF;
    for (uint32_t i = 0; i < count; i++)
        put_folded(to, points[i], char_class(points[i]), origin);
}

/* Runs of three-byte characters that stay as they are (nearly all of Chinese text) and of ASCII
 * take the short ways. The caller's text is well formed, so no byte is looked at twice. */
static inline size_t fold(struct str text, char *out, uint32_t *origin)
{
    struct folding to = {out, origin, CHAR_SPACE, false, 0};
    const unsigned char *p = (const unsigned char *)text.data, *begin = p, *end = p + text.length;
    while (p < end) {
        uint32_t at = (uint32_t)(p - begin), point, entry;
        if (*p < 0x80) {
            entry = entry_of(*p);
            point = entry & 0x7F ? entry & 0x7F : *p;
            p++;
            if (entry >> CLASS_SHIFT == CHAR_SPACE) {
                wait_with_space(&to, at);
                continue;
            }
            settle_space(&to, (enum char_class)(entry >> CLASS_SHIFT));
            put_byte(&to, (char)point, at);
            to.last = (enum char_class)(entry >> CLASS_SHIFT);
            continue;
        }
        if ((*p & 0xF0) == 0xE0) {
            point = (uint32_t)(p[0] & 0xF) << 12 | (uint32_t)(p[1] & 63) << 6 | (p[2] & 63);
            entry = entry_of(point);
            if (!(entry << (32 - CLASS_SHIFT))) {
                settle_space(&to, (enum char_class)(entry >> CLASS_SHIFT));
                to.last = (enum char_class)(entry >> CLASS_SHIFT);
                memcpy(to.out, p, 3);
                to.out += 3;
                if (to.origin)
                    for (int i = 0; i < 3; i++)
                        *to.origin++ = at;
                p += 3;
                continue;
            }
            p += 3;
        } else {
            size_t next = at;
            point = utf8_next(text, &next);
            entry = entry_of(point);
            p = begin + next;
        }
        if (entry << (32 - CLASS_SHIFT))
            put_entry(&to, entry, at);
        else
            put_folded(&to, point, (enum char_class)(entry >> CLASS_SHIFT), at);
    }
    if (origin)
        *to.origin = (uint32_t)text.length;
    return (size_t)(to.out - out);
}

/* Two bytes (ª) are the fewest that become more than one character. */
size_t text_fold_room(size_t length)
{
    return length * FOLD_MAX * BYTES_MAX / 2 + 1;
}

size_t text_fold_into(struct str text, char *out)
{
    return text.length ? fold(text, out, NULL) : 0;
}

/* The room for the worst is taken from the arena only where the text is short; of a long one, as
 * much as it will need is known after it has been folded piece by piece. */
static size_t folded_length(struct str text)
{
    size_t most = 0, at = 0;
    while (at < text.length) {
        unsigned char first = (unsigned char)text.data[at];
        if (first < 0x80) {
            at++;
            most++;
            continue;
        }
        uint32_t entry = entry_of(utf8_next(text, &at));
        most +=
            entry & FROM_POOL ? BYTES_MAX * (size_t)(entry >> POOL_LENGTH_SHIFT & 0xFF) : BYTES_MAX;
    }
    return most;
}

enum { SHORT_TEXT = 4096 };

static char *room_for(struct arena *arena, struct str text, size_t *room)
{
    *room = (text.length < SHORT_TEXT ? text_fold_room(text.length) : folded_length(text)) + 1;
    return arena_alloc(arena, *room);
}

struct str text_fold(struct arena *arena, struct str text)
{
    size_t room;
    char *out = room_for(arena, text, &room);
    return (struct str){out, text_fold_into(text, out)};
}

struct folded text_fold_mapped(struct arena *arena, struct str text)
{
    size_t room;
    char *out = room_for(arena, text, &room);
    uint32_t *origin = arena_array(arena, room, sizeof(*origin));
    size_t length = text.length ? fold(text, out, origin) : 0;
    return (struct folded){{out, length}, text, origin};
}

struct stretch folded_stretch(const struct folded *folded, size_t start, size_t end)
{
    struct stretch stretch = {folded->origin[start], folded->origin[start]};
    if (end > start) {
        size_t last = folded->origin[end - 1];
        if (last < folded->original.length)
            utf8_next(folded->original, &last);
        stretch.end = last;
    }
    return stretch;
}
