#include "db/sqlite_memory.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "base/base.h"

/* Pieces of up to 1280 bytes, so that those of the journals of savepoints (1 KB and a link) are
 * among them; of each size so many. */
enum { STEP = 32, SIZES = 40, KEPT_MAX = 128 };

struct piece {
    struct piece *next;
};

/* What one thread keeps. A piece in kept[n] has room for at least n * STEP bytes. */
struct pool {
    struct piece *kept[SIZES + 1];
    size_t count[SIZES + 1];
};

static sqlite3_mem_methods plain; /* SQLite's own: malloc and its kin */
static pthread_key_t ends;
static _Thread_local struct pool *own;

static void release(void *thing)
{
    struct pool *pool = thing;
    own = NULL;
    for (size_t i = 0; i <= SIZES; i++)
        for (struct piece *piece = pool->kept[i], *next; piece; piece = next) {
            next = piece->next;
            plain.xFree(piece);
        }
    plain.xFree(pool);
}

/* NULL without memory: then nothing is kept. */
static struct pool *pool_of_thread(void)
{
    if (own)
        return own;
    struct pool *pool = plain.xMalloc((int)sizeof(*pool));
    if (!pool)
        return NULL;
    memset(pool, 0, sizeof(*pool));
    if (pthread_setspecific(ends, pool) != 0) {
        plain.xFree(pool);
        return NULL;
    }
    return own = pool;
}

static void *take(int size)
{
    size_t n = ((size_t)size + STEP - 1) / STEP;
    struct piece *piece = own && n <= SIZES ? own->kept[n] : NULL;
    if (!piece)
        return plain.xMalloc(n <= SIZES ? (int)n * STEP : size);
    own->kept[n] = piece->next;
    own->count[n]--;
    return piece;
}

static void give_back(void *memory)
{
    size_t n = (size_t)plain.xSize(memory) / STEP;
    struct pool *pool = n >= 1 && n <= SIZES ? pool_of_thread() : NULL;
    if (!pool || pool->count[n] == KEPT_MAX) {
        plain.xFree(memory);
        return;
    }
    struct piece *piece = memory;
    piece->next = pool->kept[n];
    pool->kept[n] = piece;
    pool->count[n]++;
}

void sqlite_memory_configure(void)
{
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain) != SQLITE_OK ||
        pthread_key_create(&ends, release) != 0)
        return;
    sqlite3_mem_methods pooled = plain;
    pooled.xMalloc = take;
    pooled.xFree = give_back;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &pooled);
}
