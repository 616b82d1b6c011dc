#include "core/import_command.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "core/app.h"
#include "core/task.h"
#include "json/read.h"

enum { REASON_MAX = 1024, BLOCK = 256 * 1024, PROBLEMS_SHOWN = 20 };

struct command {
    const char *target, *path, *mode;
    bool check_only;
    struct app *app;
    struct arena *arena;
    int64_t id;
};

static bool say(const char *what)
{
    fprintf(stderr, "kechuang: %s\n", what);
    return false;
}

static void said(int64_t done, int64_t total)
{
    if (total)
        fprintf(stderr, "  %lld / %lld 行 · lines\n", (long long)done, (long long)total);
    else
        fprintf(stderr, "  %lld 行 · lines\n", (long long)done);
}

/* --- Asking --------------------------------------------------------------------------------- */

/* The reply as JSON, or NULL with its words on standard error. */
static json_t *ask(const struct command *command, struct request request)
{
    struct json_error why;
    request.who = &principal_operator;
    struct reply reply = app_call(command->app, command->arena, request);
    json_t *answer = reply.body.length ? json_read(command->arena, reply.body, &why) : NULL;
    if (reply.status < 300)
        return answer;
    const char *detail = json_string_value(json_object_get(answer, "detail"));
    const json_t *first = json_array_get(json_object_get(answer, "errors"), 0);
    say(detail ? detail : json_string_value(json_object_get(first, "message")));
    return NULL;
}

static json_t *ask_import(const struct command *command, const char *method, const char *rest)
{
    struct str path =
        arena_print(command->arena, "/api/imports/%lld%s", (long long)command->id, rest);
    return ask(command, (struct request){.method = str_of(method), .path = path});
}

/* --- Sending -------------------------------------------------------------------------------- */

static bool copy(const char *path, int to)
{
    char block[BLOCK];
    int from = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = -1;
    while (from >= 0 && (got = read(from, block, sizeof(block))) > 0)
        if (write(to, block, (size_t)got) != got) {
            got = -1;
            break;
        }
    int why = errno;
    if (from >= 0)
        close(from);
    if (got < 0)
        fprintf(stderr, "kechuang: %s: %s\n", path, strerror(why));
    return got == 0;
}

static struct str percent_encoded(struct arena *arena, const char *text)
{
    struct buf out = {.arena = arena};
    for (const char *p = text; *p; p++)
        buf_print(&out, "%%%02X", (unsigned char)*p);
    return arena_str(arena, buf_str(&out));
}

static bool send_file(struct command *command)
{
    struct upload upload = {.file = file_store_temporary(command->app->files)};
    const char *slash = strrchr(command->path, '/');
    struct str name = percent_encoded(command->arena, slash ? slash + 1 : command->path);
    if (upload.file < 0)
        return say(strerror(errno));
    json_t *import = NULL;
    if (copy(command->path, upload.file))
        import =
            ask(command,
                (struct request){.method = STR("POST"),
                                 .path = STR("/api/imports"),
                                 .query = arena_print(command->arena, "target=%s&mode=%s&name=%s",
                                                      command->target, command->mode, name.data),
                                 .upload = &upload});
    close(upload.file);
    command->id = json_integer_value(json_object_get(import, "id"));
    return import != NULL;
}

/* --- What came of it ------------------------------------------------------------------------ */

static void print_problems(const struct command *command)
{
    json_t *list = ask_import(command, "GET", "/problems");
    const json_t *items = json_object_get(list, "items"), *item;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)items, i, item)
    {
        if (i == PROBLEMS_SHOWN)
            break;
        const char *heading = json_string_value(json_object_get(item, "heading"));
        printf("%s:%lld:%lld: %s%s%s\n", command->path,
               (long long)json_integer_value(json_object_get(item, "line")),
               (long long)json_integer_value(json_object_get(item, "column")),
               heading ? heading : "", heading ? ": " : "",
               json_string_value(json_object_get(item, "message")));
    }
}

static long long number(const json_t *import, const char *name)
{
    return (long long)json_integer_value(json_object_get(import, name));
}

static bool print_outcome(const struct command *command, double seconds)
{
    struct rusage usage;
    json_t *import = ask_import(command, "GET", "");
    const char *state = json_string_value(json_object_get(import, "state"));
    const char *message = json_string_value(json_object_get(import, "message"));
    bool good = state && strcmp(state, command->check_only ? "checked" : "done") == 0;
    if (number(import, "problem_count"))
        print_problems(command);
    if (message)
        printf("%s\n", message);
    getrusage(RUSAGE_SELF, &usage);
    printf("%s: %lld 行 · lines, %lld 新增 · new, %lld 改动 · changed, %lld 不变 · the same, %lld "
           "有误 · wrong; %.1f s, %.0f MiB\n",
           good ? command->check_only ? "检查完 · checked" : "已导入 · imported"
                : "没有导入 · not imported",
           number(import, "row_count"), number(import, "new_count"),
           number(import, "changed_count"), number(import, "same_count"),
           number(import, "wrong_count"), seconds, (double)usage.ru_maxrss / 1024);
    return good && !(command->check_only && number(import, "wrong_count"));
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool run(struct command *command)
{
    char reason[REASON_MAX] = "";
    double began = now();
    if (!send_file(command) ||
        !ask_import(command, "POST", command->check_only ? "/check" : "/run"))
        return false;
    if (!jobs_run_here(command->app, said, reason, sizeof(reason)))
        return say(reason);
    return print_outcome(command, now() - began);
}

/* False where a word is too many, or none of ours. */
static bool take_word(struct command *command, const char *word)
{
    const char **place = command->target ? &command->path : &command->target;
    if (*word == '-' || *place)
        return false;
    *place = word;
    return true;
}

static bool read_words(struct command *command, int count, char **words)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(words[i], "--check") == 0)
            command->check_only = true;
        else if (strcmp(words[i], "--mode") == 0 && i + 1 < count)
            command->mode = words[++i];
        else if (!take_word(command, words[i]))
            return false;
    }
    return command->path != NULL;
}

int import_command(const struct config *config, int count, char **words)
{
    char reason[REASON_MAX] = "";
    struct arena arena = {0};
    struct command command = {.mode = "all", .arena = &arena};
    if (!read_words(&command, count, words))
        return 2;
    command.app = app_open(config, reason, sizeof(reason));
    if (!command.app)
        return say(reason), 1;
    bool good = run(&command);
    app_close(command.app);
    arena_free(&arena);
    return good ? 0 : 1;
}
