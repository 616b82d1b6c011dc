#include "core/search.h"

struct search_bulk {
    struct ctx *ctx;
    const struct searchable *kind;
};

const struct searchable *search_kind(const struct shape *shape)
{
    for (; shape; shape = shape->extends)
        for (size_t m = 0; m < module_count; m++)
            for (size_t i = 0; i < modules[m]->searchable_count; i++)
                if (modules[m]->searchables[i].shape == shape)
                    return &modules[m]->searchables[i];
    return NULL;
}

struct search_bulk *search_bulk_begin(struct ctx *ctx, const struct searchable *kind)
{
    struct search_bulk *bulk = ARENA_NEW(ctx->arena, struct search_bulk);
    *bulk = (struct search_bulk){ctx, kind};
    return bulk;
}

enum error search_bulk_put(struct search_bulk *bulk, const void *record, bool is_new)
{
    (void)record;
    (void)is_new;
    return bulk->ctx->error;
}

enum error search_bulk_remove(struct search_bulk *bulk, struct str key)
{
    (void)key;
    return bulk->ctx->error;
}

enum error search_bulk_end(struct search_bulk *bulk)
{
    return bulk->ctx->error;
}
