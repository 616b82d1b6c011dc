#include "core/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/date.h"
#include "json/write.h"

static enum log_level least = LOG_INFO;
static const char *const level_names[] = {"debug", "info", "warning", "error", NULL};

void log_set_level(enum log_level level)
{
    least = level;
}

bool log_wants(enum log_level level)
{
    return level >= least;
}

bool log_level_parse(struct str text, enum log_level *level)
{
    for (int i = 0; level_names[i]; i++)
        if (str_is(text, level_names[i])) {
            *level = (enum log_level)i;
            return true;
        }
    return false;
}

static void write_line(struct arena *arena, enum log_level level, const char *event, va_list args)
{
    struct buf line = {.arena = arena};
    struct json json = {.out = &line};
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct buf moment = {.arena = arena};
    instant_print(&moment, (struct instant){now.tv_sec});
    json_open(&json, '{');
    json_key(&json, "at");
    json_text(&json, buf_str(&moment));
    json_key(&json, "level");
    json_text(&json, str_of(level_names[level]));
    json_key(&json, "event");
    json_text(&json, str_of(event));
    for (const char *key; (key = va_arg(args, const char *));) {
        json_key(&json, key);
        json_text(&json, str_of(va_arg(args, const char *)));
    }
    json_close(&json, '}');
    buf_char(&line, '\n');
    /* One write, so that lines of several threads do not mix. */
    ssize_t written = write(STDERR_FILENO, line.data, line.length);
    (void)written; /* a log that cannot be written has nobody to tell */
}

void log_event(enum log_level level, const char *event, ...)
{
    if (!log_wants(level))
        return;
    struct arena arena = {0};
    jmp_buf escape;
    va_list args;
    arena.escape = &escape;
    va_start(args, event);
    if (setjmp(escape) == 0) /* without memory the line is lost, not the program */
        write_line(&arena, level, event, args);
    va_end(args);
    arena_free(&arena);
}
