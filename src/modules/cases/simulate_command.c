#include "modules/cases/simulate_command.h"

#include <stdio.h>

#include "core/app.h"
#include "json/read.h"

static struct str encoded(struct arena *arena, struct str text)
{
    struct buf out = {.arena = arena};
    for (size_t i = 0; i < text.length; i++)
        buf_print(&out, "%%%02X", (unsigned char)text.data[i]);
    return buf_str(&out);
}

bool simulate_words_read(struct arena *arena, int count, char **words, struct simulate_words *out)
{
    static const struct {
        const char *option, *name;
    } options[] = {{"--arrivals-per-day", "arrivals_per_day"}, {"--seed", "seed"}};
    struct buf query = {.arena = arena}, staff = {.arena = arena};
    *out = (struct simulate_words){.code = STR_NONE};
    for (int i = 0; i < count; i++) {
        struct str word = str_of(words[i]);
        if (!str_starts(word, STR("--"))) {
            if (out->code.data)
                return false;
            out->code = word;
            continue;
        }
        if (++i == count)
            return false;
        size_t known = 0;
        while (known < COUNT(options) && !str_is(word, options[known].option))
            known++;
        struct str value = str_of(words[i]);
        if (known < COUNT(options))
            buf_print(&query, "&%s=%.*s", options[known].name, STR_PRINT(encoded(arena, value)));
        else if (str_is(word, "--staff"))
            buf_print(&staff, "%s%.*s", buf_str(&staff).length ? " " : "", STR_PRINT(value));
        else
            return false;
    }
    struct str all = encoded(arena, buf_str(&staff));
    if (all.length)
        buf_print(&query, "&staff=%.*s", STR_PRINT(all));
    out->query = buf_str(&query).length ? str_skip(buf_str(&query), 1) : STR_NONE;
    return out->code.data;
}

static const char *text_of(const json_t *from, const char *name)
{
    const char *text = json_string_value(json_object_get(from, name));
    return text ? text : "";
}

static double number_of(const json_t *from, const char *name)
{
    return json_number_value(json_object_get(from, name));
}

static void print_table(const json_t *result)
{
    const json_t *items = json_object_get(result, "items");
    printf("%s  %.6g 件/工作日 · cases a workday  种子 · seed %.0f\n",
           text_of(result, "template_key"), number_of(result, "arrivals_per_day"),
           number_of(result, "seed"));
    printf("%-16s %-20s %5s %6s %9s %9s %6s\n", "step", "role", "staff", "load", "p50 h", "p90 h",
           "late");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *step = json_array_get(items, i);
        printf("%-16s %-20s %5.0f %5.0f%% %9.1f %9.1f %5.0f%%  %s\n", text_of(step, "code"),
               text_of(step, "role"), number_of(step, "staff"), 100 * number_of(step, "load"),
               number_of(step, "wait_p50_hours"), number_of(step, "wait_p90_hours"),
               100 * number_of(step, "late_share"), text_of(step, "name"));
    }
    printf("整件事（工作小时） · a whole case, in working hours: p50 %.1f, p90 %.1f\n%s\n%s\n",
           number_of(result, "whole_p50_hours"), number_of(result, "whole_p90_hours"),
           text_of(result, "assumption"), text_of(result, "assumption_en"));
}

int simulate_command(struct app *app, struct arena *arena, const struct simulate_words *words)
{
    struct json_error why;
    struct reply reply =
        app_call(app, arena,
                 (struct request){.method = STR("GET"),
                                  .path = arena_print(arena, "/api/case_simulations/%.*s",
                                                      STR_PRINT(words->code)),
                                  .query = words->query,
                                  .content_type = STR_NONE,
                                  .who = &principal_operator});
    json_t *result = json_read(arena, reply.body, &why);
    if (reply.status == 200) {
        print_table(result);
        return 0;
    }
    fprintf(stderr, "kechuang: %.*s\n", STR_PRINT(reply.body));
    return 1;
}
