#include "modules/findings/check_command.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/number.h"
#include "core/app.h"
#include "core/pack.h"
#include "modules/findings/checked.h"

enum { REASON_MAX = 8192, MISUSED = 2 };

struct asked {
    bool json, english;
    int64_t as_of;
};

static bool read_words(int count, char **words, struct asked *asked)
{
    *asked = (struct asked){.json = false};
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], "--json") == 0)
            asked->json = true;
        else if (strcmp(words[i], "--en") == 0)
            asked->english = true;
        else if (strcmp(words[i], "--as-of") == 0 && i + 1 < count &&
                 int_parse(str_of(words[i + 1]), &asked->as_of) && asked->as_of > 0)
            i++;
        else
            return false;
    return true;
}

static void add_json(struct buf *out, const struct figure_set *set, const struct finding *finding)
{
    struct json json = {.out = out};
    json_open(&json, '{');
    json_key(&json, "rule");
    json_text(&json, str_of(finding->rule->name));
    json_key(&json, "kind");
    json_text(&json, str_of(finding_kind_names[finding->rule->kind]));
    json_key(&json, "figures");
    json_open(&json, '[');
    for (size_t i = 0; i < finding->figure_count; i++)
        json_text(&json, set->figures[finding->figures[i]].fact_id);
    json_close(&json, ']');
    json_key(&json, "statement");
    json_text(&json, finding->statement);
    json_key(&json, "statement_en");
    json_text(&json, finding->statement_en);
    json_key(&json, "arithmetic");
    json_text(&json, finding->arithmetic);
    json_close(&json, '}');
}

static void add_text(struct buf *out, const struct figure_set *set, const struct finding *finding,
                     bool english)
{
    buf_print(out, "%s\t%s\t", finding_kind_names[finding->rule->kind], finding->rule->name);
    for (size_t i = 0; i < finding->figure_count; i++)
        buf_print(out, "%s%.*s", i ? "," : "",
                  STR_PRINT(set->figures[finding->figures[i]].fact_id));
    struct str statement = english ? finding->statement_en : finding->statement;
    buf_print(out, "\t%.*s\t%.*s", STR_PRINT(statement), STR_PRINT(finding->arithmetic));
}

static void print(const struct figure_set *set, const struct findings *found,
                  const struct asked *asked)
{
    struct arena line = {0};
    for (size_t i = 0; i < found->count; i++) {
        struct buf out = {.arena = &line};
        if (asked->json)
            add_json(&out, set, &found->list[i]);
        else
            add_text(&out, set, &found->list[i], asked->english);
        buf_char(&out, '\n');
        struct str text = buf_str(&out);
        fwrite(text.data, 1, text.length, stdout);
        arena_reset(&line);
    }
    arena_free(&line);
    fprintf(stderr, "%zu 个数，%zu 条待核%s · %zu figures, %zu findings%s\n", set->count,
            found->count, found->truncated ? "（只列出这些）" : "", set->count, found->count,
            found->truncated ? " (no more are listed)" : "");
}

static enum error look(struct ctx *ctx, void *state)
{
    const struct asked *asked = state;
    struct checked_set checked;
    struct arena *arena = check_arena(ctx);
    struct checked_request request = {.as_of = asked->as_of};
    enum error error = checked_set_read(ctx, arena, &request, NULL, &checked);
    if (error)
        return error;
    struct findings found = plausibility_check(arena, &checked.set);
    print(&checked.set, &found, asked);
    return E_OK;
}

static bool check_pack(const struct config *config, struct asked *asked, char *reason,
                       size_t reason_size)
{
    struct config empty = *config;
    empty.db = STR("sqlite::memory:");
    empty.key_file = STR(""); /* keys that end with it */
    struct app *app = app_check(&empty, look, asked, reason, reason_size);
    bool good = app != NULL;
    app_close(app);
    return good;
}

/* Beside a server that runs: with a connection of its own that cannot write. */
static enum error check_database(struct ctx *ctx, struct asked *asked)
{
    jmp_buf escape;
    ctx->arena->escape = &escape;
    if (setjmp(escape) != 0)
        return fail(ctx, E_BUSY, "内存不足：核对至多用 %d MB",
                    "out of memory: a check may take %d MB", (int)CHECK_MEMORY_MB);
    enum db_status status = db_begin(ctx->db, false);
    enum error error = db_failed(status) ? fail_database(ctx, status)
                                         : pack_utc_offset(ctx, &ctx->utc_offset_minutes);
    ctx->today = date_at(ctx->now, ctx->utc_offset_minutes);
    if (!error)
        error = look(ctx, asked);
    db_rollback(ctx->db);
    return error;
}

int check_command(const struct config *config, int count, char **words)
{
    char reason[REASON_MAX] = "";
    struct asked asked;
    struct arena arena = {0};
    struct ctx ctx = {.arena = &arena, .who = &principal_operator, .now = {time(NULL)}};
    bool good = false;
    if (!read_words(count, words, &asked))
        return MISUSED;
    if (config->pack_given)
        good = check_pack(config, &asked, reason, sizeof(reason));
    else if ((ctx.db = db_connect(config->db.data, true, reason, sizeof(reason))) != NULL) {
        ctx_clear(&ctx);
        good = check_database(&ctx, &asked) == E_OK;
        snprintf(reason, sizeof(reason), "%.*s", STR_PRINT(ctx.detail));
    }
    if (!good)
        fprintf(stderr, "kechuang: %s\n", reason);
    db_disconnect(ctx.db);
    arena_free(&arena);
    return good ? 0 : 1;
}
