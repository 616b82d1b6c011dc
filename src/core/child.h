/* Children: other programs that read what strangers sent (pdftocairo, gdk-pixbuf-thumbnailer, and
 * the like), as if each of them were already theirs.
 *
 * What holds a child, from the first instruction of the program on:
 *   files      Landlock: it reads what programs need (/usr, /lib, fonts, …) and its own folder, and
 *              writes only there. Not /etc/passwd, /proc, /home, the database.
 *   network    no sockets at all (seccomp), and a network of its own where the system allows it
 *   processes  it starts none (seccomp: clone without a thread, fork, vfork fail), and touches none
 *   limits     processor time, memory, size of a file, open files (rlimits); a deadline
 *   rest       no environment but PATH, HOME, LANG, TMPDIR; no new privileges; no core; no handles
 * of ours; its output goes into a pipe that is read up to a ceiling, then it is killed, with its
 * group. It ends when we do. Where the kernel has no Landlock or no seccomp, it is not run at all
 * (CHILD_UNAVAILABLE).
 *
 * It works in a folder that is made for it, has its input as the file `in`, and is removed. At most
 * CHILDREN_MAX run at the same time; who comes then waits CHILD_WAIT_MS at most. */
#ifndef CORE_CHILD_H
#define CORE_CHILD_H

#include "base/buf.h"

enum { CHILDREN_MAX = 2, CHILD_WAIT_MS = 5000, CHILD_WORDS_MAX = 24 };

struct child {
    /* The program (found in /usr/bin) and its words, ends with NULL. */
    const char *words[CHILD_WORDS_MAX];
    int input; /* what becomes the file `in` of its folder, read from the start; -1 = none */
    const char *output; /* a file of the folder that is its result; NULL = what it prints */
    int seconds;        /* of time, and of processor time */
    size_t memory;      /* bytes of address space */
    size_t output_max;  /* bytes of the result, and of any file it writes */
};

enum child_end {
    CHILD_DONE,        /* it ended well: here is the result */
    CHILD_FAILED,      /* it said no, or was killed for what it tried */
    CHILD_TIMEOUT,     /* the deadline or its processor time was over */
    CHILD_TOO_LARGE,   /* the result is larger than allowed */
    CHILD_BUSY,        /* too many children */
    CHILD_MISSING,     /* the program is not installed */
    CHILD_UNAVAILABLE, /* this machine cannot hold a child */
};

/* Runs it to its end. The result is in the arena. */
enum child_end child_run(struct arena *arena, const struct child *child,
                         struct str *result) MUST_USE;
/* Is there such a program? */
bool child_is_installed(const char *program);

#endif
