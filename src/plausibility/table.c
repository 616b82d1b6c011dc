#include "plausibility/table.h"

enum { FIRST_CAPACITY = 64 };

/* The entry of a text, or the free one where it belongs. */
static struct table_entry *entry_of(const struct table *table, struct str text)
{
    size_t at = (size_t)hash_bytes(HASH_SEED, text.data, text.length) & (table->capacity - 1);
    while (table->entries[at].taken && !str_equal(table->entries[at].text, text))
        at = (at + 1) & (table->capacity - 1);
    return &table->entries[at];
}

static void grow(struct arena *arena, struct table *table)
{
    struct table larger = {.capacity = table->capacity ? table->capacity * 2 : FIRST_CAPACITY};
    larger.entries = arena_array(arena, larger.capacity, sizeof(*larger.entries));
    larger.count = table->count;
    for (size_t i = 0; i < table->capacity; i++)
        if (table->entries[i].taken)
            *entry_of(&larger, table->entries[i].text) = table->entries[i];
    *table = larger;
}

uint32_t table_key(struct arena *arena, struct table *table, struct str text)
{
    if (table->count * 2 >= table->capacity)
        grow(arena, table);
    struct table_entry *entry = entry_of(table, text);
    if (!entry->taken)
        *entry = (struct table_entry){text, (uint32_t)table->count++, true};
    return entry->key;
}

bool table_find(const struct table *table, struct str text, uint32_t *key)
{
    if (!text.length || !table->capacity)
        return false;
    const struct table_entry *entry = entry_of(table, text);
    *key = entry->key;
    return entry->taken;
}
