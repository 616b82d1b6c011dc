/* A streaming JSON writer: what is written is always well formed, commas included. */
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
void json_real(struct json *json, double number); /* null when not finite */
void json_bool(struct json *json, bool truth);
void json_null(struct json *json);
/* Already JSON. */
void json_raw(struct json *json, struct str json_text);

#endif
