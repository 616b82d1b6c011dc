#include "json/write.h"

#include <math.h>

static void separate(struct json *json)
{
    if (json->comma)
        buf_char(json->out, ',');
    json->comma = true;
}

void json_open(struct json *json, char bracket)
{
    separate(json);
    buf_char(json->out, bracket);
    json->comma = false;
}

void json_close(struct json *json, char bracket)
{
    buf_char(json->out, bracket);
    json->comma = true;
}

/* How many bytes at the front stand in JSON as they are; eight at a time. */
static size_t plain_length(struct str text)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    size_t at = 0;
    for (; at + 8 <= text.length; at += 8) {
        uint64_t word;
        memcpy(&word, text.data + at, sizeof(word));
        uint64_t quotes = word ^ ones * '"', slashes = word ^ ones * '\\';
        /* The top bit of a byte of these is set where it is below 0x20, a quote, a backslash
         * (and, harmlessly, in some bytes after such a one). */
        uint64_t low = (word - ones * 0x20) & ~word;
        uint64_t quote = (quotes - ones) & ~quotes, slash = (slashes - ones) & ~slashes;
        if ((low | quote | slash) & tops)
            break;
    }
    while (at < text.length && (unsigned char)text.data[at] >= 0x20 && text.data[at] != '"' &&
           text.data[at] != '\\')
        at++;
    return at;
}

static void escape(struct buf *out, unsigned char byte)
{
    if (byte == '"' || byte == '\\') {
        buf_char(out, '\\');
        buf_char(out, (char)byte);
    } else if (byte == '\n')
        buf_add(out, STR("\\n"));
    else
        buf_print(out, "\\u%04x", byte);
}

static void quote(struct buf *out, struct str text)
{
    buf_reserve(out, text.length + 2);
    buf_char(out, '"');
    while (text.length) {
        size_t plain = plain_length(text);
        buf_add(out, str_first(text, plain));
        text = str_skip(text, plain);
        if (text.length) {
            escape(out, (unsigned char)*text.data);
            text = str_skip(text, 1);
        }
    }
    buf_char(out, '"');
}

void json_key(struct json *json, const char *key)
{
    separate(json);
    quote(json->out, str_of(key));
    buf_char(json->out, ':');
    json->comma = false;
}

void json_text(struct json *json, struct str text)
{
    if (!text.data) {
        json_none(json);
        return;
    }
    separate(json);
    quote(json->out, text);
}

void json_int(struct json *json, int64_t number)
{
    separate(json);
    buf_int(json->out, number);
}

void json_number(struct json *json, double number)
{
    if (!isfinite(number)) {
        json_none(json);
        return;
    }
    separate(json);
    buf_real(json->out, number);
}

void json_bool(struct json *json, bool truth)
{
    json_raw(json, truth ? STR("true") : STR("false"));
}

void json_none(struct json *json)
{
    json_raw(json, STR("null"));
}

void json_raw(struct json *json, struct str text)
{
    separate(json);
    buf_add(json->out, text);
}
