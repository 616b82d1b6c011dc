/* For tests of the listener: a client that sends exactly the bytes it is told to. What fails within
 * ten seconds returns false (not an assertion: threads use it as well). */
#ifndef UNIT_HTTP_CLIENT_H
#define UNIT_HTTP_CLIENT_H

#include "base/base.h"

struct wire {
    int socket;
    size_t have; /* bytes read and not yet given out */
    char bytes[1 << 14];
};

struct answer {
    int status;
    size_t length; /* what Content-Length says */
    char head[4096];
    char *body; /* so many bytes and a NUL; NULL where there is none */
};

bool wire_open(struct wire *wire, const char *host, int port);
bool wire_bytes(struct wire *wire, const void *bytes, size_t size);
bool wire_text(struct wire *wire, const char *text);
/* Reads one reply, with a body only where `body`: replies to HEAD and 304 have none. An earlier
 * reply in `answer` is freed. */
bool wire_read(struct wire *wire, struct answer *answer, bool body);
/* Waits until the server closes the connection. False when it sends something more before that. */
bool wire_ended(struct wire *wire);
void wire_close(struct wire *wire);

/* The value of a header; STR_NONE when it is not there. */
struct str answer_header(const struct answer *answer, const char *name);
struct str answer_body(const struct answer *answer);
void answer_free(struct answer *answer);

/* All in one: connects, sends, reads one reply, closes. */
bool http_ask(int port, const char *request, struct answer *answer);

#endif
