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

static void quote(struct buf *out, struct str text)
{
    buf_char(out, '"');
    size_t from = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte >= 0x20 && byte != '"' && byte != '\\')
            continue;
        buf_add(out, (struct str){text.data + from, i - from});
        from = i + 1;
        if (byte == '"' || byte == '\\') {
            buf_char(out, '\\');
            buf_char(out, (char)byte);
        } else if (byte == '\n')
            buf_add(out, STR("\\n"));
        else
            buf_print(out, "\\u%04x", byte);
    }
    buf_add(out, (struct str){text.data + from, text.length - from});
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
