/* The drop folder: --drop FOLDER has a folder for each feed, and a file that appears there is taken
 * once it is complete.
 *
 * Complete is a file that has not changed for --drop-settle seconds and that nobody has open for
 * writing, or one with NAME.done beside it. Names that begin with a dot, or end with .part, .tmp or
 * .done, are of files on their way. What is taken is copied into the store first, and checked not
 * to have changed meanwhile; so nothing half written can come in. Afterwards it lies in done/ or in
 * rejected/, there with NAME.txt that says why.
 *
 * The database commits before the file is moved: after a crash in between, the file is found again
 * and recognised as repeated. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/number.h"
#include "base/utf8.h"
#include "core/files.h"
#include "core/log.h"
#include "modules/collection/feeds.h"

enum {
    ROUND_MAX = 20, /* files taken in a round */
    FOLDER_MODE = 0770
};

struct drop {
    struct ctx *ctx;
    const struct ticking *ticking;
    struct drop_memory *memory;
    const struct feed *feed;
    int folder; /* of the feed */
    int taken;
};

/* --- Folders ---------------------------------------------------------------------------------- */

/* The folder itself, never what a link leads to. */
static int open_folder(int in, const char *name)
{
    if (mkdirat(in, name, FOLDER_MODE) != 0 && errno != EEXIST)
        return -1;
    return openat(in, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Moves a file of `from` into a folder of the feed, as NAME, or 2-NAME … where that is taken. */
static bool move_to(const struct drop *drop, int from, const char *name, const char *to,
                    const char *as, char moved[NAME_MAX + 1])
{
    int folder = open_folder(drop->folder, to);
    bool good = false;
    for (int i = 1; folder >= 0 && i < 1000 && !good; i++) {
        int length = i == 1 ? snprintf(moved, NAME_MAX + 1, "%s", as)
                            : snprintf(moved, NAME_MAX + 1, "%d-%s", i, as);
        if (length > NAME_MAX)
            break;
        good = renameat2(from, name, folder, moved, RENAME_NOREPLACE) == 0;
        if (!good && errno != EEXIST)
            break;
    }
    if (folder >= 0)
        close(folder);
    if (!good)
        log_event(LOG_WARNING, "drop_move_failed", "file", name, "why", strerror(errno), NULL);
    return good;
}

/* NAME.done has done its work. */
static void remove_mark(const struct drop *drop, const char *name)
{
    char mark[NAME_MAX + 1];
    if (snprintf(mark, sizeof(mark), "%s.done", name) < (int)sizeof(mark))
        unlinkat(drop->folder, mark, 0);
}

static void put_note(const struct drop *drop, const char *name, struct str text)
{
    char path[NAME_MAX + 20];
    if (snprintf(path, sizeof(path), "rejected/%s.txt", name) >= (int)sizeof(path))
        return;
    int file =
        openat(drop->folder, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0660);
    if (file < 0)
        return;
    bool whole = write(file, text.data, text.length) == (ssize_t)text.length;
    if (close(file) != 0 || !whole)
        log_event(LOG_WARNING, "drop_note_failed", "file", name, NULL);
}

/* --- What was seen ---------------------------------------------------------------------------- */

static struct seen *seen_of(struct drop *drop, const char *name)
{
    uint64_t hash = hash_bytes(HASH_SEED + (uint64_t)drop->feed->id, name, strlen(name)) | 1;
    struct seen *free_place = NULL;
    for (size_t i = 0; i < DROP_SEEN_MAX; i++) {
        struct seen *seen = &drop->memory->seen[i];
        if (seen->name == hash)
            return seen;
        if (!seen->name && !free_place)
            free_place = seen;
    }
    if (free_place)
        *free_place = (struct seen){.name = hash, .since = drop->ctx->now.seconds, .size = -1};
    return free_place;
}

static bool is_same(const struct seen *seen, const struct stat *now)
{
    return seen->size == now->st_size && seen->changed.tv_sec == now->st_mtim.tv_sec &&
           seen->changed.tv_nsec == now->st_mtim.tv_nsec;
}

static bool has_mark(const struct drop *drop, const char *name)
{
    char mark[NAME_MAX + 1];
    struct stat stat;
    return snprintf(mark, sizeof(mark), "%s.done", name) < (int)sizeof(mark) &&
           fstatat(drop->folder, mark, &stat, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Does anybody have it open for writing? A read lease is given only where nobody has. Where leases
 * cannot be had (another's file, a network's file system), the time without a change decides. */
static bool is_being_written(int file)
{
    bool refused = fcntl(file, F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;
    fcntl(file, F_SETLEASE, F_UNLCK);
    return refused;
}

/* --- Taking ----------------------------------------------------------------------------------- */

static struct str note_text(struct ctx *ctx, struct str reply)
{
    return arena_print(
        ctx->arena,
        "这个文件没有收下，什么也没有导入。改好后用原来的办法再放一次。\n"
        "This file was not taken, and nothing of it was imported. Mend it and drop it "
        "again.\n\n%.*s\n",
        STR_PRINT(reply));
}

static void reject(const struct drop *drop, int from, const char *name, const char *as,
                   struct str text)
{
    char moved[NAME_MAX + 1];
    if (move_to(drop, from, name, "rejected", as, moved))
        put_note(drop, moved, text);
}

/* What is no plain file, or has no plain name, is never opened. */
static void refuse_unopened(struct drop *drop, const char *name, const char *zh, const char *en)
{
    struct ctx *ctx = drop->ctx;
    struct str shown = str_of(name);
    if (utf8_check(shown) != shown.length)
        shown = STR("?");
    feed_note(ctx, drop->ticking, drop->feed->id, "refused", arena_str(ctx->arena, shown),
              str_of(zh), str_of(en));
    reject(drop, drop->folder, name, name,
           note_text(ctx, arena_print(ctx->arena, "%s\n%s", zh, en)));
    remove_mark(drop, name);
}

static void put_away(const struct drop *drop, const char *name, const struct sent *sent)
{
    char moved[NAME_MAX + 1];
    struct str numbered =
        arena_print(drop->ctx->arena, "%lld-%s", (long long)sent->importing, name);
    if (sent->status >= 500) /* the database is away: the next round tries again */
        return;
    if (sent->status != 201)
        reject(drop, drop->folder, name, name, note_text(drop->ctx, sent->reply));
    else if (sent->importing)
        move_to(drop, drop->folder, name, "importing", numbered.data, moved);
    else
        move_to(drop, drop->folder, name, "done", name, moved);
    remove_mark(drop, name);
}

static void send_file(struct drop *drop, const char *name, int file)
{
    struct ctx *ctx = drop->ctx;
    struct upload upload = {.file = -1};
    struct stat before, after;
    fstat(file, &before);
    enum error error = file_store_copy(ctx, file, INTAKE_MAX, &upload);
    fstat(file, &after);
    bool changed = before.st_size != after.st_size ||
                   before.st_mtim.tv_sec != after.st_mtim.tv_sec ||
                   before.st_mtim.tv_nsec != after.st_mtim.tv_nsec;
    if (error == E_TOO_LARGE)
        refuse_unopened(drop, name, "文件超过 64 MB", "the file has more than 64 MB");
    if (!error && !changed) {
        struct sent sent = feed_send(ctx, drop->ticking, drop->feed->id,
                                     arena_str(ctx->arena, str_of(name)), &upload);
        put_away(drop, name, &sent);
    }
    if (upload.file >= 0)
        close(upload.file);
    ctx_clear(ctx);
    drop->taken++;
}

static void tell_half_written(struct drop *drop, struct seen *seen, const char *name)
{
    if (seen->told)
        return;
    seen->told = true;
    feed_note(drop->ctx, drop->ticking, drop->feed->id, "half_written",
              arena_str(drop->ctx->arena, str_of(name)), STR("文件还没有写完，等它写完再收"),
              STR("the file is still being written: it will be taken when it is complete"));
}

static void look_at_file(struct drop *drop, const char *name, const struct stat *stat)
{
    const int64_t settle = drop->ticking->config->drop_settle_seconds;
    struct seen *seen = seen_of(drop, name);
    if (!seen)
        return;
    bool same = is_same(seen, stat), first = seen->size < 0;
    seen->round = true;
    if (!same) {
        if (!first)
            tell_half_written(drop, seen, name);
        seen->size = stat->st_size;
        seen->changed = stat->st_mtim;
        seen->since = drop->ctx->now.seconds;
    }
    bool marked = has_mark(drop, name);
    bool settled = same && drop->ctx->now.seconds - seen->since >= settle;
    if (!marked && (drop->feed->needs_done || !settled))
        return;
    int file = openat(drop->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat opened;
    bool good = file >= 0 && fstat(file, &opened) == 0 && S_ISREG(opened.st_mode);
    if (good && !marked && is_being_written(file))
        tell_half_written(drop, seen, name);
    else if (good) {
        send_file(drop, name, file);
        seen->name = 0;
    }
    if (file >= 0)
        close(file);
}

static bool is_on_its_way(struct str name)
{
    return str_ends(name, STR(".part")) || str_ends(name, STR(".tmp")) ||
           str_ends(name, STR(".done"));
}

static bool is_good_name(struct str name)
{
    bool good = name.length <= FEED_NAME_MAX && utf8_check(name) == name.length;
    for (size_t i = 0; i < name.length && good; i++)
        good = (unsigned char)name.data[i] >= ' ' && name.data[i] != 0x7F && name.data[i] != '\\';
    return good;
}

static void look_at(struct drop *drop, int folder, const char *name)
{
    struct stat stat;
    struct str text = str_of(name);
    if (*name == '.' || is_on_its_way(text) ||
        fstatat(folder, name, &stat, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    if (S_ISDIR(stat.st_mode)) /* done, rejected, and whatever else people keep there */
        return;
    if (!S_ISREG(stat.st_mode))
        refuse_unopened(drop, name, "只收普通文件，不收链接、管道、设备",
                        "only plain files are taken: no links, pipes or devices");
    else if (!is_good_name(text))
        refuse_unopened(drop, name, "文件名过长，或不是 UTF-8，或有控制字符",
                        "the name is too long, not UTF-8, or has control characters");
    else
        look_at_file(drop, name, &stat);
}

/* --- A round ---------------------------------------------------------------------------------- */

/* 17-NAME in importing/ belongs to event 17; where that has its outcome, the file moves on. */
static void look_at_importing(struct drop *drop, int folder, const char *name)
{
    struct ctx *ctx = drop->ctx;
    struct feed_event event;
    struct str text = str_of(name);
    int64_t id;
    size_t at = str_find(text, '-');
    char moved[NAME_MAX + 1];
    if (at + 1 >= text.length || !int_parse(str_first(text, at), &id))
        return;
    enum error error = ticking_begin(ctx);
    if (!error)
        error = feed_event_find(ctx, id, &event);
    ticking_end(ctx);
    ctx_clear(ctx);
    if (error || str_is(event.outcome, "importing"))
        return;
    if (str_is(event.outcome, "arrived"))
        move_to(drop, folder, name, "done", name + at + 1, moved);
    else
        reject(drop, folder, name, name + at + 1,
               note_text(ctx, arena_print(ctx->arena, "%.*s\n%.*s", STR_PRINT(event.message),
                                          STR_PRINT(event.message_en))));
}

typedef void look_fn(struct drop *drop, int folder, const char *name);

static void each_entry(struct drop *drop, int folder, look_fn *look)
{
    int again = dup(folder);
    DIR *entries = again >= 0 ? fdopendir(again) : NULL;
    if (!entries) {
        if (again >= 0)
            close(again);
        return;
    }
    rewinddir(entries);
    const struct dirent *entry;
    while (drop->taken < ROUND_MAX && !atomic_load(drop->ticking->stop) &&
           (entry = readdir(entries)))
        look(drop, folder, entry->d_name);
    closedir(entries);
}

static void look_into(struct drop *drop)
{
    int importing =
        openat(drop->folder, "importing", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (importing >= 0) {
        each_entry(drop, importing, look_at_importing);
        close(importing);
    }
    each_entry(drop, drop->folder, look_at);
}

/* Those that are gone make room. */
static void forget_gone(struct drop_memory *memory)
{
    for (size_t i = 0; i < DROP_SEEN_MAX; i++) {
        if (!memory->seen[i].round)
            memory->seen[i].name = 0;
        memory->seen[i].round = false;
    }
}

static enum error read_feeds(struct ctx *ctx, struct records *feeds)
{
    enum error error = ticking_begin(ctx);
    if (!error)
        error = feeds_dropped_into(ctx, feeds);
    ticking_end(ctx);
    return error;
}

static int open_root(const char *path, struct drop_memory *memory)
{
    int root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0 && !memory->told)
        log_event(LOG_WARNING, "drop_folder_missing", "folder", path, "why", strerror(errno), NULL);
    memory->told = root < 0;
    return root;
}

enum error drop_round(struct ctx *ctx, const struct ticking *ticking, struct drop_memory *memory)
{
    struct records feeds;
    struct drop drop = {.ctx = ctx, .ticking = ticking, .memory = memory};
    enum error error = read_feeds(ctx, &feeds);
    if (error || !feeds.count)
        return error;
    int root = open_root(ticking->config->drop.data, drop.memory);
    for (size_t i = 0; root >= 0 && i < feeds.count; i++) {
        drop.feed = &((const struct feed *)feeds.items)[i];
        drop.folder = open_folder(root, drop.feed->folder.data);
        if (drop.folder < 0)
            continue;
        look_into(&drop);
        close(drop.folder);
    }
    if (root >= 0)
        close(root);
    if (drop.taken < ROUND_MAX)
        forget_gone(drop.memory);
    return E_OK;
}
