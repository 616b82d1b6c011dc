#include "core/search_making.h"

#include <malloc.h>
#include <stdlib.h>

#include "text/fold.h"

enum { ENTRY_SCRATCH = 4096, PAGES_FIRST = 1024, MANY = 512 };

static int compare_places(const void *a, const void *b)
{
    const struct place *one = a, *other = b;
    if (one->order != other->order)
        return one->order < other->order ? -1 : 1;
    return (one->at > other->at) - (one->at < other->at);
}

static struct search_entry entry_at(struct making *making, size_t number)
{
    struct search_entry entry = {.account = 0};
    size_t at = making->places[number].at;
    if (!search_entry_unpack((struct str){(const char *)making->bytes, making->length}, &at,
                             &entry))
        arena_exhausted(&making->work); /* what was packed here is read as it was */
    return entry;
}

/* Room that grows, for the tokens of one entry after the other. */
struct token_room {
    uint64_t *tokens;
    char *scratch;
    size_t tokens_room, scratch_room;
};

static void add_tokens(struct making *making, struct block_maker *maker, struct token_room *room,
                       const struct search_entry *entry)
{
    size_t longest = entry->text.length;
    const struct str titles[] = {entry->title, entry->title_en, entry->names, entry->codes};
    for (size_t i = 0; i < COUNT(titles); i++)
        longest = titles[i].length > longest ? titles[i].length : longest;
    size_t scratch = text_fold_room(longest) + ENTRY_SCRATCH,
           tokens = search_entry_tokens_room(entry);
    if (scratch > room->scratch_room) {
        room->scratch_room = 2 * scratch;
        room->scratch = arena_alloc(&making->work, room->scratch_room);
    }
    if (tokens > room->tokens_room) {
        room->tokens_room = 2 * tokens;
        room->tokens = arena_array(&making->work, room->tokens_room, sizeof(*room->tokens));
    }
    block_maker_add(maker, room->tokens, search_entry_tokens(entry, room->scratch, room->tokens));
}

static bool keep_page(void *state, uint64_t first, uint64_t last, struct str data)
{
    struct making *making = state;
    if (making->page_count == making->page_room) {
        size_t room = 2 * making->page_room + PAGES_FIRST, size = sizeof(*making->pages);
        making->pages = making->page_room ? arena_grow(&making->made, making->pages,
                                                       making->page_room * size, room * size)
                                          : arena_array(&making->made, room, size);
        making->page_room = room;
    }
    making->pages[making->page_count++] =
        (struct made_page){first, last, arena_str(&making->made, data)};
    return true;
}

static void make_pages(struct making *making)
{
    struct token_room room = {.tokens_room = 0};
    qsort(making->places, making->count, sizeof(*making->places), compare_places);
    struct block_maker *maker = block_maker_new(&making->work, making->count);
    for (size_t i = 0; i < making->count; i++) {
        struct search_entry entry = entry_at(making, i);
        add_tokens(making, maker, &room, &entry);
    }
    making->failed = !block_maker_pages(maker, keep_page, making);
}

static void *make_beside(void *state)
{
    struct making *making = state;
    jmp_buf escape;
    making->work.escape = making->made.escape = &escape;
    making->failed = true;
    if (setjmp(escape) == 0)
        make_pages(making);
    arena_free(&making->work);
    malloc_trim(0); /* else it stays with the thread's heap, which the next thread may not get */
    return NULL;
}

void making_begin(struct making *making)
{
    making->pages = NULL;
    making->page_count = making->page_room = 0;
    making->beside =
        making->count >= MANY && pthread_create(&making->thread, NULL, make_beside, making) == 0;
    if (!making->beside)
        make_beside(making);
}

void making_wait(struct making *making)
{
    if (making->beside)
        pthread_join(making->thread, NULL);
    making->beside = false;
}
