#include "base/digest.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

const char *const digest_names[DIGEST_ALGORITHMS + 1] = {"sha256", "sm3", NULL};

enum { PENDING = 1024 };

struct digest {
    EVP_MD_CTX *state;
    bool failed;
    size_t pending;
    char bytes[PENDING]; /* short parts are handed over together */
};

static EVP_MD *algorithms[DIGEST_ALGORITHMS];
static pthread_key_t spare; /* each thread keeps the last one that it used */

static void release(void *thing)
{
    struct digest *digest = thing;
    EVP_MD_CTX_free(digest->state);
    free(digest);
}

/* Looking an algorithm up costs more than using it: once for the whole process. */
static void prepare(void)
{
    static const char *const names[DIGEST_ALGORITHMS] = {"SHA2-256", "SM3"};
    for (size_t i = 0; i < DIGEST_ALGORITHMS; i++)
        algorithms[i] = EVP_MD_fetch(NULL, names[i], NULL);
    pthread_key_create(&spare, release);
}

static struct digest *take(void)
{
    struct digest *digest = pthread_getspecific(spare);
    if (digest) {
        pthread_setspecific(spare, NULL);
        return digest;
    }
    digest = calloc(1, sizeof(*digest));
    if (digest)
        digest->state = EVP_MD_CTX_new();
    return digest;
}

static void give_back(struct digest *digest)
{
    if (!digest->state || pthread_getspecific(spare) || pthread_setspecific(spare, digest) != 0)
        release(digest);
}

bool digest_find(struct str name, enum digest_algorithm *algorithm)
{
    for (unsigned i = 0; i < DIGEST_ALGORITHMS; i++)
        if (str_is(name, digest_names[i])) {
            *algorithm = (enum digest_algorithm)i;
            return true;
        }
    return false;
}

struct digest *digest_begin(enum digest_algorithm algorithm)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
    struct digest *digest = take();
    if (!digest)
        return NULL;
    digest->pending = 0;
    digest->failed = !digest->state || !algorithms[algorithm] ||
                     EVP_DigestInit_ex2(digest->state, algorithms[algorithm], NULL) != 1;
    return digest;
}

static void update(struct digest *digest, const char *bytes, size_t length)
{
    digest->failed = digest->failed || EVP_DigestUpdate(digest->state, bytes, length) != 1;
}

static void add(struct digest *digest, struct str bytes)
{
    if (digest->pending + bytes.length > PENDING) {
        update(digest, digest->bytes, digest->pending);
        digest->pending = 0;
    }
    if (bytes.length > PENDING) {
        update(digest, bytes.data, bytes.length);
        return;
    }
    memcpy(digest->bytes + digest->pending, bytes.data, bytes.length);
    digest->pending += bytes.length;
}

void digest_part(struct digest *digest, struct str part)
{
    char length[24];
    if (!digest)
        return;
    if (!part.data) {
        add(digest, STR("-,"));
        return;
    }
    size_t at = sizeof(length), rest = part.length;
    length[--at] = ':';
    do
        length[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    add(digest, (struct str){length + at, sizeof(length) - at});
    add(digest, part);
    add(digest, STR(","));
}

void digest_number(struct digest *digest, int64_t number)
{
    char text[24];
    int length = snprintf(text, sizeof(text), "%lld", (long long)number);
    digest_part(digest, (struct str){text, (size_t)length});
}

void digest_bytes(struct digest *digest, const void *bytes, size_t length)
{
    if (digest)
        add(digest, (struct str){bytes, length});
}

bool digest_end(struct digest *digest, char hex[DIGEST_HEX + 1])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[DIGEST_HEX / 2];
    unsigned length = 0;
    if (!digest)
        return false;
    update(digest, digest->bytes, digest->pending);
    bool good = !digest->failed && EVP_DigestFinal_ex(digest->state, bytes, &length) == 1 &&
                length == sizeof(bytes);
    for (size_t i = 0; good && i < sizeof(bytes); i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[good ? DIGEST_HEX : 0] = '\0';
    give_back(digest);
    return good;
}
