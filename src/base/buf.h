/* A growing text in an arena. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/arena.h"

struct buf {
    struct arena *arena;
    char *data;
    size_t length, capacity;
};

static inline struct str buf_str(const struct buf *buf)
{
    return (struct str){buf->data ? buf->data : "", buf->length};
}

/* Room for `more` bytes at data + length, so that the caller may write there himself. */
void buf_reserve(struct buf *buf, size_t more);
void buf_add(struct buf *buf, struct str text);
void buf_char(struct buf *buf, char byte);
void buf_print(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
/* The shortest decimal that reads back as exactly this number: 2.82, 80000000000, 1e+21. */
void buf_real(struct buf *buf, double number);
void buf_int(struct buf *buf, int64_t number);

#endif
