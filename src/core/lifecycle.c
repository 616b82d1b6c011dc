#include "core/lifecycle.h"

#include <assert.h>

#include "core/route.h"
#include "lifecycle.sql.h"

static const struct field next_step_fields[] = {
    FIELD(struct next_step, event, "步骤", "Step"),
    FIELD(struct next_step, to, "之后的状态", "The state after it"),
    FIELD(struct next_step, name, "名称", "Name"),
    FIELD(struct next_step, name_en, "英文名", "Name in English"),
    FIELD(struct next_step, reason, "须说明理由", "Must a reason be given?"),
};
SHAPE(next_step);

static const struct field step_taken_fields[] = {
    FIELD(struct step_taken, id, "编号", "Number"),
    FIELD(struct step_taken, record_id, "记录", "Record"),
    FIELD(struct step_taken, lifecycle, "事项", "Kind of record"),
    FIELD(struct step_taken, event, "步骤", "Step"),
    FIELD(struct step_taken, from_state, "之前的状态", "State before"),
    FIELD(struct step_taken, to_state, "之后的状态", "State after"),
    FIELD(struct step_taken, at, "时间", "When"),
    FIELD(struct step_taken, actor, "谁", "Who"),
    FIELD(struct step_taken, reason, "理由", "Reason"),
    FIELD(struct step_taken, sequence, "序号", "Sequence number"),
};
SHAPE(step_taken);

/* --- The table ------------------------------------------------------------------------------ */

static size_t state_number(const struct lifecycle *lifecycle, const char *name)
{
    size_t i = 0;
    while (i < lifecycle->state_count && strcmp(lifecycle->states[i].name, name) != 0)
        i++;
    return i;
}

/* The states that steps lead to from those in `set`, or with `back` those from which they come. */
static uint64_t spread(const struct lifecycle *lifecycle, uint64_t set, bool back)
{
    for (uint64_t before = 0; before != set;) {
        before = set;
        for (size_t i = 0; i < lifecycle->step_count; i++) {
            const struct transition *step = &lifecycle->steps[i];
            uint64_t from = UINT64_C(1) << state_number(lifecycle, step->from);
            uint64_t to = UINT64_C(1) << state_number(lifecycle, step->to);
            if (back ? set & to : set & from)
                set |= back ? from : to;
        }
    }
    return set;
}

static const char *step_flaw(const struct lifecycle *lifecycle, size_t n, struct arena *arena)
{
    const struct transition *step = &lifecycle->steps[n];
    const char *names[] = {step->from, step->to};
    for (size_t i = 0; i < COUNT(names); i++)
        if (state_number(lifecycle, names[i]) == lifecycle->state_count)
            return arena_print(arena, "%s: %s is no state", step->event, names[i]).data;
    if (!step->roles && !step->data && lifecycle->states[state_number(lifecycle, step->from)].final)
        return arena_print(arena, "%s: time alone leaves the final %s", step->event, step->from)
            .data;
    for (size_t i = 0; i < n; i++)
        if (strcmp(lifecycle->steps[i].event, step->event) == 0 &&
            strcmp(lifecycle->steps[i].from, step->from) == 0)
            return arena_print(arena, "two steps %s from %s", step->event, step->from).data;
    return NULL;
}

const char *lifecycle_flaw(const struct lifecycle *lifecycle, struct arena *arena)
{
    uint64_t ends = 0;
    if (!lifecycle->state_count || lifecycle->state_count > LIFECYCLE_STATES_MAX)
        return "no states, or too many";
    for (size_t i = 0; i < lifecycle->step_count; i++) {
        const char *flaw = step_flaw(lifecycle, i, arena);
        if (flaw)
            return flaw;
    }
    for (size_t i = 0; i < lifecycle->state_count; i++) {
        ends |= (uint64_t)lifecycle->states[i].final << i;
        if (state_number(lifecycle, lifecycle->states[i].name) != i)
            return arena_print(arena, "two states %s", lifecycle->states[i].name).data;
    }
    uint64_t reached = spread(lifecycle, 1, false), ending = spread(lifecycle, ends, true);
    for (size_t i = 0; i < lifecycle->state_count; i++) {
        if (!(reached >> i & 1))
            return arena_print(arena, "nothing leads to %s", lifecycle->states[i].name).data;
        if (!(ending >> i & 1))
            return arena_print(arena, "%s is a dead end", lifecycle->states[i].name).data;
    }
    return NULL;
}

const struct transition *lifecycle_step(const struct lifecycle *lifecycle, struct str state,
                                        struct str event)
{
    for (size_t i = 0; i < lifecycle->step_count; i++)
        if (str_is(state, lifecycle->steps[i].from) && str_is(event, lifecycle->steps[i].event))
            return &lifecycle->steps[i];
    return NULL;
}

bool transition_is_for(const struct transition *step, const struct ctx *ctx)
{
    return role_in(ctx->who->role, step->roles);
}

/* --- Taking steps --------------------------------------------------------------------------- */

struct records lifecycle_next(struct ctx *ctx, const struct lifecycle *lifecycle, struct str state)
{
    struct next_step *next = arena_array(ctx->arena, lifecycle->step_count, sizeof(*next));
    size_t count = 0;
    for (size_t i = 0; i < lifecycle->step_count; i++) {
        const struct transition *step = &lifecycle->steps[i];
        if (str_is(state, step->from) && transition_is_for(step, ctx))
            next[count++] = (struct next_step){str_of(step->event), str_of(step->to),
                                               str_of(step->zh), str_of(step->en), step->reason};
    }
    return (struct records){next, count};
}

static struct str state_name(struct ctx *ctx, const struct lifecycle *lifecycle, struct str state)
{
    for (size_t i = 0; i < lifecycle->state_count; i++)
        if (str_is(state, lifecycle->states[i].name))
            return str_of(in_language(ctx, lifecycle->states[i].zh, lifecycle->states[i].en));
    return state;
}

static enum error no_such_step(struct ctx *ctx, const struct lifecycle *lifecycle, struct str state)
{
    struct records next = lifecycle_next(ctx, lifecycle, state);
    const struct next_step *steps = next.items;
    struct buf names = {.arena = ctx->arena};
    for (size_t i = 0; i < next.count; i++) {
        struct str name = ctx->language == LANGUAGE_EN ? steps[i].name_en : steps[i].name;
        buf_print(&names, "%s%.*s", i ? in_language(ctx, "、", ", ") : "", STR_PRINT(name));
    }
    struct str now = state_name(ctx, lifecycle, state), list = buf_str(&names);
    if (!list.length)
        return fail(ctx, E_CONFLICT, "现在是“%.*s”，您不能再办理下一步",
                    "it is \"%.*s\" now: there is no step for you to take", STR_PRINT(now));
    return fail(ctx, E_CONFLICT, "现在是“%.*s”，可以：%.*s", "it is \"%.*s\" now; possible: %.*s",
                STR_PRINT(now), STR_PRINT(list));
}

static enum error check_reason(struct ctx *ctx, const struct transition *step, struct str reason)
{
    if (step->reason && !reason.length)
        return complain(ctx, STR("reason"), "请说明理由", "a reason is required");
    if (reason.length > LIFECYCLE_REASON_MAX)
        return complain(ctx, STR("reason"), "太长", "is too long");
    return E_OK;
}

/* Moves the record, if it is still where it was: of two who step at once, one finds it moved. */
static enum error move(struct ctx *ctx, const struct lifecycle *lifecycle, int64_t key,
                       const struct transition *step)
{
    struct str text = arena_print(ctx->arena,
                                  "UPDATE %s SET state = :to_state, changed_seq = :sequence "
                                  "WHERE %s = :record_id AND state = :from_state RETURNING %s",
                                  lifecycle->table, lifecycle->key, lifecycle->key);
    struct sql sql = {"lifecycle_move", text};
    int64_t moved;
    enum error error =
        db_number(ctx, &sql,
                  ARGS(arg_text("to_state", str_of(step->to)), arg_int("record_id", key),
                       arg_text("from_state", str_of(step->from))),
                  &moved);
    return explain(ctx, error, E_CONFLICT, "状态刚刚变了；请刷新后再试",
                   "its state has just changed: look again, then try");
}

static enum error take(struct ctx *ctx, const struct lifecycle *lifecycle, int64_t key,
                       const struct transition *step, struct str reason, const void *record)
{
    enum error error = check_reason(ctx, step, reason);
    if (!error && step->guard)
        error = step->guard(ctx, record);
    if (!error)
        error = move(ctx, lifecycle, key, step);
    if (!error)
        error = db_do(ctx, &sql_step_insert,
                      ARGS(arg_text("lifecycle", str_of(lifecycle->name)),
                           arg_int("record_id", key), arg_text("event", str_of(step->event)),
                           arg_text("from_state", str_of(step->from)),
                           arg_text("to_state", str_of(step->to)),
                           arg_text("actor", ctx_actor(ctx)), arg_text("reason", reason)));
    return !error && step->effect ? step->effect(ctx, record) : error;
}

enum error lifecycle_take(struct ctx *ctx, const struct lifecycle *lifecycle, int64_t key,
                          struct str state, const char *event, struct str reason,
                          const void *record)
{
    const struct transition *step = lifecycle_step(lifecycle, state, str_of(event));
    if (!step)
        return no_such_step(ctx, lifecycle, state);
    if (!transition_is_for(step, ctx))
        return fail(ctx, E_FORBIDDEN, "“%s”要由别的角色办理", "\"%s\" is for other roles to do",
                    in_language(ctx, step->zh, step->en));
    return take(ctx, lifecycle, key, step, reason, record);
}

enum error lifecycle_pass(struct ctx *ctx, const struct lifecycle *lifecycle, int64_t key,
                          struct str state, const char *event, struct str reason,
                          const void *record)
{
    const struct transition *step = lifecycle_step(lifecycle, state, str_of(event));
    return step ? take(ctx, lifecycle, key, step, reason, record)
                : no_such_step(ctx, lifecycle, state);
}

enum error lifecycle_history(struct ctx *ctx, const struct lifecycle *lifecycle, int64_t key,
                             size_t most, struct records *out)
{
    return db_all(ctx, &sql_step_history,
                  ARGS(arg_text("lifecycle", str_of(lifecycle->name)), arg_int("record_id", key),
                       arg_int("limit", (int64_t)most)),
                  &step_taken_shape, most, out);
}

/* --- Docs ----------------------------------------------------------------------------------- */

static void diagram(struct buf *out, const struct lifecycle *lifecycle)
{
    buf_print(out, "```mermaid\nstateDiagram-v2\n    [*] --> %s\n", lifecycle->states[0].name);
    for (size_t i = 0; i < lifecycle->state_count; i++) {
        const struct lifecycle_state *state = &lifecycle->states[i];
        buf_print(out, "    %s: %s · %s\n", state->name, state->zh, state->en);
        if (state->final)
            buf_print(out, "    %s --> [*]\n", state->name);
    }
    for (size_t i = 0; i < lifecycle->step_count; i++) {
        const struct transition *step = &lifecycle->steps[i];
        buf_print(out, "    %s --> %s: %s · %s\n", step->from, step->to, step->zh, step->en);
    }
    buf_add(out, STR("```\n"));
}

static void who_may(struct buf *out, const struct transition *step)
{
    const char *comma = "";
    if (!step->roles)
        buf_add(out, STR("系统 · the program"));
    for (int role = 0; role < ROLE_COUNT; role++)
        if (role_in((enum role)role, step->roles)) {
            buf_print(out, "%s%s", comma, role_infos[role].zh);
            comma = "、";
        }
}

static void table(struct buf *out, const struct lifecycle *lifecycle)
{
    static const char *const clocks[] = {"", "起算 · starts", "暂停 · pauses", "续算 · resumes",
                                         "停止 · ends"};
    buf_add(out,
            STR("| 步骤 · step | 从 · from | 到 · to | 谁 · who | 理由 · reason | 计时 · clock |\n"
                "|---|---|---|---|---|---|\n"));
    for (size_t i = 0; i < lifecycle->step_count; i++) {
        const struct transition *step = &lifecycle->steps[i];
        buf_print(out, "| `%s` %s · %s | %s | %s | ", step->event, step->zh, step->en, step->from,
                  step->to);
        who_may(out, step);
        buf_print(out, " | %s | %s |\n", step->reason ? "必填 · required" : "",
                  clocks[step->clock]);
    }
}

struct str lifecycle_document(struct arena *arena)
{
    struct buf out = {.arena = arena};
    buf_add(&out,
            STR("# 流转 · Lifecycles\n\n"
                "由 `kechuang docs lifecycles` 生成，勿手改 · made by `kechuang docs lifecycles`, "
                "do not edit.\n"));
    for (size_t m = 0; m < module_count; m++)
        for (const struct lifecycle *const *one = modules[m]->lifecycles; one && *one; one++) {
            buf_print(&out, "\n## %s · %s\n\n", (*one)->zh, (*one)->en);
            diagram(&out, *one);
            buf_char(&out, '\n');
            table(&out, *one);
        }
    return buf_str(&out);
}
