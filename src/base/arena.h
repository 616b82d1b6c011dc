/* An arena: memory that lives exactly as long as one request.
 *
 * Nothing in it is freed singly; arena_reset() ends it all at once and runs the clean-ups
 * that were registered for what is not memory. An arena has a ceiling. When it or the
 * machine's memory is exhausted, arena_alloc() does not return: it jumps to the arena's
 * escape (set by whoever runs the request), so that no caller has to check for NULL. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <setjmp.h>

#include "base/base.h"

struct arena_block;
struct arena_cleanup;

struct arena {
    struct arena_block *blocks; /* newest first */
    struct arena_cleanup *cleanups;
    char *at, *end;  /* free part of the newest block */
    size_t used;     /* bytes taken from the system */
    size_t ceiling;  /* bytes it may take; 0 = ARENA_CEILING */
    jmp_buf *escape; /* where exhaustion leads; NULL = abort */
};

#define ARENA_CEILING ((size_t)256 << 20)

/* Zeroed memory for any type. Never returns NULL. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((returns_nonnull, malloc));
/* `count` things of `size` bytes, zeroed; the product is checked for overflow. */
void *arena_array(struct arena *arena, size_t count, size_t size) __attribute__((returns_nonnull));
/* Makes the most recent allocation larger in place where possible, else moves it. */
void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t size)
    __attribute__((returns_nonnull));
#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

/* A NUL-terminated copy. NULL stays NULL. */
struct str arena_str(struct arena *arena, struct str text);
struct str arena_print(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* Runs `release(thing)` when the arena is reset, last registered first; at once where the arena
 * cannot even note it, before the jump. */
void arena_defer(struct arena *arena, void (*release)(void *), void *thing);

/* The way out for who ran out of memory elsewhere on the request's behalf. */
NO_RETURN void arena_exhausted(struct arena *arena);

/* Ends everything in the arena. It keeps one block, so that the next request allocates nothing. */
void arena_reset(struct arena *arena);
/* As reset, and gives every block back. */
void arena_free(struct arena *arena);

#endif
