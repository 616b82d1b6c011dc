#include "core/rate.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <stdlib.h>

enum { SECOND_US = 1000000 };

struct slot {
    uint64_t client;
    int64_t paid_us; /* when all requests so far are paid for */
};
struct rate {
    int64_t interval_us, burst_us;
    unsigned char key[crypto_shorthash_KEYBYTES]; /* so that nobody can choose who shares a set */
    struct slot slots[RATE_SETS][RATE_WAYS];
};

struct rate *rate_new(int per_second)
{
    struct rate *rate = calloc(1, sizeof(*rate));
    if (!rate)
        return NULL;
    rate->interval_us = per_second < SECOND_US ? SECOND_US / per_second : 1;
    rate->burst_us = (int64_t)RATE_BURST_SECONDS * SECOND_US;
    crypto_shorthash_keygen(rate->key);
    return rate;
}

void rate_free(struct rate *rate)
{
    free(rate);
}

/* 0 is nobody. */
static uint64_t client_of(const struct rate *rate, struct str address)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    char text[INET6_ADDRSTRLEN];
    struct str what = address;
    uint64_t client;
    if (address.length < sizeof(text)) {
        memcpy(text, address.data, address.length);
        text[address.length] = 0;
        if (inet_pton(AF_INET6, text, bytes) == 1)
            what = (struct str){(const char *)bytes, sizeof(bytes) / 2};
    }
    crypto_shorthash((unsigned char *)&client, (const unsigned char *)what.data, what.length,
                     rate->key);
    return client ? client : 1;
}

/* The client's slot, or the one that is missed least. */
static struct slot *slot_of(struct rate *rate, uint64_t client)
{
    struct slot *set = rate->slots[client % RATE_SETS], *oldest = set;
    for (size_t i = 0; i < RATE_WAYS; i++) {
        if (set[i].client == client)
            return &set[i];
        if (set[i].paid_us < oldest->paid_us)
            oldest = &set[i];
    }
    *oldest = (struct slot){.client = client};
    return oldest;
}

bool rate_take(struct rate *rate, struct str address, int64_t now_us)
{
    struct slot *slot = slot_of(rate, client_of(rate, address));
    int64_t from = slot->paid_us > now_us ? slot->paid_us : now_us;
    if (from + rate->interval_us - now_us > rate->burst_us)
        return false;
    slot->paid_us = from + rate->interval_us;
    return true;
}
