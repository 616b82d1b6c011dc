/* Makes allocations of this thread fail. The linker sends every malloc, calloc, realloc, strdup and
 * strndup of our own objects through here; libraries keep theirs. */
#ifndef UNIT_MEMORY_H
#define UNIT_MEMORY_H

#include "base/arena.h"

/* The allocation after the next `count` fails, and all that follow. */
void memory_fail_after(int count);
/* Ends it; true when one did fail meanwhile. */
bool memory_recover(void);

/* True when `work` ran out of memory and left the arena by its escape. */
bool memory_escapes(struct arena *arena, void (*work)(struct arena *));

#endif
