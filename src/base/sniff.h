/* What a file is, by its bytes: never by what its sender calls it. A small table of what the
 * program shows or reads; all else is application/octet-stream, which nobody opens. */
#ifndef BASE_SNIFF_H
#define BASE_SNIFF_H

#include "base/base.h"

enum { SNIFF_HEAD = 4096, SNIFF_TAIL = 64 * 1024 };

/* From the first SNIFF_HEAD and the last SNIFF_TAIL bytes of a file (all of it, when it is
 * shorter; they may overlap). The text is constant. */
struct str sniff(struct str head, struct str tail);

#endif
