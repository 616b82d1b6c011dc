/* The index of search in the database: blocks of entries (core/search_block.h), which never change
 * but for the bits of those that are gone, and the fresh entries, which are in no block yet and are
 * compared one by one. Fresh ones are folded into a block when there are many; small blocks are put
 * together with their neighbours, so that there are never more than a few.
 *
 * Whoever makes or removes blocks has claimed the row of search_state. On PostgreSQL an entry may
 * move to another block while somebody writes its successor: so what is shown is compared with the
 * fresh entries by kind and key once more. */
#ifndef CORE_SEARCH_STORE_H
#define CORE_SEARCH_STORE_H

#include "core/search_block.h"
#include "core/search_entry.h"

enum {
    SEARCH_VERSION = 3,     /* of tokens and bytes: another makes the index anew */
    SEARCH_FRESH_MAX = 256, /* fresh entries that make a block */
    SEARCH_ROW_TEXTS = 16,  /* entries in a row of search_text */
    SEARCH_ROW_ORDERS = 256,
    SEARCH_NONE = -1
};

struct store_block {
    int64_t number;
    size_t entries;
    struct bitmap *gone; /* NULL = none is */
};
struct store {
    struct ctx *ctx;
    struct store_block *blocks; /* by number */
    size_t count;
};
static inline int64_t entry_id(const struct store_block *block, size_t at)
{
    return block->number << 16 | (int64_t)at;
}

enum error store_open(struct ctx *ctx, struct store *store) MUST_USE;
/* The block with this number; NULL where there is none (any more). */
struct store_block *store_find_block(const struct store *store, int64_t number);

/* The postings of tokens in the ranges, in every block. `posting` lives until `visit` returns. */
typedef enum error posting_fn(void *state, size_t range, struct store_block *block,
                              const struct posting *posting);
enum error store_postings(struct store *store, const struct token_range *ranges, size_t count,
                          posting_fn *visit, void *state) MUST_USE;
/* Entries by their ids, which ascend; of one that is not there the kind is STR_NONE. */
enum error store_entries(struct store *store, const int64_t *ids, size_t count,
                         struct search_entry *entries) MUST_USE;
/* The order of each of them (search_entry_order). */
enum error store_orders(struct store *store, const int64_t *ids, size_t count,
                        uint32_t *orders) MUST_USE;
/* The entry in a block that is not gone; SEARCH_NONE where there is none. */
enum error store_find(struct store *store, struct str kind, struct str key, int64_t *id) MUST_USE;

/* A fresh entry; one that says its record is removed has `removed`. */
struct fresh {
    struct search_entry entry;
    int64_t replaces;
    bool removed;
};
/* All there are. `claiming`: to put them into a block, but for those that another transaction has
 * in hand. */
enum error store_fresh(struct ctx *ctx, bool claiming, struct fresh **fresh,
                       size_t *count) MUST_USE;
/* Says that the bytes are not what was written. */
enum error store_damaged(struct ctx *ctx);

/* --- Writing -------------------------------------------------------------------------------- */

/* Entries on their way into blocks. */
struct collector;
/* Claims the blocks, and takes in what is fresh. */
enum error collector_open(struct ctx *ctx, struct collector **collector) MUST_USE;
enum error collector_add(struct collector *collector, const struct search_entry *entry) MUST_USE;
/* The entry in one of the blocks that were there before is gone. */
enum error collector_replace(struct collector *collector, uint64_t key_token) MUST_USE;
/* Writes what is left, together with small neighbours. */
enum error collector_close(struct collector *collector) MUST_USE;

/* Folds the fresh entries into a block where there are many, unless somebody else changes blocks.
 */
enum error store_settle(struct ctx *ctx) MUST_USE;
/* Every entry of every block and every fresh one goes through `mend`, and blocks in which it
 * changed any, or any that is gone, are written anew. */
typedef bool mend_fn(struct arena *arena, void *state, struct search_entry *entry);
enum error store_mend(struct ctx *ctx, mend_fn *mend, void *state, bool *changed) MUST_USE;
enum error store_clear(struct ctx *ctx) MUST_USE;

#endif
