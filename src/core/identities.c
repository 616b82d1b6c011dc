#include "core/identities.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <time.h>

/* An identity without pointers. */
struct entry {
    unsigned char digest[crypto_generichash_BYTES];
    unsigned state;
    long long at_ms;
    struct identity identity; /* its texts are these, STR_NONE where NULL: */
    char texts[7][IDENTITY_TEXT];
};

struct identities {
    pthread_mutex_t mutex;
    unsigned state;
    unsigned char key[crypto_generichash_KEYBYTES]; /* of the digests: nobody can aim at a slot */
    struct entry entries[IDENTITY_SLOTS];
};

/* The texts of an identity, in one order. */
static void texts_of(struct identity *identity, struct str *texts[7])
{
    texts[0] = &identity->role;
    texts[1] = &identity->name;
    texts[2] = &identity->organisation_code;
    texts[3] = &identity->area_code;
    texts[4] = &identity->department_code;
    texts[5] = &identity->csrf_token;
    texts[6] = &identity->scopes;
}

static long long clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct identities *identities_new(void)
{
    struct identities *identities = calloc(1, sizeof(*identities));
    if (identities) {
        pthread_mutex_init(&identities->mutex, NULL);
        identities->state = 1;
        randombytes_buf(identities->key, sizeof(identities->key));
    }
    return identities;
}

void identities_free(struct identities *identities)
{
    if (!identities)
        return;
    pthread_mutex_destroy(&identities->mutex);
    free(identities);
}

/* Where the secret's entry is, or would be; the secret itself is kept nowhere. */
static struct entry *entry_of(struct identities *identities, struct str secret,
                              unsigned char digest[crypto_generichash_BYTES])
{
    size_t slot;
    crypto_generichash(digest, crypto_generichash_BYTES, (const unsigned char *)secret.data,
                       secret.length, identities->key, sizeof(identities->key));
    memcpy(&slot, digest, sizeof(slot));
    return &identities->entries[slot % IDENTITY_SLOTS];
}

bool identities_find(struct identities *identities, struct arena *arena, struct str secret,
                     struct identity *out)
{
    struct entry copy;
    unsigned char digest[crypto_generichash_BYTES];
    const struct entry *entry = entry_of(identities, secret, digest);
    pthread_mutex_lock(&identities->mutex);
    bool good = entry->state == identities->state &&
                memcmp(entry->digest, digest, sizeof(digest)) == 0 &&
                clock_ms() - entry->at_ms < IDENTITY_MS;
    if (good)
        copy = *entry;
    pthread_mutex_unlock(&identities->mutex);
    if (!good)
        return false;
    *out = copy.identity;
    struct str *texts[7];
    texts_of(out, texts);
    for (size_t i = 0; i < COUNT(texts); i++)
        if (texts[i]->data)
            *texts[i] = arena_str(arena, (struct str){copy.texts[i], texts[i]->length});
    return true;
}

unsigned identities_state(struct identities *identities)
{
    pthread_mutex_lock(&identities->mutex);
    unsigned state = identities->state;
    pthread_mutex_unlock(&identities->mutex);
    return state;
}

void identities_keep(struct identities *identities, struct str secret, unsigned state,
                     const struct identity *identity)
{
    struct entry made = {.state = state, .at_ms = clock_ms(), .identity = *identity};
    struct str *texts[7];
    texts_of(&made.identity, texts);
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (texts[i]->length >= IDENTITY_TEXT)
            return; /* too long to keep: it is looked up each time */
        if (texts[i]->data)
            memcpy(made.texts[i], texts[i]->data, texts[i]->length);
    }
    struct entry *entry = entry_of(identities, secret, made.digest);
    pthread_mutex_lock(&identities->mutex);
    *entry = made;
    pthread_mutex_unlock(&identities->mutex);
}

void identities_forget(struct identities *identities)
{
    pthread_mutex_lock(&identities->mutex);
    identities->state++;
    pthread_mutex_unlock(&identities->mutex);
}
