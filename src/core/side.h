/* A whole database with its files, open outside of the running program: what commands and jobs read
 * or fill that move, back up or restore one. */
#ifndef CORE_SIDE_H
#define CORE_SIDE_H

#include "core/files_check.h"

struct side {
    struct arena arena;
    struct ctx ctx; /* of the operator; its db and its files are the side's */
};

/* False, with the reason; it is to be closed all the same. One that is to be written to gets the
 * newest schema. */
bool side_open(struct side *side, const char *url, bool read_only, char *reason,
               size_t reason_size) MUST_USE;
void side_close(struct side *side);
/* Does something with each file that it names, in the snapshot that is open, or in one for this. */
bool side_files(struct side *side, file_fn *visit, void *state, char *reason,
                size_t reason_size) MUST_USE;

#endif
