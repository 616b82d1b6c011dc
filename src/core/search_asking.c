#include "core/search_asking.h"

#include <stdlib.h>

#include "core/ownership.h"

/* --- Who asks ------------------------------------------------------------------------------- */

static enum error add_area(struct ctx *ctx, void *state, const struct db_cursor *cursor)
{
    struct asking *asking = state;
    struct db_value code = {.type = DB_TEXT};
    db_column(cursor, 0, &code);
    if (asking->own_area_count < OWN_AREAS_MAX)
        asking->own_areas[asking->own_area_count++] = arena_str(ctx->arena, code.text);
    return E_OK;
}

static struct clause own_ranges(struct asking *asking, const struct searchable *kind)
{
    const struct principal *who = asking->ctx->who;
    struct query *query = asking->query;
    struct clause own = {query->range_count, 0};
    const char *column = kind->private ? (who->account_id ? kind->owned->account : NULL)
                         : kind->owned ? ownership_column(who, kind->owned)
                                       : NULL;
    uint64_t token = 0;
    if (!column)
        return own;
    if (column == kind->owned->area)
        for (size_t i = 0; i < asking->own_area_count; i++) {
            token = search_token_owner('a', asking->own_areas[i]);
            query_add_range(query, (struct token_range){token, token});
        }
    else if (column == kind->owned->organisation)
        token = strcmp(column, kind->key) == 0
                    ? search_token_key(str_of(kind->shape->name), who->organisation_code)
                    : search_token_owner('o', who->organisation_code);
    else if (column == kind->owned->department)
        token = search_token_owner('d', who->department_code);
    else
        token = search_token_account(who->account_id);
    if (column != kind->owned->area)
        query_add_range(query, (struct token_range){token, token});
    own.count = query->range_count - own.first;
    return own;
}

static void add_permission(struct asking *asking, const struct searchable *kind)
{
    enum role role = asking->ctx->who->role;
    if (!role_in(role, kind->roles ? kind->roles : (uint32_t)ANYONE) ||
        asking->permission_count == KINDS_MAX)
        return;
    bool confined = kind->private ? !role_in(role, OVERSEERS)
                                  : kind->owned && role_infos[role].scope != SCOPE_ALL;
    uint64_t token = search_token_kind(str_of(kind->shape->name));
    struct permission permission = {
        .kind = kind,
        .all = !kind->guarded && !confined,
        .public = kind->guarded,
        .kind_range = query_add_range(asking->query, (struct token_range){token, token})};
    if (confined)
        permission.own = own_ranges(asking, kind);
    asking->permissions[asking->permission_count++] = permission;
}

static enum error read_permissions(struct asking *asking)
{
    struct ctx *ctx = asking->ctx;
    struct query *query = asking->query;
    enum error error = E_OK;
    if (role_infos[ctx->who->role].scope == SCOPE_AREA)
        error = db_rows(ctx, ownership_own_areas(), NO_ARGS, add_area, asking);
    asking->visibilities.first = query->range_count;
    for (int64_t i = 0; i <= clearance(ctx); i++, asking->visibilities.count++) {
        uint64_t token = search_token_visibility(i);
        query_add_range(query, (struct token_range){token, token});
    }
    for (size_t m = 0; m < module_count; m++)
        for (size_t i = 0;
             i < modules[m]->searchable_count && token_permits(ctx->who, modules[m]->name, false);
             i++)
            add_permission(asking, &modules[m]->searchables[i]);
    return error;
}

/* --- Postings ------------------------------------------------------------------------------- */

/* Those of one range in one block; a list, newest first. */
struct held {
    struct held *next;
    struct posting posting;
};

static enum error keep_posting(void *state, size_t range, struct store_block *block,
                               const struct posting *posting)
{
    struct asking *asking = state;
    struct arena *arena = asking->ctx->arena;
    size_t at = range * asking->block_count + (size_t)(block - asking->store.blocks);
    struct held *held = ARENA_NEW(arena, struct held);
    *held = (struct held){asking->held[at].next, *posting};
    held->posting.data = arena_str(arena, posting->data);
    asking->held[at].next = held;
    return E_OK;
}

static enum error read_postings(struct asking *asking)
{
    asking->block_count = asking->store.count;
    asking->held =
        arena_array(asking->ctx->arena, asking->query->range_count * asking->block_count + 1,
                    sizeof(*asking->held));
    return store_postings(&asking->store, asking->query->ranges, asking->query->range_count,
                          keep_posting, asking);
}

bool asking_holds(const struct asking *asking, size_t block, size_t range)
{
    return asking->held[range * asking->block_count + block].next != NULL;
}

bool asking_any(const struct asking *asking, size_t block, struct clause clause,
                struct bitmap *into)
{
    bool good = true;
    for (size_t i = clause.first; i < clause.first + clause.count; i++)
        for (const struct held *held = asking->held[i * asking->block_count + block].next; held;
             held = held->next)
            good &= posting_or(&held->posting, asking->store.blocks[block].entries, into);
    return good;
}

static bool clause_holds(const struct asking *asking, size_t block, struct clause clause)
{
    for (size_t i = clause.first; i < clause.first + clause.count; i++)
        if (asking_holds(asking, block, i))
            return true;
    return false;
}

static bool group_entries(const struct asking *asking, size_t block, const struct group *group,
                          struct bitmap *into)
{
    const struct query *query = asking->query;
    struct bitmap all, one;
    bool good = true;
    for (size_t i = 0; i < group->count; i++)
        if (!clause_holds(asking, block, query->clauses[group->first + i]))
            return true;
    for (size_t i = 0; i < group->count; i++) {
        struct bitmap *target = i ? &one : &all;
        memset(target, 0, sizeof(*target));
        good &= asking_any(asking, block, query->clauses[group->first + i], target);
        if (i)
            bitmap_and(&all, &one);
    }
    bitmap_or(into, &all);
    return good;
}

bool asking_word(const struct asking *asking, size_t block, const struct word *word,
                 struct bitmap *titles, struct bitmap *texts)
{
    bool good = true;
    memset(titles, 0, sizeof(*titles));
    memset(texts, 0, sizeof(*texts));
    for (size_t i = word->first; i < word->first + word->count; i++) {
        const struct group *group = &asking->query->groups[i];
        good &= group_entries(asking, block, group, group->title ? titles : texts);
    }
    bitmap_and(titles, &asking->visible[block]);
    bitmap_and(texts, &asking->visible[block]);
    return good;
}

/* --- Fresh entries -------------------------------------------------------------------------- */

static int compare_tokens(const void *a, const void *b)
{
    const uint64_t *one = a, *other = b;
    return (*one > *other) - (*one < *other);
}

static void sort_tokens(struct asking *asking, size_t i)
{
    struct arena *arena = asking->ctx->arena;
    const struct search_entry *entry = &asking->fresh[i].entry;
    size_t room = search_entry_tokens_room(entry);
    char *scratch = arena_alloc(arena, room);
    uint64_t *tokens = arena_array(arena, room, sizeof(*tokens));
    asking->fresh_token_counts[i] = search_entry_tokens(entry, scratch, tokens);
    qsort(tokens, asking->fresh_token_counts[i], sizeof(*tokens), compare_tokens);
    asking->fresh_tokens[i] = tokens;
}

static bool has_range(const struct asking *asking, size_t i, struct token_range range)
{
    const uint64_t *tokens = asking->fresh_tokens[i];
    size_t low = 0, high = asking->fresh_token_counts[i];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tokens[middle] < range.low)
            low = middle + 1;
        else
            high = middle;
    }
    return low < asking->fresh_token_counts[i] && tokens[low] <= range.high;
}

static bool has_any(const struct asking *asking, size_t i, struct clause clause)
{
    for (size_t k = clause.first; k < clause.first + clause.count; k++)
        if (has_range(asking, i, asking->query->ranges[k]))
            return true;
    return false;
}

bool asking_fresh_has(const struct asking *asking, size_t i, const struct word *word, bool title)
{
    const struct query *query = asking->query;
    for (size_t g = word->first; g < word->first + word->count; g++) {
        const struct group *group = &query->groups[g];
        size_t k = 0;
        while (k < group->count && has_any(asking, i, query->clauses[group->first + k]))
            k++;
        if (k == group->count && group->title == title)
            return true;
    }
    return false;
}

static bool may_see_fresh(const struct asking *asking, size_t i)
{
    for (size_t k = 0; k < asking->permission_count; k++) {
        const struct permission *permission = &asking->permissions[k];
        if (!has_range(asking, i, asking->query->ranges[permission->kind_range]))
            continue;
        return permission->all ||
               (permission->public && has_any(asking, i, asking->visibilities)) ||
               has_any(asking, i, permission->own);
    }
    return false;
}

/* The entry that a fresh one replaces is not to be found; where it has moved since, it is looked
 * for. */
static enum error shadow(struct asking *asking, const struct fresh *fresh)
{
    int64_t id = fresh->replaces;
    enum error error = E_OK;
    if (id == SEARCH_NONE)
        return E_OK;
    struct store_block *block = store_find_block(&asking->store, id >> 16);
    if (!block) {
        error = store_find(&asking->store, fresh->entry.kind, fresh->entry.key, &id);
        block = id == SEARCH_NONE ? NULL : store_find_block(&asking->store, id >> 16);
    }
    if (error || !block)
        return error;
    size_t at = (size_t)(block - asking->store.blocks);
    if (!asking->shadows[at])
        asking->shadows[at] = ARENA_NEW(asking->ctx->arena, struct bitmap);
    bitmap_set(asking->shadows[at], (size_t)(id & (SEARCH_BLOCK - 1)));
    return E_OK;
}

static enum error read_fresh(struct asking *asking)
{
    struct arena *arena = asking->ctx->arena;
    enum error error = store_fresh(asking->ctx, false, &asking->fresh, &asking->fresh_count);
    size_t count = asking->fresh_count + 1;
    asking->fresh_tokens = arena_array(arena, count, sizeof(*asking->fresh_tokens));
    asking->fresh_token_counts = arena_array(arena, count, sizeof(*asking->fresh_token_counts));
    asking->shadows = arena_array(arena, asking->store.count + 1, sizeof(struct bitmap *));
    for (size_t i = 0; i < asking->fresh_count && !error; i++) {
        error = shadow(asking, &asking->fresh[i]);
        if (!asking->fresh[i].removed)
            sort_tokens(asking, i);
    }
    return error;
}

/* --- What the reader may see ---------------------------------------------------------------- */

static bool visible_of_kind(const struct asking *asking, size_t block,
                            const struct permission *permission, const struct bitmap *cleared,
                            struct bitmap *into)
{
    if (!asking_holds(asking, block, permission->kind_range))
        return true;
    struct bitmap of_kind = {{0}}, own = {{0}};
    bool good = asking_any(asking, block, (struct clause){permission->kind_range, 1}, &of_kind);
    if (!permission->all) {
        good &= asking_any(asking, block, permission->own, &own);
        if (permission->public)
            bitmap_or(&own, cleared);
        bitmap_and(&of_kind, &own);
    }
    bitmap_or(into, &of_kind);
    return good;
}

static bool find_visible(struct asking *asking)
{
    struct arena *arena = asking->ctx->arena;
    bool good = true;
    asking->visible = arena_array(arena, asking->store.count + 1, sizeof(*asking->visible));
    asking->fresh_visible = arena_array(arena, asking->fresh_count + 1, sizeof(bool));
    for (size_t b = 0; b < asking->store.count; b++) {
        struct bitmap cleared = {{0}}, *visible = &asking->visible[b];
        good &= asking_any(asking, b, asking->visibilities, &cleared);
        for (size_t k = 0; k < asking->permission_count; k++)
            good &= visible_of_kind(asking, b, &asking->permissions[k], &cleared, visible);
        if (asking->store.blocks[b].gone)
            bitmap_drop(visible, asking->store.blocks[b].gone);
        if (asking->shadows[b])
            bitmap_drop(visible, asking->shadows[b]);
        asking->visible_count += (int64_t)bitmap_count(visible);
    }
    for (size_t i = 0; i < asking->fresh_count; i++) {
        asking->fresh_visible[i] = !asking->fresh[i].removed && may_see_fresh(asking, i);
        asking->visible_count += asking->fresh_visible[i];
    }
    return good;
}

/* --- Both ----------------------------------------------------------------------------------- */

enum error asking_open(struct asking *asking)
{
    enum error error = store_open(asking->ctx, &asking->store);
    return error ? error : read_fresh(asking);
}

enum error asking_prepare(struct asking *asking, struct query *query)
{
    asking->query = query;
    asking->permission_count = 0;
    asking->visibilities.count = 0;
    asking->visible_count = 0;
    asking->own_area_count = 0;
    enum error error = read_permissions(asking);
    if (!error)
        error = read_postings(asking);
    if (!error && !find_visible(asking))
        error = store_damaged(asking->ctx);
    return error;
}
