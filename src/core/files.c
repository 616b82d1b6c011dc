#include "core/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sniff.h"
#include "core/export.h"
#include "file_store.sql.h"

enum { COPY_BYTES = 64 * 1024, PUT_MS = 120000, PATH_ROOM = 4096 };

struct file_store {
    char folder[PATH_ROOM]; /* of the files; on PostgreSQL, where temporary ones go */
    bool in_database;
    bool passing; /* of a database in memory: it ends with the process */
};

/* --- The folder ----------------------------------------------------------------------------- */

/* sqlite:var/kechuang.db has its files in var/kechuang.files. */
static bool choose_folder(struct file_store *store, struct str url)
{
    if (!str_starts(url, STR("sqlite:"))) {
        store->in_database = true;
        return snprintf(store->folder, PATH_ROOM, "%s", export_folder()) < PATH_ROOM;
    }
    struct str path = str_skip(url, sizeof("sqlite:") - 1);
    path = str_first(path, str_find(path, '?'));
    if (str_starts(path, STR(":memory:"))) {
        store->passing = true;
        return snprintf(store->folder, PATH_ROOM, "%s/kechuang-files-XXXXXX", export_folder()) <
                   PATH_ROOM &&
               mkdtemp(store->folder);
    }
    if (str_ends(path, STR(".db")))
        path.length -= sizeof(".db") - 1;
    int length = snprintf(store->folder, PATH_ROOM, "%.*s.files", STR_PRINT(path));
    return length < PATH_ROOM - DIGEST_HEX - 8 &&
           (mkdir(store->folder, 0700) == 0 || errno == EEXIST);
}

struct file_store *file_store_open(const char *url, char *reason, size_t reason_size)
{
    struct file_store *store = calloc(1, sizeof(*store));
    if (store && choose_folder(store, str_of(url)))
        return store;
    snprintf(reason, reason_size, "cannot make the folder of files %s: %s",
             store ? store->folder : "", strerror(errno));
    free(store);
    return NULL;
}

static void remove_shard(int folder, const char *name)
{
    int shard = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *all = shard >= 0 ? fdopendir(shard) : NULL;
    for (struct dirent *item; all && (item = readdir(all));)
        unlinkat(shard, item->d_name, 0);
    if (all)
        closedir(all);
    unlinkat(folder, name, AT_REMOVEDIR);
}

void file_store_close(struct file_store *store)
{
    DIR *all = store && store->passing ? opendir(store->folder) : NULL;
    for (struct dirent *item; all && (item = readdir(all));)
        if (*item->d_name != '.')
            remove_shard(dirfd(all), item->d_name);
    if (all) {
        closedir(all);
        rmdir(store->folder);
    }
    free(store);
}

int file_store_temporary(struct file_store *store)
{
    return open(store->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

/* FOLDER/ab, and FOLDER/ab/abcd… */
static void print_paths(const struct file_store *store, const char *sha256, char *shard, char *path)
{
    snprintf(shard, PATH_ROOM, "%.*s/%.2s", PATH_ROOM - 4, store->folder, sha256);
    snprintf(path, PATH_ROOM, "%.*s/%s", PATH_ROOM - DIGEST_HEX - 2, shard, sha256);
}

void file_store_path(const struct file_store *store, const char *sha256, char *path, size_t size)
{
    snprintf(path, size, "%s/%.2s/%s", store->folder, sha256, sha256);
}

static bool sync_folder(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0)
        close(folder);
    return good;
}

static bool make_shard(const struct file_store *store, const char *shard)
{
    if (mkdir(shard, 0700) == 0)
        return sync_folder(store->folder);
    return errno == EEXIST;
}

/* The same bytes were there before: they count as new, unless a sweep is just taking them away. A
 * file of another size is damaged, and makes room. */
static bool renew(const char *path, int64_t size, bool *there)
{
    *there = false;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return errno == ENOENT;
    struct stat about;
    bool good = flock(file, LOCK_EX) == 0 && fstat(file, &about) == 0;
    *there = good && about.st_nlink > 0 && about.st_size == size;
    if (*there)
        good = futimens(file, NULL) == 0 && fsync(file) == 0;
    else if (good && about.st_nlink > 0)
        good = unlink(path) == 0;
    close(file);
    return good;
}

/* Gives the file its name. */
static bool link_file(const struct file_store *store, const struct upload *upload)
{
    char shard[PATH_ROOM], path[PATH_ROOM], own[40];
    print_paths(store, upload->sha256, shard, path);
    snprintf(own, sizeof(own), "/proc/self/fd/%d", upload->file);
    if (fsync(upload->file) != 0 || !make_shard(store, shard))
        return false;
    for (int tries = 0; tries < 3; tries++) {
        bool there;
        if (linkat(AT_FDCWD, own, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0)
            return sync_folder(shard);
        if (errno != EEXIST || !renew(path, upload->size, &there))
            return false;
        if (there)
            return sync_folder(shard);
    }
    return false;
}

/* --- Rows ----------------------------------------------------------------------------------- */

enum error files_keep(struct ctx *ctx, const struct upload *upload)
{
    return db_do(ctx, &sql_file_put,
                 ARGS(arg_text("sha256", str_of(upload->sha256)), arg_int("size", upload->size),
                      arg_text("type", upload->type)));
}

enum error file_failed(struct ctx *ctx)
{
    return fail(ctx, errno == ENOSPC ? E_DISK_FULL : E_BUSY, "文件读写失败：%s",
                "a file could not be read or written: %s", strerror(errno));
}

static enum error put_chunks(struct ctx *ctx, const struct upload *upload)
{
    char *bytes = arena_alloc(ctx->arena, FILE_CHUNK);
    enum error error = E_OK;
    for (int64_t number = 0, at = 0; !error && at < upload->size; number++) {
        ssize_t count = pread(upload->file, bytes, FILE_CHUNK, at);
        if (count <= 0)
            return file_failed(ctx);
        error = db_do(ctx, &sql_file_chunk_put,
                      ARGS(arg_text("sha256", str_of(upload->sha256)), arg_int("number", number),
                           arg_bytes("bytes", (struct str){bytes, (size_t)count})));
        at += count;
    }
    return error;
}

/* Whoever brings the same bytes at the same time waits at the row, and then finds the chunks. */
static enum error put_in_database(struct ctx *ctx, const struct upload *upload)
{
    int before = db_deadline(ctx->db, PUT_MS);
    enum db_status status = db_begin(ctx->db, true);
    int64_t there = 0;
    enum error error = db_failed(status) ? fail_database(ctx, status) : files_keep(ctx, upload);
    if (!error)
        error = db_number(ctx, &sql_file_chunk_any,
                          ARGS(arg_text("sha256", str_of(upload->sha256))), &there);
    if (!error && !there)
        error = put_chunks(ctx, upload);
    if (!error && db_failed(status = db_commit(ctx->db)))
        error = fail_database(ctx, status);
    db_rollback(ctx->db);
    db_deadline(ctx->db, before);
    return error;
}

/* --- Storing -------------------------------------------------------------------------------- */

bool file_measure(struct upload *upload)
{
    struct stat about;
    if (fstat(upload->file, &about) != 0)
        return false;
    upload->size = about.st_size;
    if (upload->sha256[0])
        return true;
    struct digest *digest = digest_begin(DIGEST_SHA256);
    char bytes[COPY_BYTES];
    off_t at = 0;
    ssize_t count = 1;
    while (count > 0 && (count = pread(upload->file, bytes, sizeof(bytes), at)) > 0) {
        digest_bytes(digest, bytes, (size_t)count);
        at += count;
    }
    return digest_end(digest, upload->sha256) && at == about.st_size;
}

static bool sniff_file(struct upload *upload)
{
    char head[SNIFF_HEAD], tail[SNIFF_TAIL];
    ssize_t first = pread(upload->file, head, sizeof(head), 0);
    int64_t from = upload->size > SNIFF_TAIL ? upload->size - SNIFF_TAIL : 0;
    ssize_t last = pread(upload->file, tail, sizeof(tail), from);
    if (first < 0 || last < 0)
        return false;
    upload->type = sniff((struct str){head, (size_t)first}, (struct str){tail, (size_t)last});
    return true;
}

enum error file_store_put(struct ctx *ctx, struct upload *upload)
{
    if (!file_measure(upload) || !sniff_file(upload))
        return file_failed(ctx);
    if (ctx->files->in_database)
        return put_in_database(ctx, upload);
    return link_file(ctx->files, upload) ? E_OK : file_failed(ctx);
}

bool file_write(int file, struct str bytes)
{
    while (bytes.length) {
        ssize_t written = write(file, bytes.data, bytes.length);
        if (written < 0 && errno != EINTR)
            return false;
        bytes = str_skip(bytes, written > 0 ? (size_t)written : 0);
    }
    return true;
}

static enum error stored(struct ctx *ctx, struct upload *upload, enum error error)
{
    if (!error)
        error = file_store_put(ctx, upload);
    if (error && upload->file >= 0) {
        close(upload->file);
        upload->file = -1;
    }
    return error;
}

static enum error begin_upload(struct ctx *ctx, struct upload *upload)
{
    *upload = (struct upload){.file = file_store_temporary(ctx->files)};
    return upload->file < 0 ? file_failed(ctx) : E_OK;
}

enum error file_store_bytes(struct ctx *ctx, struct str bytes, struct upload *upload)
{
    enum error error = begin_upload(ctx, upload);
    if (!error && !file_write(upload->file, bytes))
        error = file_failed(ctx);
    return stored(ctx, upload, error);
}

enum error file_store_copy(struct ctx *ctx, int source, int64_t most, struct upload *upload)
{
    char bytes[COPY_BYTES];
    ssize_t count = 1;
    enum error error = begin_upload(ctx, upload);
    while (!error && (count = read(source, bytes, sizeof(bytes))) > 0) {
        most -= count;
        if (most < 0)
            error = fail(ctx, E_TOO_LARGE, "文件过大", "the file is too large");
        else if (!file_write(upload->file, (struct str){bytes, (size_t)count}))
            error = file_failed(ctx);
    }
    if (!error && count < 0)
        error = file_failed(ctx);
    return stored(ctx, upload, error);
}

/* --- References ----------------------------------------------------------------------------- */

enum error files_refer(struct ctx *ctx, const struct upload *upload, const char *kind,
                       struct str key)
{
    enum error error = files_keep(ctx, upload);
    return error ? error
                 : db_do(ctx, &sql_file_refer,
                         ARGS(arg_text("kind", str_of(kind)), arg_text("key", key),
                              arg_text("sha256", str_of(upload->sha256))));
}

enum error files_release(struct ctx *ctx, struct str sha256, const char *kind, struct str key)
{
    struct args args =
        ARGS(arg_text("kind", str_of(kind)), arg_text("key", key), arg_text("sha256", sha256));
    enum error error = db_do(ctx, &sql_file_release, args);
    return error ? error : db_do(ctx, &sql_file_released, args);
}

/* --- Opening -------------------------------------------------------------------------------- */

static enum error missing(struct ctx *ctx, struct str sha256)
{
    return fail(ctx, E_NOT_FOUND, "文件 %.*s 不在存储里；请运行 kechuang files check",
                "the file %.*s is not in the store: run kechuang files check", STR_PRINT(sha256));
}

/* The file whose bytes are read: the one that was named, or what is there in its place. */
struct present {
    struct str sha256;
    int64_t size;
};
static const struct field present_fields[] = {
    FIELD(struct present, sha256, "摘要", "SHA-256"),
    FIELD(struct present, size, "字节数", "Bytes"),
};
static const SHAPE(present);

static enum error find_present(struct ctx *ctx, struct str sha256, struct present *present)
{
    enum error error =
        db_one(ctx, &sql_file_present, ARGS(arg_text("sha256", sha256)), ROW(present, present));
    if (error != E_NOT_FOUND)
        return error;
    /* Stored beside SQLite, it may be there before its row is. */
    *present = (struct present){sha256, 0};
    return ctx->files->in_database || sha256.length != DIGEST_HEX ? missing(ctx, sha256) : E_OK;
}

static enum error copy_chunk(struct ctx *ctx, void *file, struct str bytes)
{
    return file_write(*(int *)file, bytes) ? E_OK : file_failed(ctx);
}

static enum error copy_chunks(struct ctx *ctx, struct str sha256, int64_t size, int file)
{
    enum error error = E_OK;
    for (int64_t number = 0; !error && number * FILE_CHUNK < size; number++)
        error = db_bytes(ctx, &sql_file_chunk_get,
                         ARGS(arg_text("sha256", sha256), arg_int("number", number)), copy_chunk,
                         &file);
    if (!error && lseek(file, 0, SEEK_END) != size)
        error = E_NOT_FOUND;
    lseek(file, 0, SEEK_SET);
    return error;
}

static enum error open_from_database(struct ctx *ctx, const struct present *present, int *file)
{
    *file = file_store_temporary(ctx->files);
    if (*file < 0)
        return file_failed(ctx);
    enum error error = copy_chunks(ctx, present->sha256, present->size, *file);
    if (error) {
        close(*file);
        *file = -1;
    }
    return error;
}

static enum error open_present(struct ctx *ctx, const struct present *present, int *file)
{
    char shard[PATH_ROOM], path[PATH_ROOM];
    enum error error = E_OK;
    if (ctx->files->in_database) {
        error = open_from_database(ctx, present, file);
    } else {
        print_paths(ctx->files, arena_str(ctx->arena, present->sha256).data, shard, path);
        *file = open(path, O_RDONLY | O_CLOEXEC);
        if (*file < 0)
            error = errno == ENOENT ? E_NOT_FOUND : file_failed(ctx);
    }
    return error == E_NOT_FOUND ? missing(ctx, present->sha256) : error;
}

enum error files_open(struct ctx *ctx, struct str sha256, int *file)
{
    struct present present;
    *file = -1;
    enum error error = find_present(ctx, sha256, &present);
    return error ? error : open_present(ctx, &present, file);
}

static void close_sent(void *sent)
{
    close(((struct upload *)sent)->file);
}

enum error files_send(struct ctx *ctx, struct str sha256)
{
    struct upload *sent = ARENA_NEW(ctx->arena, struct upload);
    struct present present;
    enum error error = find_present(ctx, sha256, &present);
    if (!error)
        error = open_present(ctx, &present, &sent->file);
    if (error)
        return error;
    arena_defer(ctx->arena, close_sent, sent);
    memcpy(sent->sha256, present.sha256.data, DIGEST_HEX);
    ctx->sent = sent;
    return E_OK;
}

/* --- In the place of a file ----------------------------------------------------------------- */

enum error files_replace(struct ctx *ctx, struct str sha256, const struct upload *instead)
{
    struct args args =
        ARGS(arg_text("sha256", sha256), arg_text("instead", str_of(instead->sha256)));
    enum error error = files_keep(ctx, instead);
    if (!error)
        error = db_do(ctx, &sql_file_instead_of_others, args);
    if (!error)
        error = db_do(ctx, &sql_file_instead, args);
    return error ? error : db_do(ctx, &sql_file_chunks_remove, args);
}

void file_store_remove(const struct file_store *store, struct str sha256)
{
    char path[PATH_ROOM];
    snprintf(path, sizeof(path), "%.*s/%.2s/%.*s", PATH_ROOM - DIGEST_HEX - 8, store->folder,
             sha256.data, STR_PRINT(sha256));
    if (!store->in_database)
        unlink(path);
}

/* --- What nobody needs ---------------------------------------------------------------------- */

struct unused {
    struct str sha256;
};
static const struct field unused_fields[] = {
    FIELD(struct unused, sha256, "摘要", "SHA-256"),
};
static const SHAPE(unused);

enum { FORGET_MAX = 1000 };

enum error files_forget(struct ctx *ctx, int64_t *removed)
{
    struct records found;
    struct arg limit = arg_int("limit", ctx->now.seconds - FILE_GRACE_SECONDS);
    enum error error =
        db_all(ctx, &sql_file_unused, ARGS(limit), &unused_shape, FORGET_MAX, &found);
    *removed = 0;
    if (error)
        return error;
    const struct unused *file = found.items;
    for (size_t i = 0; !error && i < found.count; i++) {
        struct args args = ARGS(arg_text("sha256", file[i].sha256), limit);
        error = db_do(ctx, &sql_file_chunks_remove, args);
        if (!error)
            error = db_do(ctx, &sql_file_remove, args);
        ++*removed;
    }
    return error;
}

/* The bytes of one file: where another is in its place, and where nobody has a row for them and
 * they are not new. Whoever stores the same bytes meanwhile renews them under the same lock, see
 * renew(). */
static enum error sweep_file(struct ctx *ctx, int shard, const char *name, int64_t *removed)
{
    int64_t gone = 0;
    struct stat about;
    int file = openat(shard, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        return E_OK;
    enum error error = E_OK;
    if (flock(file, LOCK_EX | LOCK_NB) == 0 && fstat(file, &about) == 0) {
        error = db_number(ctx, &sql_file_is_gone, ARGS(arg_text("sha256", str_of(name))), &gone);
        if (error == E_NOT_FOUND) {
            error = E_OK;
            gone = about.st_mtime < ctx->now.seconds - FILE_GRACE_SECONDS;
        }
        *removed += !error && gone && unlinkat(shard, name, 0) == 0;
    }
    close(file);
    return error;
}

static enum error sweep_shard(struct ctx *ctx, int folder, const char *name, int64_t *removed)
{
    int shard = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *all = shard >= 0 ? fdopendir(shard) : NULL;
    enum error error = E_OK;
    for (struct dirent *item; !error && all && (item = readdir(all));)
        if (strlen(item->d_name) == DIGEST_HEX)
            error = sweep_file(ctx, shard, item->d_name, removed);
    if (all)
        closedir(all);
    return error;
}

enum error files_sweep_folder(struct ctx *ctx, int64_t *removed)
{
    DIR *all = ctx->files->in_database ? NULL : opendir(ctx->files->folder);
    enum error error = E_OK;
    *removed = 0;
    for (struct dirent *item; !error && all && (item = readdir(all));)
        if (strlen(item->d_name) == 2 && *item->d_name != '.')
            error = sweep_shard(ctx, dirfd(all), item->d_name, removed);
    if (all)
        closedir(all);
    return error;
}
