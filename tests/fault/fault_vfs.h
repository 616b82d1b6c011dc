/* A disk that fails on demand: an SQLite VFS named "fault" around the default one.
 *
 * It keeps, for every database and log file, a copy of what was last synced. A power loss takes
 * the files back to that copy, so what was written but never synced is gone, as on a real machine.
 * (Killing the process loses nothing: the system keeps its unsynced pages.)
 *
 *   fault_vfs_install();
 *   … open sqlite:PATH?vfs=fault, write …
 *   fault_vfs_power_loss();          every later read, write and sync fails
 *   … close every connection …
 *   fault_vfs_power_on();            the files are as the disk knew them
 *
 * For tests on one machine: one plan for the whole process, any number of threads. */
#ifndef FAULT_FAULT_VFS_H
#define FAULT_FAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

#define FAULT_VFS "fault"

/* What shall go wrong from now on. All zero: nothing. Of the counts, 1 is the next call. */
struct fault_plan {
    int64_t short_write_at; /* this write puts down half of its bytes, then reports an error */
    int64_t fail_read_at;   /* this read, and every later one, fails */
    int64_t fail_sync_at;   /* this sync, and every later one, fails */
    bool disk_limited;      /* files may grow by `disk_free` bytes; then the disk is full */
    int64_t disk_free;
    bool read_only; /* files open read-only; writes are refused */
    bool sync_lies; /* a sync reports success and makes nothing safe, as some disks do */
};

/* Calls since the plan was made. */
struct fault_counts {
    int64_t reads, writes, syncs;
};

/* Registers the VFS beside the default one. May be called again. */
void fault_vfs_install(void);
/* Makes a new plan; counting starts afresh. */
void fault_vfs_plan(struct fault_plan plan);
struct fault_counts fault_vfs_counts(void);

void fault_vfs_power_loss(void);
/* Only after every connection was closed: aborts otherwise. Ends the plan. */
void fault_vfs_power_on(void);

/* Between tests: ends the plan and forgets the files, whose present state counts as synced. */
void fault_vfs_forget(void);

#endif
