/* Files, kept by their content: the same bytes lie there once, under their SHA-256.
 *
 *   SQLite      beside the database: NAME.files/ab/abcd…, mode 0600. The file is written without a
 *               name, synced, linked, and its folder synced, all before the transaction that refers
 *               to it; so a crash leaves at most a file that nobody refers to.
 *   PostgreSQL  in rows of FILE_CHUNK bytes, in a transaction before the one that refers to them.
 *
 * A file belongs to the records that refer to it. What none has referred to for FILE_GRACE_SECONDS
 * is removed, at start and every FILE_SWEEP_SECONDS. So whoever stores a file has that long to
 * refer to it, and a write that is refused or lost leaves nothing for good.
 *
 *   POST_FILE(path, name, most, …)   the listener writes the body into a file while it comes;
 *                                    the handler finds it in ctx->upload, stored, and says
 *                                    files_refer(ctx, ctx->upload->sha256, "import", key).
 */
#ifndef CORE_FILES_H
#define CORE_FILES_H

#include "core/query.h"

enum {
    FILE_CHUNK = 256 * 1024,
    FILE_MAX = 512 * 1024 * 1024,
    FILE_GRACE_SECONDS = 24 * 60 * 60,
    FILE_SWEEP_SECONDS = 24 * 60 * 60
};

/* A file that has been stored, or is about to be. */
struct upload {
    int file; /* open for reading, from its first byte; closed by whoever opened it */
    int64_t size;
    char sha256[DIGEST_HEX + 1];
    struct str type; /* by its bytes (sniff.h); constant */
};

/* All of it, at the file's position; false with errno. */
bool file_write(int file, struct str bytes) MUST_USE;
/* E_DISK_FULL or E_BUSY, with what errno says. */
enum error file_failed(struct ctx *ctx);
/* Finds size and digest of an open file; false with errno. */
bool file_measure(struct upload *upload) MUST_USE;

struct file_store;

/* For the database at `url`; makes the folder. NULL, with the reason, when that fails. */
struct file_store *file_store_open(const char *url, char *reason, size_t reason_size);
void file_store_close(struct file_store *store);

/* A file without a name into which bytes can be written that are to be stored; -1 with errno. It is
 * gone when it is closed. */
int file_store_temporary(struct file_store *store);
/* Where a file lies, on SQLite. */
void file_store_path(const struct file_store *store, const char *sha256, char *path, size_t size);
/* Stores what was written into such a file: size, digest and type are found in it unless
 * `upload->sha256` is there already. Durable on return, and safe for FILE_GRACE_SECONDS. `ctx->db`
 * is a connection outside of a transaction; on PostgreSQL it gets one. Not on the writer's thread:
 * it waits for the disk. */
enum error file_store_put(struct ctx *ctx, struct upload *upload) MUST_USE;
/* The same for bytes in memory, and for whatever can be read from `source` (at most `most` bytes,
 * else E_TOO_LARGE). `upload->file` is open afterwards and the caller closes it. */
enum error file_store_bytes(struct ctx *ctx, struct str bytes, struct upload *upload) MUST_USE;
enum error file_store_copy(struct ctx *ctx, int source, int64_t most,
                           struct upload *upload) MUST_USE;

/* In the transaction of a write: the file's row is there from now on, for tables that refer to it.
 */
enum error files_keep(struct ctx *ctx, const struct upload *upload) MUST_USE;
/* In the transaction of a write: the record holds the file, or lets it go. Both may be said twice.
 */
enum error files_refer(struct ctx *ctx, const struct upload *upload, const char *kind,
                       struct str key) MUST_USE;
enum error files_release(struct ctx *ctx, struct str sha256, const char *kind,
                         struct str key) MUST_USE;

/* In the transaction of a write, after file_store_put(): from now on `instead` is read where the
 * file was; its rows stay, its bytes go. On SQLite file_store_remove() unlinks them after the
 * commit, or the next sweep does. */
enum error files_replace(struct ctx *ctx, struct str sha256, const struct upload *instead) MUST_USE;
void file_store_remove(const struct file_store *store, struct str sha256);

/* Opens a file for reading, at its first byte; the caller closes it. On PostgreSQL its bytes are
 * copied into a temporary file without a name. E_NOT_FOUND, with words, where they are missing. */
enum error files_open(struct ctx *ctx, struct str sha256, int *file) MUST_USE;

/* The file becomes the reply, in parts where a client asks for some. The handler sets
 * ctx->file_type, file_name and file_inline. */
enum error files_send(struct ctx *ctx, struct str sha256) MUST_USE;

/* Removes the rows of what nobody has referred to for the time of grace, at most a thousand, in the
 * transaction of a write. */
enum error files_forget(struct ctx *ctx, int64_t *removed) MUST_USE;
/* On SQLite: removes bytes for which there is no row. Outside of a transaction. */
enum error files_sweep_folder(struct ctx *ctx, int64_t *removed) MUST_USE;

#endif
