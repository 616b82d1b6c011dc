/* A block of the index of search: up to SEARCH_BLOCK entries, and for each token which of them hold
 * it. Nothing here knows of a database: a block is made in memory and comes out as pages of bytes.
 *
 * A page holds tokens in ascending order. For each: how far it is from the one before, the length
 * of its posting and in which of three ways that is written, whichever is the shortest: the entries
 * as differences, all entries but those, or a bit for each. */
#ifndef CORE_SEARCH_BLOCK_H
#define CORE_SEARCH_BLOCK_H

#include "base/arena.h"
#include "text/token.h"

enum {
    SEARCH_BLOCK = 65536,     /* entries */
    SEARCH_PAGE_BYTES = 3800, /* a page is closed when it has so many: one page of SQLite's file */
    BITMAP_WORDS = SEARCH_BLOCK / 64
};

struct bitmap {
    uint64_t words[BITMAP_WORDS];
};

static inline bool bitmap_has(const struct bitmap *bitmap, size_t at)
{
    return (bitmap->words[at / 64] >> at % 64 & 1) != 0;
}
static inline void bitmap_set(struct bitmap *bitmap, size_t at)
{
    bitmap->words[at / 64] |= UINT64_C(1) << at % 64;
}
void bitmap_fill(struct bitmap *bitmap, size_t count); /* the first `count` */
void bitmap_or(struct bitmap *into, const struct bitmap *from);
void bitmap_and(struct bitmap *into, const struct bitmap *from);
void bitmap_drop(struct bitmap *into, const struct bitmap *from);
size_t bitmap_count(const struct bitmap *bitmap);
/* The first at or behind `from`; SEARCH_BLOCK where there is none. */
size_t bitmap_next(const struct bitmap *bitmap, size_t from);

enum posting_form { POSTING_LIST, POSTING_ALL_BUT, POSTING_BITS };
struct posting {
    enum posting_form form;
    struct str data;
};
/* Adds its entries; `entries` is how many the block has. False where the bytes are no posting. */
bool posting_or(const struct posting *posting, size_t entries, struct bitmap *into) MUST_USE;

struct page_reader {
    struct str data;
    size_t at;
    uint64_t token; /* of the last one read; at first the page's `first` */
};
/* False at the end, or where the bytes are no page. */
bool page_next(struct page_reader *page, struct posting *posting);

/* Collects the tokens of a block, entry by entry in their order. All memory is the arena's, which
 * may be reset for the next block. */
struct block_maker;
struct block_maker *block_maker_new(struct arena *arena, size_t entries); /* about so many */
void block_maker_add(struct block_maker *maker, const uint64_t *tokens, size_t count);
/* Gives the pages in order; `page` returns false to stop. */
typedef bool block_page_fn(void *state, uint64_t first, uint64_t last, struct str data);
bool block_maker_pages(struct block_maker *maker, block_page_fn *page, void *state) MUST_USE;

#endif
