/* Making a block of the index of search out of entries: they are sorted and taken apart into pages.
 * That costs the processor as much as all else an import does with them; so it can be done beside
 * it, by a thread of its own. */
#ifndef CORE_SEARCH_MAKING_H
#define CORE_SEARCH_MAKING_H

#include <pthread.h>

#include "core/search_block.h"
#include "core/search_entry.h"

/* An entry among the packed bytes. */
struct place {
    uint32_t order, at, length;
};
struct made_page {
    uint64_t first, last;
    struct str data;
};
struct making {
    /* Given; owned by whoever gives it. */
    unsigned char *bytes; /* of entries, packed */
    size_t length, room;
    struct place *places; /* in order, afterwards */
    size_t count;         /* 0 = nothing is being made */
    /* Made. The arenas are nobody else's until making_wait(). */
    struct arena work, made; /* what is needed on the way, and the pages */
    struct made_page *pages;
    size_t page_count, page_room;
    bool failed; /* there was not memory enough */
    pthread_t thread;
    bool beside; /* by that thread */
};

/* Returns at once where there are many entries, and there can be a thread. */
void making_begin(struct making *making);
/* Waits until it is made; harmless when nothing is. */
void making_wait(struct making *making);

#endif
