#include "core/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/number.h"

enum { LINE_MAX_BYTES = 160, FILE_MAX_BYTES = KEYS_MAX * LINE_MAX_BYTES };

struct master_key {
    int64_t id;
    struct instant made_at;
    unsigned char key[KEY_BYTES];
};

struct keyring {
    pthread_mutex_t mutex; /* of what follows */
    char path[PATH_MAX];   /* empty = no file */
    size_t count;
    struct master_key keys[KEYS_MAX]; /* by id */
};

static bool refuse(const struct keyring *ring, const char *why, char *reason, size_t reason_size)
{
    snprintf(reason, reason_size, "%s: %s", ring->path, why);
    return false;
}

/* --- The file ------------------------------------------------------------------------------- */

static bool read_line(struct keyring *ring, struct str line)
{
    struct str id, made;
    if (!line.length || *line.data == '#')
        return true;
    if (ring->count == KEYS_MAX)
        return false;
    struct master_key *key = &ring->keys[ring->count];
    size_t size = 0;
    if (!str_cut(&line, ' ', &id) || !int_parse(id, &key->id) || key->id < 1 ||
        !str_cut(&line, ' ', &made) || !instant_parse(made, &key->made_at) || !line.data ||
        sodium_hex2bin(key->key, KEY_BYTES, line.data, line.length, NULL, &size, NULL) != 0 ||
        size != KEY_BYTES || (ring->count && ring->keys[ring->count - 1].id >= key->id))
        return false;
    ring->count++;
    return true;
}

static bool read_text(struct keyring *ring, struct str text)
{
    struct str line;
    ring->count = 0;
    while (text.length && str_cut(&text, '\n', &line))
        if (!read_line(ring, line))
            return false;
    return ring->count > 0;
}

static bool read_descriptor(struct keyring *ring, int file, char *reason, size_t reason_size)
{
    static const char why[] = "others may read it: chmod 600 · 其他人可读，请执行 chmod 600";
    struct stat status;
    char *text = sodium_malloc(FILE_MAX_BYTES + 1);
    ssize_t size = text ? read(file, text, FILE_MAX_BYTES + 1) : -1;
    bool good = size >= 0 && size <= FILE_MAX_BYTES && fstat(file, &status) == 0;
    if (!good)
        refuse(ring, "cannot be read, or is too long · 读不出或过长", reason, reason_size);
    else if ((good = !(status.st_mode & 077)) == false)
        refuse(ring, why, reason, reason_size);
    else if ((good = read_text(ring, (struct str){text, (size_t)size})) == false)
        refuse(ring, "is no key file, or damaged · 不是密钥文件，或已损坏", reason, reason_size);
    sodium_free(text);
    return good;
}

static bool read_file(struct keyring *ring, char *reason, size_t reason_size)
{
    int file = open(ring->path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return refuse(ring, strerror(errno), reason, reason_size);
    bool good = read_descriptor(ring, file, reason, reason_size);
    close(file);
    return good;
}

/* The file as it shall be. */
static void print_file(const struct keyring *ring, struct buf *out)
{
    buf_add(out, STR("# kechuang: master keys of the personal data. Without this file the data is "
                     "lost; keep a copy,\n# away from the database's back-ups. See "
                     "docs/operations.md.\n# 个人信息的主密钥。丢失即永久无法读取；请另存一份，"
                     "不要与数据库备份放在一起。\n"));
    for (size_t i = 0; i < ring->count; i++) {
        char hex[2 * KEY_BYTES + 1];
        buf_int(out, ring->keys[i].id);
        buf_char(out, ' ');
        instant_print(out, ring->keys[i].made_at);
        buf_print(out, " %s\n", sodium_bin2hex(hex, sizeof(hex), ring->keys[i].key, KEY_BYTES));
        sodium_memzero(hex, sizeof(hex));
    }
}

static int open_folder(const char *path)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof(folder), "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[1] = '\0';
    return open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool sync_folder(const char *path)
{
    int file = open_folder(path);
    bool good = file >= 0 && fsync(file) == 0;
    if (file >= 0)
        close(file);
    return good;
}

/* A new file takes the place of the old one, so that there is a whole one at any moment. The first
 * one must not take the place of any: of two who start at once, one makes it. */
static bool put_in_place(const char *path, const char *new_path, bool first)
{
    return (first ? link(new_path, path) == 0 : rename(new_path, path) == 0) && sync_folder(path);
}

static bool write_file(const struct keyring *ring, bool first, char *reason, size_t reason_size)
{
    struct arena arena = {0};
    struct buf text = {.arena = &arena};
    char path[PATH_MAX + 32];
    buf_reserve(&text, FILE_MAX_BYTES);
    print_file(ring, &text);
    snprintf(path, sizeof(path), "%s.new-%d", ring->path, (int)getpid());
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good = file >= 0 && write(file, text.data, text.length) == (ssize_t)text.length &&
                fsync(file) == 0;
    if (file >= 0)
        good = close(file) == 0 && good;
    good = good && put_in_place(ring->path, path, first);
    int why = errno;
    if (file >= 0)
        unlink(path);
    sodium_memzero(text.data, text.length);
    arena_free(&arena);
    errno = why;
    return good || refuse(ring, strerror(why), reason, reason_size);
}

static bool add_key(struct keyring *ring)
{
    if (ring->count == KEYS_MAX)
        return false;
    struct master_key *key = &ring->keys[ring->count];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *key = (struct master_key){.id = ring->count ? ring->keys[ring->count - 1].id + 1 : 1,
                               .made_at = {now.tv_sec}};
    randombytes_buf(key->key, KEY_BYTES);
    ring->count++;
    return true;
}

/* --- The ring ------------------------------------------------------------------------------- */

struct keyring *keyring_open(const char *path, bool create, char *reason, size_t reason_size)
{
    struct keyring *ring = sodium_init() < 0 ? NULL : sodium_malloc(sizeof(*ring));
    if (!ring) {
        snprintf(reason, reason_size, "out of memory");
        return NULL;
    }
    memset(ring, 0, sizeof(*ring));
    pthread_mutex_init(&ring->mutex, NULL);
    snprintf(ring->path, sizeof(ring->path), "%s", path);
    bool good = true;
    if (!*path)
        good = add_key(ring);
    else {
        bool absent = create && access(path, F_OK) != 0 && errno == ENOENT;
        if (absent) {
            add_key(ring);
            good = write_file(ring, true, reason, reason_size) || errno == EEXIST;
        }
        good = good && read_file(ring, reason, reason_size);
    }
    if (good)
        return ring;
    keyring_close(ring);
    return NULL;
}

void keyring_close(struct keyring *ring)
{
    if (!ring)
        return;
    pthread_mutex_destroy(&ring->mutex);
    sodium_free(ring); /* zeroes it */
}

const char *keyring_path(const struct keyring *ring)
{
    return ring->path;
}

int64_t keyring_newest(struct keyring *ring)
{
    pthread_mutex_lock(&ring->mutex);
    int64_t id = ring->count ? ring->keys[ring->count - 1].id : 0;
    pthread_mutex_unlock(&ring->mutex);
    return id;
}

static const struct master_key *find(const struct keyring *ring, int64_t id)
{
    for (size_t i = 0; i < ring->count; i++)
        if (ring->keys[i].id == id)
            return &ring->keys[i];
    return NULL;
}

/* Reads the file into a second ring, so that a damaged one takes nothing away. */
static void read_again(struct keyring *ring)
{
    char reason[200];
    struct keyring *fresh =
        *ring->path ? keyring_open(ring->path, false, reason, sizeof(reason)) : NULL;
    if (!fresh)
        return;
    memcpy(ring->keys, fresh->keys, sizeof(ring->keys));
    ring->count = fresh->count;
    keyring_close(fresh);
}

bool keyring_key(struct keyring *ring, int64_t id, enum key_use use, unsigned char key[KEY_BYTES])
{
    pthread_mutex_lock(&ring->mutex);
    const struct master_key *master = find(ring, id);
    if (!master) {
        read_again(ring);
        master = find(ring, id);
    }
    if (master)
        crypto_kdf_derive_from_key(key, KEY_BYTES, (uint64_t)use, "kechuang", master->key);
    pthread_mutex_unlock(&ring->mutex);
    return master != NULL;
}

struct str keyring_print(struct keyring *ring, int64_t id, struct arena *arena)
{
    unsigned char key[KEY_BYTES];
    if (!keyring_key(ring, id, KEY_PRINT, key))
        return STR_NONE;
    char *hex = arena_alloc(arena, 2 * KEY_PRINT_BYTES + 1);
    return str_of(sodium_bin2hex(hex, 2 * KEY_PRINT_BYTES + 1, key, KEY_PRINT_BYTES));
}

bool keyring_add(struct keyring *ring, char *reason, size_t reason_size)
{
    pthread_mutex_lock(&ring->mutex);
    /* Of two processes that add a key at once, one would write over the other's: its folder is
     * locked, since the file itself is another one afterwards. */
    int folder = *ring->path ? open_folder(ring->path) : -1;
    if (folder >= 0)
        flock(folder, LOCK_EX);
    read_again(ring);
    bool good = add_key(ring) || refuse(ring, "is full · 密钥已满", reason, reason_size);
    if (good && *ring->path && !(good = write_file(ring, false, reason, reason_size)))
        sodium_memzero(&ring->keys[--ring->count], sizeof(ring->keys[0]));
    if (folder >= 0)
        close(folder); /* and the lock with it */
    pthread_mutex_unlock(&ring->mutex);
    return good;
}

bool keyring_beside(const struct keyring *ring, const char *name, char *path, size_t path_size)
{
    const char *slash = strrchr(ring->path, '/');
    int folder = slash ? (int)(slash - ring->path) + 1 : 0;
    return *ring->path &&
           snprintf(path, path_size, "%.*s%s", folder, ring->path, name) < (int)path_size;
}
