/* What holds a child (child.h) whatever it tries: Landlock for files, seccomp for everything else.
 * Linux only; on a kernel without either nothing is run. */
#ifndef CORE_CONFINE_H
#define CORE_CONFINE_H

#include "base/base.h"

struct confinement {
    int rules; /* of Landlock */
};

/* In the parent. `folder` is the only place where it may write. False where the kernel has none. */
bool confinement_prepare(struct confinement *confinement, const char *folder) MUST_USE;
void confinement_end(struct confinement *confinement);
/* In the child, after fork(): system calls only. No way back. */
bool confine(const struct confinement *confinement) MUST_USE;

#endif
