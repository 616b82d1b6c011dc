#include "base/image_size.h"

static unsigned byte_at(struct str bytes, size_t at)
{
    return at < bytes.length ? (unsigned char)bytes.data[at] : 0;
}

static uint32_t big(struct str bytes, size_t at, size_t count)
{
    uint32_t number = 0;
    for (size_t i = 0; i < count; i++)
        number = number << 8 | byte_at(bytes, at + i);
    return number;
}

static uint32_t little(struct str bytes, size_t at, size_t count)
{
    uint32_t number = 0;
    for (size_t i = count; i-- > 0;)
        number = number << 8 | byte_at(bytes, at + i);
    return number;
}

/* The frame header (SOF0 to SOF15, but for DHT, JPG and DAC), among segments that say how long they
 * are. */
static bool jpeg_size(struct str bytes, uint32_t *width, uint32_t *height)
{
    size_t at = 2;
    while (at + 9 < bytes.length && byte_at(bytes, at) == 0xFF) {
        unsigned marker = byte_at(bytes, at + 1);
        if (marker == 0xFF) { /* fill */
            at++;
            continue;
        }
        if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 &&
            marker != 0xCC) {
            *height = big(bytes, at + 5, 2);
            *width = big(bytes, at + 7, 2);
            return true;
        }
        uint32_t length = big(bytes, at + 2, 2);
        if (length < 2)
            return false;
        at += 2 + (size_t)length;
    }
    return false;
}

static bool webp_size(struct str bytes, uint32_t *width, uint32_t *height)
{
    struct str chunk = str_skip(bytes, 12);
    if (bytes.length < 30)
        return false;
    if (str_starts(chunk, STR("VP8X"))) {
        *width = little(bytes, 24, 3) + 1;
        *height = little(bytes, 27, 3) + 1;
    } else if (str_starts(chunk, STR("VP8L"))) {
        uint32_t both = little(bytes, 21, 4);
        *width = (both & 0x3FFF) + 1;
        *height = (both >> 14 & 0x3FFF) + 1;
    } else if (str_starts(chunk, STR("VP8 "))) {
        *width = little(bytes, 26, 2) & 0x3FFF;
        *height = little(bytes, 28, 2) & 0x3FFF;
    } else {
        return false;
    }
    return true;
}

bool image_size(struct str bytes, uint32_t *width, uint32_t *height)
{
    if (str_starts(bytes, STR("\x89PNG\r\n\x1A\n")) && bytes.length >= 24) {
        *width = big(bytes, 16, 4);
        *height = big(bytes, 20, 4);
        return true;
    }
    if ((str_starts(bytes, STR("GIF87a")) || str_starts(bytes, STR("GIF89a"))) &&
        bytes.length >= 10) {
        *width = little(bytes, 6, 2);
        *height = little(bytes, 8, 2);
        return true;
    }
    if (str_starts(bytes, STR("\xFF\xD8\xFF")))
        return jpeg_size(bytes, width, height);
    if (str_starts(bytes, STR("RIFF")) && str_starts(str_skip(bytes, 8), STR("WEBP")))
        return webp_size(bytes, width, height);
    return false;
}
