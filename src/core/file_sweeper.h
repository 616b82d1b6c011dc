/* The sweeper: a thread of each running program that removes files to which nobody refers, at start
 * and every FILE_SWEEP_SECONDS. First rows, in a write transaction; then, on SQLite, the bytes for
 * which there is no row: those just forgotten, and what a crash has left between a file's name and
 * the transaction that was to refer to it. Only what is older than FILE_GRACE_SECONDS. */
#ifndef CORE_FILE_SWEEPER_H
#define CORE_FILE_SWEEPER_H

#include "core/files.h"
#include "db/writer.h"

struct file_sweeper;
/* `writer` is SQLite's, else NULL. NULL, with the reason. */
struct file_sweeper *file_sweeper_start(const char *url, struct writer *writer,
                                        struct file_store *store, char *reason, size_t reason_size);
/* Before the writer stops. */
void file_sweeper_stop(struct file_sweeper *sweeper);

#endif
