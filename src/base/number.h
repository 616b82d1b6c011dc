/* Numbers as people and files write them. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include "base/base.h"

/* A whole decimal number, nothing before or after it, within 64 bits. */
bool int_parse(struct str text, int64_t *number);
/* A decimal number as JSON writes it (an exponent is allowed), finite, of at most 63 bytes,
 * nothing around it. */
bool real_parse(struct str text, double *number);

#endif
