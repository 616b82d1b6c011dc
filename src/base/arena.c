#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Under AddressSanitizer what was not handed out cannot be touched, as with malloc. */
#ifdef __has_feature /* clang's way to say it */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(from, size)   ((void)(from), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(from, size) ((void)(from), (void)(size))
enum { GAP = 0 };
#endif

enum { BLOCK_SIZE = 32 * 1024, ALIGNMENT = _Alignof(max_align_t) };

struct arena_block {
    struct arena_block *next;
    size_t size; /* usable bytes behind this header */
    max_align_t data[];
};

struct arena_cleanup {
    struct arena_cleanup *next;
    void (*release)(void *);
    void *thing;
};

void arena_exhausted(struct arena *arena)
{
    if (arena->escape)
        longjmp(*arena->escape, 1);
    fputs("kechuang: out of memory\n", stderr);
    abort();
}

/* What an allocation takes up. */
static size_t footprint(size_t size)
{
    return ((size ? size : 1) + GAP + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void use_block(struct arena *arena, struct arena_block *block)
{
    arena->blocks = block;
    arena->used += block->size;
    arena->at = (char *)block->data;
    arena->end = arena->at + block->size;
    ASAN_POISON_MEMORY_REGION(arena->at, block->size);
}

static bool add_block(struct arena *arena, size_t size)
{
    size_t ceiling = arena->ceiling ? arena->ceiling : ARENA_CEILING;
    if (size < BLOCK_SIZE)
        size = BLOCK_SIZE;
    if (size > ceiling || arena->used > ceiling - size)
        return false;
    struct arena_block *block = malloc(sizeof(*block) + size);
    if (!block)
        return false;
    block->next = arena->blocks;
    block->size = size;
    use_block(arena, block);
    return true;
}

/* NULL when the arena or the machine has no more. */
static void *try_take(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size_t room = footprint(size);
    if ((size_t)(arena->end - arena->at) < room && !add_block(arena, room))
        return NULL;
    void *result = arena->at;
    arena->at += room;
    ASAN_UNPOISON_MEMORY_REGION(result, size);
    return result;
}

static void *take(struct arena *arena, size_t size)
{
    void *result = try_take(arena, size);
    if (!result)
        arena_exhausted(arena);
    return result;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(take(arena, size), 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        arena_exhausted(arena);
    return arena_alloc(arena, total);
}

void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t size)
{
    assert(size >= old_size && (old || !old_size));
    bool newest = old && (char *)old + footprint(old_size) == arena->at;
    if (newest && size <= SIZE_MAX / 2 && footprint(size) <= (size_t)(arena->end - (char *)old)) {
        arena->at = (char *)old + footprint(size);
        ASAN_UNPOISON_MEMORY_REGION(old, size);
        return old;
    }
    void *moved = take(arena, size);
    if (old && old_size)
        memcpy(moved, old, old_size);
    return moved;
}

struct str arena_str(struct arena *arena, struct str text)
{
    if (!text.data)
        return STR_NONE;
    char *copy = take(arena, text.length + 1);
    if (text.length)
        memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    return (struct str){copy, text.length};
}

struct str arena_print(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(length >= 0);
    char *text = take(arena, (size_t)length + 1);
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return (struct str){text, (size_t)length};
}

void arena_defer(struct arena *arena, void (*release)(void *), void *thing)
{
    struct arena_cleanup *cleanup = try_take(arena, sizeof(*cleanup));
    if (!cleanup) {
        release(thing);
        arena_exhausted(arena);
    }
    *cleanup = (struct arena_cleanup){arena->cleanups, release, thing};
    arena->cleanups = cleanup;
}

void arena_reset(struct arena *arena)
{
    for (struct arena_cleanup *cleanup = arena->cleanups; cleanup; cleanup = cleanup->next)
        cleanup->release(cleanup->thing);
    arena->cleanups = NULL;
    struct arena_block *keep = NULL;
    while (arena->blocks) {
        struct arena_block *block = arena->blocks;
        arena->blocks = block->next;
        if (!keep && block->size == BLOCK_SIZE)
            keep = block;
        else
            free(block);
    }
    arena->used = 0;
    arena->at = arena->end = NULL;
    if (keep) {
        keep->next = NULL;
        use_block(arena, keep);
    }
}

void arena_free(struct arena *arena)
{
    arena_reset(arena);
    free(arena->blocks);
    arena->blocks = NULL;
    arena->at = arena->end = NULL;
    arena->used = 0;
}
