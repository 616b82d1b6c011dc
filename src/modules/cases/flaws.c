#include "modules/cases/flaws.h"

#define STEPS_FILE     "case_template_steps.csv"
#define FIELDS_FILE    "case_template_fields.csv"
#define MATERIALS_FILE "case_template_materials.csv"
#define OUTCOMES_FILE  "case_template_outcomes.csv"

static const struct field template_flaw_fields[] = {
    FIELD(struct template_flaw, file, "在城市包的哪个文件", "File of the pack"),
    FIELD(struct template_flaw, step, "步骤代码", "Code of the step"),
    FIELD(struct template_flaw, code, "哪一行（代码）", "Code of the row"),
    FIELD(struct template_flaw, column, "哪一列", "Column"),
    FIELD(struct template_flaw, text, "错在哪里", "What is wrong"),
};
SHAPE(template_flaw);

void flaw_add(struct ctx *ctx, struct flaws *flaws, struct flaw_place place, const char *zh,
              const char *en, struct str what)
{
    if (flaws->count == FLAWS_MAX)
        return;
    const char *text = in_language(ctx, zh, en);
    flaws->list[flaws->count++] = (struct template_flaw){
        str_of(place.file), place.step, place.code, str_of(place.column),
        what.length ? arena_print(ctx->arena, "%s: %.*s", text, STR_PRINT(what)) : str_of(text)};
}

static struct flaw_place in_step(const struct template_step *step, const char *column)
{
    return (struct flaw_place){STEPS_FILE, STR_NONE, step->code, column};
}

/* --- The order of the steps ----------------------------------------------------------------- */

/* True when every step of `after` is there and none waits for itself: only then can be asked what
 * comes after what. */
static bool after_is_known(struct ctx *ctx, struct flaws *flaws, const struct template_view *view)
{
    const struct template_step *step = view->steps.items;
    bool known = true;
    for (size_t i = 0; i < view->steps.count; i++) {
        struct str rest = step[i].after, code;
        while (str_cut(&rest, ' ', &code))
            if (!template_step_of(view, code)) {
                flaw_add(ctx, flaws, in_step(&step[i], "after"), "没有这一步",
                         "there is no such step", code);
                known = false;
            }
    }
    return known;
}

/* The steps behind which all others come, by waves: what is left then waits for itself. */
static bool order_is_right(struct ctx *ctx, struct flaws *flaws, const struct template_view *view)
{
    const struct template_step *step = view->steps.items;
    bool done[CASE_STEPS_MAX] = {false}, right = after_is_known(ctx, flaws, view);
    for (bool moved = right; moved;) {
        moved = false;
        for (size_t i = 0; i < view->steps.count; i++) {
            struct str rest = step[i].after, code;
            bool ready = !done[i];
            while (ready && str_cut(&rest, ' ', &code))
                ready = done[template_step_of(view, code) - step];
            moved = moved || ready;
            done[i] = done[i] || ready;
        }
    }
    for (size_t i = 0; right && i < view->steps.count; i++)
        if (!done[i])
            flaw_add(ctx, flaws, in_step(&step[i], "after"), "步骤互相等待，轮不到这一步",
                     "steps wait for each other: its turn never comes", step[i].after);
    for (size_t i = 0; i < view->steps.count; i++)
        right = right && done[i];
    return right;
}

/* --- One step ------------------------------------------------------------------------------- */

static const struct template_field *field_of(const struct template_view *view, struct str code)
{
    const struct template_field *field = view->fields.items;
    for (size_t i = 0; i < view->fields.count; i++)
        if (str_equal(field[i].code, code))
            return &field[i];
    return NULL;
}

static enum role role_of(struct str name)
{
    enum role role = ROLE_PUBLIC;
    while (role < ROLE_COUNT && !str_is(name, role_infos[role].name))
        role++;
    return role;
}

/* Whoever holds the role acts for an organisation, a district or a department, or sees all: the
 * party must be one of these, or it is never anybody's turn. */
static bool role_can_be_at(enum role role, struct str party)
{
    if (role == ROLE_COUNT || !role_in(role, CASE_WORKERS))
        return false;
    switch (role_infos[role].scope) {
    case SCOPE_ORGANISATION:
        return str_is(party, "applicant") || str_starts(party, STR("field:"));
    case SCOPE_AREA:
        return str_is(party, "area");
    case SCOPE_DEPARTMENT:
        return str_starts(party, STR("department:"));
    case SCOPE_ALL:
        return str_is(party, "anywhere");
    case SCOPE_ACCOUNT:
        break;
    }
    return false;
}

static enum error party_flaws(struct ctx *ctx, struct flaws *flaws,
                              const struct template_view *view, const struct template_step *step)
{
    struct str party = step->party;
    struct flaw_place place = in_step(step, "party");
    enum error error = E_OK;
    if (str_starts(party, STR("department:"))) {
        bool there;
        struct str code = str_skip(party, strlen("department:"));
        error = code_exists(ctx, "department", code, &there);
        if (!error && !there)
            flaw_add(ctx, flaws, place, "没有这个部门", "there is no such department", code);
    } else if (str_starts(party, STR("field:"))) {
        struct str code = str_skip(party, strlen("field:"));
        const struct template_field *field = field_of(view, code);
        if (!field || !str_is(field->kind, "organisation"))
            flaw_add(ctx, flaws, place, "没有这个选单位的字段",
                     "there is no such field that names an organisation", code);
    } else if (!str_is(party, "applicant") && !str_is(party, "area") && !str_is(party, "anywhere"))
        flaw_add(ctx, flaws, place, "不知道由哪里办", "nobody knows who does it", party);
    if (!role_can_be_at(role_of(step->role), party))
        flaw_add(ctx, flaws, in_step(step, "role"), "这个角色在那里办不了，永远没有人来办",
                 "this role can do nothing there: nobody would ever do it", step->role);
    return error;
}

static void limit_flaws(struct ctx *ctx, struct flaws *flaws, struct flaw_place place,
                        struct maybe_int amount, struct str unit)
{
    if (amount.known && (amount.value < 1 || !unit.data))
        flaw_add(ctx, flaws, place, "时限要有单位，且大于 0",
                 "a limit has a unit and is more than 0", STR(""));
}

static enum error step_flaws(struct ctx *ctx, struct flaws *flaws, const struct template_view *view,
                             const struct template_step *step)
{
    limit_flaws(ctx, flaws, in_step(step, "limit_amount"), step->limit_amount, step->limit_unit);
    limit_flaws(ctx, flaws, in_step(step, "response_amount"), step->response_amount,
                step->response_unit);
    condition_flaws(ctx, flaws, in_step(step, "condition"), step->condition, view);
    condition_flaws(ctx, flaws, in_step(step, "rule"), step->rule, view);
    return party_flaws(ctx, flaws, view, step);
}

/* --- Fields, materials, outcomes ------------------------------------------------------------ */

static void field_flaws(struct ctx *ctx, struct flaws *flaws, const struct template_view *view,
                        const struct template_field *field)
{
    struct flaw_place place = {FIELDS_FILE, field->step, field->code, "step"};
    if (!template_step_of(view, field->step))
        flaw_add(ctx, flaws, place, "没有这一步", "there is no such step", field->step);
    place.column = "choices";
    if (str_is(field->kind, "choice") != (field->choices.length > 0))
        flaw_add(ctx, flaws, place, "选项与种类不符", "choices do not fit the kind", field->kind);
    place.column = "prefill";
    if (field->prefill.length && !str_starts(field->prefill, STR("organisation.")) &&
        !field_of(view, field->prefill))
        flaw_add(ctx, flaws, place, "预填来自没有的字段",
                 "it is filled in from a field that is not there", field->prefill);
}

static void material_flaws(struct ctx *ctx, struct flaws *flaws, const struct template_view *view,
                           const struct template_material *material)
{
    struct flaw_place place = {MATERIALS_FILE, material->step, material->code, "step"};
    if (!template_step_of(view, material->step))
        flaw_add(ctx, flaws, place, "没有这一步", "there is no such step", material->step);
    const struct template_field *field =
        material->field.length ? field_of(view, material->field) : NULL;
    place.column = "field";
    if (material->field.length && (!field || !str_equal(field->step, material->step)))
        flaw_add(ctx, flaws, place, "代替它的要是同一步的字段",
                 "what stands for it is a field of the same step", material->field);
}

static void outcome_flaws(struct ctx *ctx, struct flaws *flaws, const struct template_view *view,
                          const struct template_outcome *outcome, bool ordered)
{
    struct flaw_place place = {OUTCOMES_FILE, outcome->step, outcome->code, "step"};
    bool again = str_is(outcome->effect, "return"), there = template_step_of(view, outcome->step);
    if (!there)
        flaw_add(ctx, flaws, place, "没有这一步", "there is no such step", outcome->step);
    place.column = "to_step";
    bool to_there = outcome->to_step.length && template_step_of(view, outcome->to_step);
    if (again != (outcome->to_step.length > 0) || (again && !to_there) ||
        (again && there && ordered && !template_comes_after(view, outcome->step, outcome->to_step)))
        flaw_add(ctx, flaws, place, "重办要从这一步或前面的一步起",
                 "what is done again begins with this step or one before it", outcome->to_step);
    place.column = "reason_field";
    const struct template_field *reason =
        outcome->reason_field.length ? field_of(view, outcome->reason_field) : NULL;
    if (outcome->reason_field.length && (!reason || !str_equal(reason->step, outcome->step)))
        flaw_add(ctx, flaws, place, "理由要填在同一步的字段里",
                 "the reason is a field of the same step", outcome->reason_field);
    place.column = "condition";
    condition_flaws(ctx, flaws, place, outcome->condition, view);
}

enum error template_flaws(struct ctx *ctx, const struct template_view *view, struct records *out)
{
    struct flaws flaws = {arena_array(ctx->arena, FLAWS_MAX, sizeof(*flaws.list)), 0};
    const struct template_step *step = view->steps.items;
    const struct template_field *field = view->fields.items;
    const struct template_material *material = view->materials.items;
    const struct template_outcome *outcome = view->outcomes.items;
    enum error error = E_OK;
    if (!view->steps.count)
        flaw_add(ctx, &flaws,
                 (struct flaw_place){"case_templates.csv", STR_NONE, view->template.code, "code"},
                 "没有步骤", "it has no steps", STR(""));
    bool ordered = order_is_right(ctx, &flaws, view);
    for (size_t i = 0; !error && i < view->steps.count; i++)
        error = step_flaws(ctx, &flaws, view, &step[i]);
    for (size_t i = 0; i < view->fields.count; i++)
        field_flaws(ctx, &flaws, view, &field[i]);
    for (size_t i = 0; i < view->materials.count; i++)
        material_flaws(ctx, &flaws, view, &material[i]);
    for (size_t i = 0; i < view->outcomes.count; i++)
        outcome_flaws(ctx, &flaws, view, &outcome[i], ordered);
    *out = (struct records){flaws.list, flaws.count};
    return error;
}
