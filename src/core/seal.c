#include "core/seal.h"

#include <sodium.h>

#include "base/number.h"

enum {
    VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES
};
_Static_assert(KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "keys of one size");

static const unsigned char *bytes(struct str text)
{
    return (const unsigned char *)(text.data ? text.data : "");
}

struct str seal(struct arena *arena, const unsigned char key[KEY_BYTES], struct str plain,
                struct str bound)
{
    size_t size = NONCE + plain.length + TAG;
    size_t room = sodium_base64_ENCODED_LEN(size, VARIANT);
    unsigned char *sealed = arena_alloc(arena, size);
    char *text = arena_alloc(arena, room);
    randombytes_buf(sealed, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE, NULL, bytes(plain), plain.length,
                                               bytes(bound), bound.length, NULL, sealed, key);
    sodium_bin2base64(text, room, sealed, size, VARIANT);
    return (struct str){text, room - 1};
}

bool seal_open(struct arena *arena, const unsigned char key[KEY_BYTES], struct str sealed,
               struct str bound, struct str *plain)
{
    size_t size = 0;
    unsigned char *box = arena_alloc(arena, sealed.length + 1);
    if (sodium_base642bin(box, sealed.length, (const char *)bytes(sealed), sealed.length, NULL,
                          &size, NULL, VARIANT) != 0 ||
        size < NONCE + TAG)
        return false;
    size_t length = size - NONCE - TAG;
    char *text = arena_alloc(arena, length + 1);
    *plain = (struct str){text, length};
    return crypto_aead_xchacha20poly1305_ietf_decrypt((unsigned char *)text, NULL, NULL,
                                                      box + NONCE, size - NONCE, bytes(bound),
                                                      bound.length, box, key) == 0;
}

struct str sealed_bound(struct arena *arena, int64_t person_id, struct str column)
{
    return arena_print(arena, SEALED_MARK "%lld:%.*s", (long long)person_id, STR_PRINT(column));
}

bool sealed_parse(struct str text, struct sealed *sealed)
{
    struct str rest = str_skip(text, sizeof(SEALED_MARK) - 1), person;
    if (!str_starts(text, STR(SEALED_MARK)) || !str_cut(&rest, ':', &person) ||
        !int_parse(person, &sealed->person_id) || sealed->person_id <= 0 ||
        !str_cut(&rest, ':', &sealed->column) || !sealed->column.length || !rest.length)
        return false;
    sealed->text = rest;
    sealed->bound = str_first(text, text.length - rest.length - 1);
    return true;
}
