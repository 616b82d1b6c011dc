/* The form of a step: its fields, with what is in them already. */
#include "case_form.sql.h"
#include "modules/cases/handlers.h"

enum { CANDIDATES_MAX = 300 };

struct candidate {
    struct str code, name;
};
static const struct field candidate_fields[] = {
    FIELD(struct candidate, code, "统一社会信用代码", "Unified social credit code"),
    FIELD(struct candidate, name, "名称", "Name"),
};
static const SHAPE(candidate);

static const struct field form_field_fields[] = {
    FIELD(struct form_field, code, "字段代码", "Code of the field"),
    FIELD(struct form_field, step, "步骤", "Step"),
    FIELD(struct form_field, name, "名称", "Name"),
    FIELD(struct form_field, name_en, "英文名", "Name in English"),
    FIELD(struct form_field, kind, "种类", "Kind"),
    FIELD(struct form_field, unit, "单位", "Unit"),
    FIELD(struct form_field, choices, "选项（| 分开）", "Choices, with | between"),
    FIELD(struct form_field, required, "必填", "Must it be given?"),
    FIELD(struct form_field, prefilled, "预填的", "Was it filled in by the program?"),
    FIELD(struct form_field, value, "值", "Value"),
    FIELD(struct form_field, candidates, "可选的单位：有人以所需角色办事的；太多时为空",
          "Organisations that can be named: those for which somebody acts in the role; none where "
          "they are too many",
          .of = &candidate_shape),
    FIELD(struct form_field, value_name, "值所指单位的名称",
          "Name of the organisation that it names"),
};
SHAPE(form_field);

static enum error prefill(struct ctx *ctx, const struct case_work *work, struct str from,
                          struct str *value)
{
    struct organisation organisation;
    if (!str_starts(from, STR("organisation."))) {
        const struct answer *answer = answer_of(&work->answers, from);
        *value = answer ? answer->value : STR_NONE;
        return E_OK;
    }
    enum error error = organisation_find(ctx, work->file.organisation_code, &organisation);
    const struct field *field =
        field_find(&organisation_shape, str_skip(from, strlen("organisation.")));
    if (!error && field)
        *value = field_text(ctx->arena, field, &organisation);
    return error;
}

static enum error name_organisation(struct ctx *ctx, struct str code, struct str *name)
{
    struct organisation organisation;
    enum error error = organisation_find(ctx, code, &organisation);
    *name = error ? STR_NONE : organisation.name;
    return error == E_NOT_FOUND ? E_OK : error;
}

/* Of a field that says who does a later step. */
static enum error find_candidates(struct ctx *ctx, const struct case_work *work, struct str code,
                                  struct records *out)
{
    const struct template_step *step = work->template.steps.items;
    for (size_t i = 0; i < work->template.steps.count; i++) {
        struct str party = step[i].party;
        if (!str_starts(party, STR("field:")) ||
            !str_equal(str_skip(party, strlen("field:")), code))
            continue;
        enum error error =
            db_all(ctx, &sql_case_candidates,
                   ARGS(arg_text("role", step[i].role), arg_int("limit", CANDIDATES_MAX + 1)),
                   &candidate_shape, CANDIDATES_MAX + 1, out);
        if (out->count > CANDIDATES_MAX)
            *out = (struct records){NULL, 0};
        return error;
    }
    return E_OK;
}

enum error case_form(struct ctx *ctx, const struct case_work *work, struct str step, bool answered,
                     struct records *out)
{
    const struct template_field *from = work->template.fields.items;
    struct form_field *fields =
        arena_array(ctx->arena, work->template.fields.count + 1, sizeof(*fields));
    size_t count = 0;
    enum error error = E_OK;
    for (size_t i = 0; !error && i < work->template.fields.count; i++) {
        const struct answer *answer = answer_of(&work->answers, from[i].code);
        if (step.data ? !str_equal(from[i].step, step) : answered && !answer)
            continue;
        struct form_field *field = &fields[count++];
        *field = (struct form_field){.code = from[i].code,
                                     .step = from[i].step,
                                     .name = from[i].name,
                                     .name_en = from[i].name_en,
                                     .kind = from[i].kind,
                                     .unit = from[i].unit,
                                     .choices = from[i].choices,
                                     .required = from[i].required};
        if (answer)
            field->value = answer->value;
        else if (from[i].prefill.length)
            error = prefill(ctx, work, from[i].prefill, &field->value);
        field->prefilled = !answer && field->value.data;
        if (!error && field->value.data && str_is(field->kind, "organisation"))
            error = name_organisation(ctx, field->value, &field->value_name);
        if (!error && step.data && str_is(field->kind, "organisation"))
            error = find_candidates(ctx, work, field->code, &field->candidates);
    }
    *out = (struct records){fields, count};
    return error;
}
