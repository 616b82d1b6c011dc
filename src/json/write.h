/* A streaming JSON writer: what is written is always well formed, commas included. No name here is
 * one of jansson's: the linker would give jansson ours (so not json_real, json_null, json_string).
 */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include "base/buf.h"

struct json {
    struct buf *out;
    bool comma; /* the next value or key needs one in front */
};

void json_open(struct json *json, char bracket);  /* '{' or '[' */
void json_close(struct json *json, char bracket); /* '}' or ']' */
void json_key(struct json *json, const char *key);
void json_text(struct json *json, struct str text); /* STR_NONE writes null */
void json_int(struct json *json, int64_t number);
void json_number(struct json *json, double number); /* null when not finite */
void json_bool(struct json *json, bool truth);
void json_none(struct json *json);
/* Already JSON. */
void json_raw(struct json *json, struct str json_text);

#endif
