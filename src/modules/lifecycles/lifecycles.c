#include "modules/lifecycles/lifecycles.h"

#include "core/lifecycle.h"
#include "core/record.h"

/* --- The tables ----------------------------------------------------------------------------- */

struct state_line {
    struct str state, name, name_en;
    bool final;
};
static const struct field state_line_fields[] = {
    FIELD(struct state_line, state, "状态", "State"),
    FIELD(struct state_line, name, "名称", "Name"),
    FIELD(struct state_line, name_en, "英文名", "Name in English"),
    FIELD(struct state_line, final, "到此为止", "Nothing need follow"),
};
static const SHAPE(state_line);

struct transition_line {
    struct str event, from, to, name, name_en, roles;
    bool reason;
};
static const struct field transition_line_fields[] = {
    FIELD(struct transition_line, event, "步骤", "Step"),
    FIELD(struct transition_line, from, "从", "From"),
    FIELD(struct transition_line, to, "到", "To"),
    FIELD(struct transition_line, name, "名称", "Name"),
    FIELD(struct transition_line, name_en, "英文名", "Name in English"),
    FIELD(struct transition_line, roles, "哪些角色可以（空格分开）；空为系统自己",
          "Roles that may, with blanks between; empty = the program itself"),
    FIELD(struct transition_line, reason, "须说明理由", "Must a reason be given?"),
};
static const SHAPE(transition_line);

struct lifecycle_line {
    struct str kind, name, name_en;
    struct records states, steps;
};
static const struct field lifecycle_line_fields[] = {
    FIELD(struct lifecycle_line, kind, "记录类型", "Kind of record"),
    FIELD(struct lifecycle_line, name, "名称", "Name"),
    FIELD(struct lifecycle_line, name_en, "英文名", "Name in English"),
    FIELD(struct lifecycle_line, states, "状态，新记录的在前", "States, that of a new record first",
          .of = &state_line_shape),
    FIELD(struct lifecycle_line, steps, "步骤", "Steps", .of = &transition_line_shape),
};
static const SHAPE(lifecycle_line);

struct lifecycle_list {
    struct records items;
};
static const struct field lifecycle_list_fields[] = {
    FIELD(struct lifecycle_list, items, "流转", "Lifecycles", .of = &lifecycle_line_shape),
};
static const SHAPE(lifecycle_list);

enum { LIFECYCLES_MAX = 100 };

static size_t all_of(const struct lifecycle *all[LIFECYCLES_MAX])
{
    size_t count = 0;
    for (size_t m = 0; m < module_count; m++)
        for (const struct lifecycle *const *one = modules[m]->lifecycles;
             one && *one && count < LIFECYCLES_MAX; one++)
            all[count++] = *one;
    return count;
}

static struct str roles_text(struct ctx *ctx, uint32_t roles)
{
    struct buf out = {.arena = ctx->arena};
    for (enum role role = ROLE_PUBLIC; role < ROLE_COUNT; role++)
        if (role_in(role, roles))
            buf_print(&out, "%s%s", out.length ? " " : "", role_infos[role].name);
    return buf_str(&out);
}

static struct lifecycle_line line_of(struct ctx *ctx, const struct lifecycle *from)
{
    struct state_line *states = arena_array(ctx->arena, from->state_count, sizeof(*states));
    struct transition_line *steps = arena_array(ctx->arena, from->step_count, sizeof(*steps));
    for (size_t i = 0; i < from->state_count; i++)
        states[i] = (struct state_line){str_of(from->states[i].name), str_of(from->states[i].zh),
                                        str_of(from->states[i].en), from->states[i].final};
    for (size_t i = 0; i < from->step_count; i++) {
        const struct transition *step = &from->steps[i];
        steps[i] = (struct transition_line){
            str_of(step->event), str_of(step->from),           str_of(step->to), str_of(step->zh),
            str_of(step->en),    roles_text(ctx, step->roles), step->reason};
    }
    return (struct lifecycle_line){str_of(from->name),
                                   str_of(from->zh),
                                   str_of(from->en),
                                   {states, from->state_count},
                                   {steps, from->step_count}};
}

HANDLER(lifecycles_show, nothing, lifecycle_list)
{
    const struct lifecycle *all[LIFECYCLES_MAX];
    size_t count = all_of(all);
    struct lifecycle_line *lines = arena_array(ctx->arena, count + 1, sizeof(*lines));
    (void)in;
    for (size_t i = 0; i < count; i++)
        lines[i] = line_of(ctx, all[i]);
    out->items = (struct records){lines, count};
    return E_OK;
}

/* --- What may be done next ------------------------------------------------------------------ */

struct next_query {
    struct str kind, key;
};
static const struct field next_query_fields[] = {
    FIELD(struct next_query, kind, "记录类型，如 proposal", "Kind, such as proposal",
          .required = true, .length_max = 64),
    FIELD(struct next_query, key, "记录编号", "Id of the record", .required = true,
          .length_max = 200),
};
static const SHAPE(next_query);

struct next_steps {
    struct str state;
    struct records items;
};
static const struct field next_steps_fields[] = {
    FIELD(struct next_steps, state, "现在的状态", "State as it is now"),
    FIELD(struct next_steps, items, "您可办的步骤", "What you may do next", .of = &next_step_shape),
};
static const SHAPE(next_steps);

/* The `state` of what the record's own route shows: a member of it, or of a shape that it extends.
 */
static struct str state_of(struct ctx *ctx, struct row shown)
{
    for (const struct shape *shape = shown.shape; shape; shape = shape->extends)
        for (size_t i = 0; i < shape->count; i++)
            if (strcmp(shape->fields[i].name, "state") == 0)
                return field_text(ctx->arena, &shape->fields[i], shown.value);
    return STR_NONE;
}

/* What the record's own route says may be done next; NULL where it does not say. It knows more than
 * roles: whose turn it is. */
static const struct records *told_next(struct row shown)
{
    for (size_t i = 0; i < shown.shape->count; i++)
        if (shown.shape->fields[i].of == &next_step_shape)
            return (const void *)((const char *)shown.value + shown.shape->fields[i].offset);
    return NULL;
}

HANDLER(next_steps_show, next_query, next_steps)
{
    const struct lifecycle *all[LIFECYCLES_MAX], *of = NULL;
    size_t count = all_of(all);
    struct row shown = {NULL, NULL};
    for (size_t i = 0; i < count; i++)
        of = str_is(in->kind, all[i]->name) ? all[i] : of;
    if (!of)
        return E_NOT_FOUND;
    enum error error = record_must_see(ctx, in->kind, in->key, &shown);
    if (error || !shown.shape)
        return error ? error : E_NOT_FOUND;
    out->state = state_of(ctx, shown);
    const struct records *told = told_next(shown);
    if (told) {
        out->items = *told;
        return E_OK;
    }
    error = record_must_write(ctx, in->kind, in->key, &shown);
    if (!error)
        out->items = lifecycle_next(ctx, of, out->state);
    if (error == E_FORBIDDEN) { /* somebody else's to move */
        ctx_clear(ctx);
        error = E_OK;
    }
    return error;
}

static const struct route routes[] = {
    GET_WORK("/api/lifecycles", lifecycles_show, "流转：状态和步骤",
             "Lifecycles: states and steps"),
    GET_WORK("/api/next_steps", next_steps_show, "一条记录接下来可办的步骤",
             "What may be done next with a record", .roles = SIGNED_IN | OPERATOR),
};

const struct module lifecycles_module = {
    .name = "lifecycles",
    .routes = routes,
    .route_count = COUNT(routes),
};
