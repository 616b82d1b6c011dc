/* UTF-8: checked once at the door, then relied upon. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/base.h"

/* Offset of the first byte that is not well-formed UTF-8 (RFC 3629: no surrogates, no
 * overlong forms) or is NUL; the length when all is well. */
size_t utf8_check(struct str text);

/* The code point at `*at`, which is advanced. `text` must be well formed and not used up. */
uint32_t utf8_next(struct str text, size_t *at);

/* Number of code points in well-formed text. */
size_t utf8_count(struct str text);

/* Byte offset of code point number `index` (the length when there are fewer). */
size_t utf8_offset(struct str text, size_t index);

#endif
