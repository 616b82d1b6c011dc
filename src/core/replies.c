#include "core/replies.h"

#include <stdlib.h>

/* A slot takes whatever reply last fell into it. */
struct slot {
    int64_t generation; /* of struct replies; 0 = empty */
    uint64_t hash;
    size_t key_size, body_size;
    int status;
    struct str content_type; /* constant */
    char etag[40];
    char *bytes; /* key, then body; owned */
};

struct replies {
    struct slot slots[REPLIES_SLOTS];
    int64_t generation, change_number;
    struct date today;
};

struct replies *replies_new(void)
{
    struct replies *replies = calloc(1, sizeof(*replies));
    if (replies)
        replies->generation = 1;
    return replies;
}

void replies_free(struct replies *replies)
{
    if (!replies)
        return;
    for (size_t i = 0; i < REPLIES_SLOTS; i++)
        free(replies->slots[i].bytes);
    free(replies);
}

void replies_at(struct replies *replies, int64_t change_number, struct date today)
{
    if (replies->change_number == change_number && replies->today.days == today.days)
        return;
    replies->change_number = change_number;
    replies->today = today;
    replies->generation++;
}

/* Address and language, with their lengths, so that no two keys run into each other. */
static size_t make_key(const struct request *request, char key[REPLIES_KEY_MAX])
{
    struct str parts[] = {request->path, request->query, request->accept_language};
    size_t size = 0;
    if (!is_anybody(request->who))
        return 0;
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (parts[i].length + sizeof(size_t) > REPLIES_KEY_MAX - size)
            return 0;
        memcpy(key + size, &parts[i].length, sizeof(size_t));
        size += sizeof(size_t);
        if (parts[i].length)
            memcpy(key + size, parts[i].data, parts[i].length);
        size += parts[i].length;
    }
    return size;
}

bool replies_find(struct replies *replies, struct arena *arena, const struct request *request,
                  struct reply *reply)
{
    char key[REPLIES_KEY_MAX];
    size_t size = make_key(request, key);
    uint64_t hash = hash_bytes(HASH_SEED, key, size);
    const struct slot *slot = &replies->slots[hash % REPLIES_SLOTS];
    if (!size || slot->generation != replies->generation || slot->hash != hash ||
        slot->key_size != size || memcmp(slot->bytes, key, size) != 0)
        return false;
    *reply = (struct reply){.status = slot->status,
                            .content_type = slot->content_type,
                            .etag = arena_str(arena, str_of(slot->etag)),
                            .file = -1};
    if (reply_is_known(&request->if_none_match, reply))
        return true;
    reply->body = arena_str(arena, (struct str){slot->bytes + size, slot->body_size});
    return true;
}

void replies_keep(struct replies *replies, const struct request *request, const struct reply *reply)
{
    char key[REPLIES_KEY_MAX];
    size_t size = make_key(request, key);
    if (!size || reply->status != 200 || reply->file >= 0 ||
        reply->body.length > REPLIES_BODY_MAX ||
        reply->etag.length >= sizeof(((struct slot *)0)->etag))
        return;
    uint64_t hash = hash_bytes(HASH_SEED, key, size);
    struct slot *slot = &replies->slots[hash % REPLIES_SLOTS];
    char *bytes = realloc(slot->bytes, size + reply->body.length);
    if (!bytes)
        return;
    memcpy(bytes, key, size);
    memcpy(bytes + size, reply->body.data, reply->body.length);
    slot->bytes = bytes;
    slot->generation = replies->generation;
    slot->hash = hash;
    slot->key_size = size;
    slot->body_size = reply->body.length;
    slot->status = reply->status;
    slot->content_type = reply->content_type;
    memcpy(slot->etag, reply->etag.data, reply->etag.length);
    slot->etag[reply->etag.length] = '\0';
}
