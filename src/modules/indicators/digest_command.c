#include "modules/indicators/digest_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/app.h"
#include "json/read.h"

enum { REASON_MAX = 8192, MISUSED = 2 };

struct asked {
    const char *since, *area;
    bool json, english;
};

static bool read_words(int count, char **words, struct asked *asked)
{
    *asked = (struct asked){.since = NULL};
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], "--json") == 0)
            asked->json = true;
        else if (strcmp(words[i], "--en") == 0)
            asked->english = true;
        else if (strcmp(words[i], "--since") == 0 && i + 1 < count)
            asked->since = words[++i];
        else if (strcmp(words[i], "--area") == 0 && i + 1 < count)
            asked->area = words[++i];
        else
            return false;
    return asked->since;
}

static const struct {
    const char *kind, *zh, *en;
} headings[] = {{"record", "有数以来最好", "Best on record"},
                {"target_reached", "达到目标", "Targets reached"},
                {"rank", "名次变化", "Ranks"},
                {"revised", "数有修订", "Revised figures"},
                {"first", "首次有数", "Published for the first time"}};

static const char *text_of(const json_t *item, const char *key)
{
    const char *text = json_string_value(json_object_get(item, key));
    return text ? text : "";
}

static void print_item(const json_t *item, bool english)
{
    const json_t *line = json_object_get(item, "line");
    printf("  %s\n    %s", text_of(item, english ? "statement_en" : "statement"),
           text_of(item, english ? "source_title_en" : "source_title"));
    if (json_is_integer(line))
        printf(english ? ", line %lld" : "，第 %lld 行", (long long)json_integer_value(line));
    printf(english ? " (published %s)\n" : "（发布 %s）\n", text_of(item, "published"));
}

static void print_all(const json_t *items, const struct asked *asked)
{
    size_t i;
    json_t *item;
    for (size_t kind = 0; kind < COUNT(headings); kind++) {
        bool any = false;
        json_array_foreach(items, i, item)
        {
            if (strcmp(text_of(item, "kind"), headings[kind].kind) != 0)
                continue;
            if (!any)
                printf("%s\n", asked->english ? headings[kind].en : headings[kind].zh);
            any = true;
            print_item(item, asked->english);
        }
    }
    if (!json_array_size(items))
        printf(asked->english ? "nothing has changed since %s\n" : "%s 以来没有变化\n",
               asked->since);
}

static void print_json(const json_t *items)
{
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item)
    {
        char *text = json_dumps(item, JSON_COMPACT | JSON_REAL_PRECISION(15));
        printf("%s\n", text ? text : "{}");
        free(text);
    }
}

static int digest(struct app *app, struct arena *arena, const struct asked *asked)
{
    struct json_error why;
    struct reply reply =
        app_call(app, arena,
                 (struct request){
                     .method = STR("GET"),
                     .path = STR("/api/changes"),
                     .query = arena_print(arena, asked->area ? "since=%s&area_code=%s" : "since=%s",
                                          asked->since, asked->area),
                     .content_type = STR_NONE,
                     .who = &principal_operator});
    const json_t *page = json_read(arena, reply.body, &why);
    if (reply.status != 200) {
        fprintf(stderr, "kechuang: %.*s\n", STR_PRINT(reply.body));
        return 1;
    }
    if (asked->json)
        print_json(json_object_get(page, "items"));
    else
        print_all(json_object_get(page, "items"), asked);
    return 0;
}

int digest_command(const struct config *config, int count, char **words)
{
    struct asked asked;
    char reason[REASON_MAX] = "";
    if (!read_words(count, words, &asked))
        return MISUSED;
    struct arena arena = {0};
    struct app *app = app_open(config, reason, sizeof(reason));
    int status = 1;
    if (app)
        status = digest(app, &arena, &asked);
    else
        fprintf(stderr, "kechuang: %s\n", reason);
    app_close(app);
    arena_free(&arena);
    return status;
}
