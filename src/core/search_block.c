#include "core/search_block.h"

#include "base/buf.h"

/* --- Bitmaps -------------------------------------------------------------------------------- */

void bitmap_fill(struct bitmap *bitmap, size_t count)
{
    memset(bitmap, 0, sizeof(*bitmap));
    memset(bitmap->words, 0xFF, count / 64 * 8);
    if (count % 64)
        bitmap->words[count / 64] = (UINT64_C(1) << count % 64) - 1;
}

void bitmap_or(struct bitmap *into, const struct bitmap *from)
{
    for (size_t i = 0; i < BITMAP_WORDS; i++)
        into->words[i] |= from->words[i];
}

void bitmap_and(struct bitmap *into, const struct bitmap *from)
{
    for (size_t i = 0; i < BITMAP_WORDS; i++)
        into->words[i] &= from->words[i];
}

void bitmap_drop(struct bitmap *into, const struct bitmap *from)
{
    for (size_t i = 0; i < BITMAP_WORDS; i++)
        into->words[i] &= ~from->words[i];
}

/* Not every processor that this runs on counts bits: so eight bytes count theirs side by side, and
 * COUNTED_TOGETHER words are added up before the bytes are. */
enum { COUNTED_TOGETHER = 16 }; /* 16 times 8 bits fit into a byte */
size_t bitmap_count(const struct bitmap *bitmap)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), twos = ones * 0x55, fours = ones * 0x33;
    size_t count = 0;
    for (size_t i = 0; i < BITMAP_WORDS; i += COUNTED_TOGETHER) {
        uint64_t bytes = 0;
        for (size_t k = i; k < i + COUNTED_TOGETHER; k++) {
            uint64_t word = bitmap->words[k];
            word -= word >> 1 & twos;
            word = (word & fours) + (word >> 2 & fours);
            bytes += (word + (word >> 4)) & ones * 0x0F;
        }
        /* Pairs of bytes, since 16 times 64 bits are more than one byte holds. */
        bytes =
            (bytes & UINT64_C(0x00FF00FF00FF00FF)) + (bytes >> 8 & UINT64_C(0x00FF00FF00FF00FF));
        count += bytes * UINT64_C(0x0001000100010001) >> 48;
    }
    return count;
}

size_t bitmap_next(const struct bitmap *bitmap, size_t from)
{
    if (from >= SEARCH_BLOCK)
        return SEARCH_BLOCK;
    size_t at = from / 64;
    uint64_t word = bitmap->words[at] >> from % 64 << from % 64;
    while (!word && ++at < BITMAP_WORDS)
        word = bitmap->words[at];
    return word ? at * 64 + (size_t)__builtin_ctzll(word) : SEARCH_BLOCK;
}

/* --- Postings and pages --------------------------------------------------------------------- */

static bool take_number(struct str data, size_t *at, uint64_t *number)
{
    *number = 0;
    for (unsigned shift = 0; *at < data.length && shift < 64; shift += 7) {
        unsigned char byte = (unsigned char)data.data[(*at)++];
        *number |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

static size_t put_number(unsigned char *out, uint64_t number)
{
    size_t count = 0;
    for (; number >= 0x80; number >>= 7)
        out[count++] = (unsigned char)(number | 0x80);
    out[count++] = (unsigned char)number;
    return count;
}

/* Each entry as how far it is behind the one before, less one. */
static bool read_list(struct str data, size_t entries, struct bitmap *into)
{
    uint64_t next = 0, step;
    for (size_t at = 0; at < data.length; next++) {
        if (!take_number(data, &at, &step) || step >= entries || (next += step) >= entries)
            return false;
        bitmap_set(into, (size_t)next);
    }
    return true;
}

bool posting_or(const struct posting *posting, size_t entries, struct bitmap *into)
{
    struct bitmap all, those = {{0}};
    switch (posting->form) {
    case POSTING_LIST:
        return read_list(posting->data, entries, into);
    case POSTING_ALL_BUT:
        if (!read_list(posting->data, entries, &those))
            return false;
        bitmap_fill(&all, entries);
        bitmap_drop(&all, &those);
        bitmap_or(into, &all);
        return true;
    case POSTING_BITS:
        if (posting->data.length > sizeof(those))
            return false;
        memcpy(those.words, posting->data.data, posting->data.length);
        bitmap_fill(&all, entries);
        bitmap_and(&those, &all);
        bitmap_or(into, &those);
        return true;
    }
    return false;
}

bool page_next(struct page_reader *page, struct posting *posting)
{
    uint64_t step, length;
    if (!take_number(page->data, &page->at, &step) ||
        !take_number(page->data, &page->at, &length) || (length & 3) > POSTING_BITS ||
        length >> 2 > page->data.length - page->at)
        return false;
    page->token += step;
    posting->form = (enum posting_form)(length & 3);
    posting->data = (struct str){page->data.data + page->at, (size_t)(length >> 2)};
    page->at += posting->data.length;
    return true;
}

/* --- Making --------------------------------------------------------------------------------- */

enum { SLOTS_FIRST = 1 << 15, PLACES_OF_ENTRY = 32, NUMBER_MAX = 10 };

/* A token that has come up: how often, and in which entry last (it counts once for each). */
struct known {
    uint64_t token;
    uint32_t count, last;
};

struct block_maker {
    struct arena *arena;
    uint32_t *slots; /* a hash table of numbers in `known`, from 1 */
    size_t slot_count;
    struct known *known;
    size_t known_count, known_room;
    uint32_t *places; /* what came up, in the order of the entries: numbers in `known` */
    size_t place_count, place_room;
    uint32_t *ends; /* for each entry, where its places end */
    size_t entries;
};

struct block_maker *block_maker_new(struct arena *arena, size_t entries)
{
    struct block_maker *maker = ARENA_NEW(arena, struct block_maker);
    *maker = (struct block_maker){.arena = arena,
                                  .slot_count = SLOTS_FIRST,
                                  .known_room = SLOTS_FIRST / 2,
                                  .place_room = (entries + 1) * PLACES_OF_ENTRY};
    maker->slots = arena_array(arena, maker->slot_count, sizeof(*maker->slots));
    maker->known = arena_array(arena, maker->known_room, sizeof(*maker->known));
    maker->places = arena_array(arena, maker->place_room, sizeof(*maker->places));
    maker->ends = arena_array(arena, SEARCH_BLOCK, sizeof(*maker->ends));
    return maker;
}

static inline size_t slot_of(const struct block_maker *maker, uint64_t token)
{
    return (size_t)(token * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (maker->slot_count - 1);
}

static void grow_table(struct block_maker *maker)
{
    maker->slot_count *= 2;
    maker->slots = arena_array(maker->arena, maker->slot_count, sizeof(*maker->slots));
    maker->known = arena_grow(maker->arena, maker->known, maker->known_room * sizeof(*maker->known),
                              2 * maker->known_room * sizeof(*maker->known));
    maker->known_room *= 2;
    for (size_t i = 0; i < maker->known_count; i++) {
        size_t at = slot_of(maker, maker->known[i].token);
        while (maker->slots[at])
            at = (at + 1) & (maker->slot_count - 1);
        maker->slots[at] = (uint32_t)i + 1;
    }
}

static inline uint32_t number_of(struct block_maker *maker, uint64_t token)
{
    size_t at = slot_of(maker, token);
    for (uint32_t number; (number = maker->slots[at]) != 0; at = (at + 1) & (maker->slot_count - 1))
        if (maker->known[number - 1].token == token)
            return number - 1;
    if (maker->known_count == maker->known_room) {
        grow_table(maker);
        return number_of(maker, token);
    }
    maker->known[maker->known_count] = (struct known){token, 0, UINT32_MAX};
    maker->slots[at] = (uint32_t)++maker->known_count;
    return (uint32_t)maker->known_count - 1;
}

void block_maker_add(struct block_maker *maker, const uint64_t *tokens, size_t count)
{
    uint32_t entry = (uint32_t)maker->entries;
    if (maker->place_count + count > maker->place_room) {
        size_t room = 2 * maker->place_room + count;
        maker->places =
            arena_grow(maker->arena, maker->places, maker->place_room * sizeof(*maker->places),
                       room * sizeof(*maker->places));
        maker->place_room = room;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t number = number_of(maker, tokens[i]);
        struct known *known = &maker->known[number];
        if (known->last == entry)
            continue;
        known->last = entry;
        known->count++;
        maker->places[maker->place_count++] = number;
    }
    maker->ends[maker->entries++] = (uint32_t)maker->place_count;
}

/* Sorts by token, byte by byte from the lowest; bytes in which all agree are passed over. */
static uint32_t *sorted_tokens(const struct block_maker *maker)
{
    size_t count = maker->known_count;
    uint32_t *order = arena_array(maker->arena, count, sizeof(*order));
    uint32_t *other = arena_array(maker->arena, count, sizeof(*other));
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        size_t starts[257] = {0};
        for (size_t i = 0; i < count; i++)
            starts[(maker->known[i].token >> shift & 0xFF) + 1]++;
        if (count && starts[(maker->known[0].token >> shift & 0xFF) + 1] == count)
            continue;
        for (size_t i = 1; i < COUNT(starts); i++)
            starts[i] += starts[i - 1];
        for (size_t i = 0; i < count; i++)
            other[starts[maker->known[order[i]].token >> shift & 0xFF]++] = order[i];
        uint32_t *swap = order;
        order = other;
        other = swap;
    }
    return order;
}

/* The entries of each token, one token behind the other, in ascending order. */
static uint16_t *entries_by_token(struct block_maker *maker, uint32_t *starts)
{
    uint16_t *entries = arena_array(maker->arena, maker->place_count, sizeof(*entries));
    uint32_t at = 0;
    for (size_t i = 0; i < maker->known_count; i++) {
        starts[i] = at;
        at += maker->known[i].count;
    }
    at = 0;
    for (size_t entry = 0; entry < maker->entries; entry++)
        for (; at < maker->ends[entry]; at++)
            entries[starts[maker->places[at]]++] = (uint16_t)entry;
    return entries;
}

static size_t put_list(const uint16_t *entries, size_t count, unsigned char *out)
{
    size_t length = 0;
    unsigned next = 0;
    for (size_t i = 0; i < count; i++) {
        length += put_number(out + length, entries[i] - next);
        next = entries[i] + 1U;
    }
    return length;
}

/* Room enough for the entries as differences: two numbers of two bytes and the few longer. */
enum { POSTING_ROOM = 3 * SEARCH_BLOCK };

static size_t put_all_but(const struct bitmap *bits, size_t entries, unsigned char *out)
{
    size_t length = 0, next = 0;
    for (size_t i = 0; i < entries; i++)
        if (!bitmap_has(bits, i)) {
            length += put_number(out + length, i - next);
            next = i + 1;
        }
    return length;
}

static struct posting make_posting(const uint16_t *entries, size_t count, size_t of,
                                   unsigned char *out)
{
    struct posting posting = {POSTING_LIST, {(const char *)out, 0}};
    size_t bytes = (of + 7) / 8;
    if (count <= bytes / 2) {
        posting.data.length = put_list(entries, count, out);
        return posting;
    }
    struct bitmap bits = {{0}};
    for (size_t i = 0; i < count; i++)
        bitmap_set(&bits, entries[i]);
    if (of - count <= bytes / 2) {
        posting.form = POSTING_ALL_BUT;
        posting.data.length = put_all_but(&bits, of, out);
        return posting;
    }
    size_t length = put_list(entries, count, out);
    if (length > bytes) {
        posting.form = POSTING_BITS;
        memcpy(out, bits.words, bytes);
        length = bytes;
    }
    posting.data.length = length;
    return posting;
}

bool block_maker_pages(struct block_maker *maker, block_page_fn *page, void *state)
{
    uint32_t *order = sorted_tokens(maker);
    uint32_t *ends = arena_array(maker->arena, maker->known_count, sizeof(*ends));
    const uint16_t *entries = entries_by_token(maker, ends);
    unsigned char *out = arena_alloc(maker->arena, POSTING_ROOM), number[NUMBER_MAX];
    struct buf data = {.arena = maker->arena};
    uint64_t first = 0, last = 0;
    for (size_t i = 0; i < maker->known_count; i++) {
        const struct known *known = &maker->known[order[i]];
        const uint16_t *its = entries + ends[order[i]] - known->count;
        struct posting posting = make_posting(its, known->count, maker->entries, out);
        if (data.length && data.length + posting.data.length > SEARCH_PAGE_BYTES) {
            if (!page(state, first, last, buf_str(&data)))
                return false;
            data.length = 0;
        }
        if (!data.length)
            first = last = known->token;
        buf_add(&data, (struct str){(char *)number, put_number(number, known->token - last)});
        buf_add(&data, (struct str){(char *)number,
                                    put_number(number, posting.data.length << 2 | posting.form)});
        buf_add(&data, posting.data);
        last = known->token;
    }
    return !data.length || page(state, first, last, buf_str(&data));
}
