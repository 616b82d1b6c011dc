#include "fault/fault_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DISK_FILES_MAX = 64 };

/* What the disk holds for certain. */
struct disk_file {
    char *path;
    unsigned char *synced; /* NULL = no such file */
    size_t size;
    bool deleted; /* but a power loss now would bring it back */
};

/* An open file. The one it wraps lies behind it, in the memory that SQLite gave. */
struct open_file {
    sqlite3_file base;
    struct disk_file *disk; /* NULL for temporary files, which no power loss needs to spare */
};

static struct {
    pthread_mutex_t lock;
    sqlite3_vfs vfs, *real;
    struct fault_plan plan;
    struct fault_counts counts;
    bool dead;
    int open_count;
    struct disk_file files[DISK_FILES_MAX];
    size_t file_count;
} fault = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void must(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "fault_vfs: %s\n", what);
        abort();
    }
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return (sqlite3_file *)((struct open_file *)file + 1);
}

static struct disk_file *disk_find(const char *path)
{
    for (size_t i = 0; i < fault.file_count; i++)
        if (strcmp(fault.files[i].path, path) == 0)
            return &fault.files[i];
    return NULL;
}

/* Copies a file through the handle that is open on it: opening and closing it a second time would
 * drop this process's locks on it. */
static int disk_copy(struct disk_file *disk, sqlite3_file *real)
{
    sqlite3_int64 size;
    int status = real->pMethods->xFileSize(real, &size);
    if (status != SQLITE_OK)
        return status;
    disk->synced = realloc(disk->synced, (size_t)size + 1);
    must(disk->synced, "out of memory");
    disk->size = (size_t)size;
    return size ? real->pMethods->xRead(real, disk->synced, (int)size, 0) : SQLITE_OK;
}

static int fault_close(sqlite3_file *file)
{
    sqlite3_file *real = real_of(file);
    pthread_mutex_lock(&fault.lock);
    fault.open_count--;
    pthread_mutex_unlock(&fault.lock);
    return real->pMethods->xClose(real);
}

static int fault_read(sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
    pthread_mutex_lock(&fault.lock);
    int64_t number = ++fault.counts.reads;
    bool bad = fault.dead || (fault.plan.fail_read_at && number >= fault.plan.fail_read_at);
    pthread_mutex_unlock(&fault.lock);
    return bad ? SQLITE_IOERR_READ
               : real_of(file)->pMethods->xRead(real_of(file), data, size, offset);
}

static int write_locked(sqlite3_file *real, const void *data, int size, sqlite3_int64 offset)
{
    int64_t number = ++fault.counts.writes;
    if (fault.dead)
        return SQLITE_IOERR_WRITE;
    if (fault.plan.read_only)
        return SQLITE_READONLY;
    if (number == fault.plan.short_write_at) {
        real->pMethods->xWrite(real, data, size / 2, offset);
        return SQLITE_IOERR_WRITE;
    }
    if (fault.plan.disk_limited) {
        sqlite3_int64 old;
        int status = real->pMethods->xFileSize(real, &old);
        if (status != SQLITE_OK)
            return status;
        sqlite3_int64 growth = offset + size > old ? offset + size - old : 0;
        if (growth > fault.plan.disk_free)
            return SQLITE_FULL;
        fault.plan.disk_free -= growth;
    }
    return real->pMethods->xWrite(real, data, size, offset);
}

static int fault_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
    pthread_mutex_lock(&fault.lock);
    int status = write_locked(real_of(file), data, size, offset);
    pthread_mutex_unlock(&fault.lock);
    return status;
}

static int truncate_locked(sqlite3_file *real, sqlite3_int64 size)
{
    sqlite3_int64 old;
    if (fault.dead)
        return SQLITE_IOERR_TRUNCATE;
    if (fault.plan.read_only)
        return SQLITE_READONLY;
    int status = real->pMethods->xFileSize(real, &old);
    if (status == SQLITE_OK)
        status = real->pMethods->xTruncate(real, size);
    if (status == SQLITE_OK && old > size)
        fault.plan.disk_free += old - size;
    return status;
}

static int fault_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    pthread_mutex_lock(&fault.lock);
    int status = truncate_locked(real_of(file), size);
    pthread_mutex_unlock(&fault.lock);
    return status;
}

/* A file system with an ordered journal (ext4, xfs) makes a deletion safe with the next sync of
 * any file. */
static void settle_deletions(void)
{
    for (size_t i = 0; i < fault.file_count; i++) {
        struct disk_file *disk = &fault.files[i];
        if (disk->deleted) {
            free(disk->synced);
            disk->synced = NULL;
            disk->deleted = false;
        }
    }
}

static int fault_sync(sqlite3_file *file, int flags)
{
    struct disk_file *disk = ((struct open_file *)file)->disk;
    (void)flags; /* nothing has to reach the real disk: ours is the copy */
    pthread_mutex_lock(&fault.lock);
    int64_t number = ++fault.counts.syncs;
    int status = SQLITE_OK;
    if (fault.dead || (fault.plan.fail_sync_at && number >= fault.plan.fail_sync_at))
        status = SQLITE_IOERR_FSYNC;
    else if (disk && !fault.plan.sync_lies) {
        settle_deletions();
        status = disk_copy(disk, real_of(file));
    }
    pthread_mutex_unlock(&fault.lock);
    return status;
}

/* The rest goes straight on. */
static int fault_file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int fault_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int fault_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int fault_check_reserved(sqlite3_file *file, int *result)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), result);
}

static int fault_control(sqlite3_file *file, int what, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), what, argument);
}

static int fault_sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int fault_characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int fault_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **at)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), region, size, extend, at);
}

static int fault_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void fault_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int fault_shm_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

/* Version 2: without memory-mapped reading and writing, which would pass us by. */
static const sqlite3_io_methods fault_methods = {
    .iVersion = 2,
    .xClose = fault_close,
    .xRead = fault_read,
    .xWrite = fault_write,
    .xTruncate = fault_truncate,
    .xSync = fault_sync,
    .xFileSize = fault_file_size,
    .xLock = fault_lock,
    .xUnlock = fault_unlock,
    .xCheckReservedLock = fault_check_reserved,
    .xFileControl = fault_control,
    .xSectorSize = fault_sector_size,
    .xDeviceCharacteristics = fault_characteristics,
    .xShmMap = fault_shm_map,
    .xShmLock = fault_shm_lock,
    .xShmBarrier = fault_shm_barrier,
    .xShmUnmap = fault_shm_unmap,
};

/* A file seen for the first time: what is in it already is taken as safe. */
static int disk_add(const char *path, sqlite3_file *real, bool existed, struct disk_file **disk)
{
    must(fault.file_count < DISK_FILES_MAX, "too many files: call fault_vfs_forget()");
    *disk = &fault.files[fault.file_count++];
    **disk = (struct disk_file){.path = strdup(path)};
    must((*disk)->path, "out of memory");
    return existed ? disk_copy(*disk, real) : SQLITE_OK;
}

static int open_locked(const char *name, sqlite3_file *file, int flags, int *out_flags)
{
    const int kept = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL |
                     SQLITE_OPEN_SUPER_JOURNAL;
    struct open_file *open = (struct open_file *)file;
    sqlite3_file *real = real_of(file);
    bool keep = name && (flags & kept);
    bool existed = name && access(name, F_OK) == 0;

    *open = (struct open_file){0};
    real->pMethods = NULL;
    if (fault.dead)
        return SQLITE_CANTOPEN;
    if (fault.plan.read_only && (flags & SQLITE_OPEN_READWRITE))
        flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    int status = fault.real->xOpen(fault.real, name, real, flags, out_flags);
    if (status == SQLITE_OK && keep) {
        open->disk = disk_find(name);
        if (!open->disk)
            status = disk_add(name, real, existed, &open->disk);
        else
            open->disk->deleted = false;
    }
    if (status != SQLITE_OK) {
        if (real->pMethods)
            real->pMethods->xClose(real);
        return status;
    }
    open->base.pMethods = &fault_methods;
    fault.open_count++;
    return SQLITE_OK;
}

static int fault_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                      int *out_flags)
{
    (void)vfs;
    pthread_mutex_lock(&fault.lock);
    int status = open_locked(name, file, flags, out_flags);
    pthread_mutex_unlock(&fault.lock);
    return status;
}

static int fault_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    (void)vfs;
    pthread_mutex_lock(&fault.lock);
    int status = fault.dead             ? SQLITE_IOERR_DELETE
                 : fault.plan.read_only ? SQLITE_READONLY
                                        : fault.real->xDelete(fault.real, name, 0);
    struct disk_file *disk = disk_find(name);
    if (status == SQLITE_OK && disk)
        disk->deleted = true;
    if (status == SQLITE_OK && sync_folder)
        settle_deletions();
    pthread_mutex_unlock(&fault.lock);
    return status;
}

static int fault_access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
    (void)vfs;
    if (fault.plan.read_only && flags == SQLITE_ACCESS_READWRITE) {
        *result = 0;
        return SQLITE_OK;
    }
    return fault.real->xAccess(fault.real, name, flags, result);
}

void fault_vfs_install(void)
{
    if (fault.real)
        return;
    fault.real = sqlite3_vfs_find(NULL);
    must(fault.real, "SQLite has no default VFS");
    fault.vfs = *fault.real;
    fault.vfs.zName = FAULT_VFS;
    fault.vfs.pNext = NULL;
    fault.vfs.szOsFile = (int)sizeof(struct open_file) + fault.real->szOsFile;
    fault.vfs.xOpen = fault_open;
    fault.vfs.xDelete = fault_delete;
    fault.vfs.xAccess = fault_access;
    must(sqlite3_vfs_register(&fault.vfs, 0) == SQLITE_OK, "SQLite refused the VFS");
}

void fault_vfs_plan(struct fault_plan plan)
{
    pthread_mutex_lock(&fault.lock);
    fault.plan = plan;
    fault.counts = (struct fault_counts){0};
    pthread_mutex_unlock(&fault.lock);
}

struct fault_counts fault_vfs_counts(void)
{
    pthread_mutex_lock(&fault.lock);
    struct fault_counts counts = fault.counts;
    pthread_mutex_unlock(&fault.lock);
    return counts;
}

void fault_vfs_power_loss(void)
{
    pthread_mutex_lock(&fault.lock);
    fault.dead = true;
    pthread_mutex_unlock(&fault.lock);
}

static void disk_restore(const struct disk_file *disk)
{
    if (!disk->synced) {
        unlink(disk->path);
        return;
    }
    FILE *out = fopen(disk->path, "wb");
    must(out && fwrite(disk->synced, 1, disk->size, out) == disk->size && fclose(out) == 0,
         "cannot write a file back");
}

void fault_vfs_power_on(void)
{
    must(fault.open_count == 0, "a connection is still open");
    for (size_t i = 0; i < fault.file_count; i++)
        disk_restore(&fault.files[i]);
    fault.dead = false;
    fault_vfs_plan((struct fault_plan){0});
}

void fault_vfs_forget(void)
{
    must(fault.open_count == 0, "a connection is still open");
    for (size_t i = 0; i < fault.file_count; i++) {
        free(fault.files[i].path);
        free(fault.files[i].synced);
    }
    fault.file_count = 0;
    fault.dead = false;
    fault_vfs_plan((struct fault_plan){0});
}
