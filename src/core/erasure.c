#include "core/erasure.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "core/pack.h"

enum { LIST_MAX = 256 << 20 };
static const char list_name[] = "erasures.log";

static bool append(const struct keyring *ring, struct instant now, struct str lines)
{
    struct arena arena = {0};
    struct buf line = {.arena = &arena};
    char path[PATH_MAX];
    if (!keyring_beside(ring, list_name, path, sizeof(path)))
        return true; /* a database in memory */
    for (struct str one; lines.length && str_cut(&lines, '\n', &one);) {
        instant_print(&line, now);
        buf_print(&line, " %.*s\n", STR_PRINT(one));
    }
    if (!line.length)
        return true;
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    bool good = file >= 0 && write(file, line.data, line.length) == (ssize_t)line.length &&
                fsync(file) == 0;
    if (file >= 0)
        close(file);
    arena_free(&arena);
    return good;
}

void erasure_finish(const struct keyring *ring, const char *url, struct instant now,
                    const struct erasure *erasure)
{
    char reason[300] = "";
    if (!db_scrub(url, erasure->tables, reason, sizeof(reason)))
        log_event(LOG_ERROR, "erasure_not_scrubbed", "database", reason, NULL);
    else if (!append(ring, now, erasure->lines))
        log_event(LOG_ERROR, "erasure_not_listed", "reason", strerror(errno), NULL);
}

enum error erasures_read(struct ctx *ctx, struct str *text)
{
    char path[PATH_MAX];
    struct stat status;
    *text = STR("");
    if (!keyring_beside(ctx->keyring, list_name, path, sizeof(path)) ||
        (stat(path, &status) != 0 && errno == ENOENT))
        return E_OK;
    return pack_read_file(ctx, path, LIST_MAX, text);
}
