/* Templates of cases: read, checked, shown; filled from the city pack or by an import. */
#include "modules/cases/flaws.h"
#include "templates.sql.h"

enum { TEMPLATES_MAX = 500 };

static const char *const unit_names[] = {"workdays", "half_days", "hours", "natural_days", NULL};
static const char *const kind_names[] = {"text",   "number", "integer",      "money", "date",
                                         "choice", "bool",   "organisation", NULL};

static const char *const effect_names[] = {"end", "return", NULL};

#define VERSIONED(type)                                                                            \
    FIELD(struct type, template_code, "模板", "Template", .required = true, .length_max = 60),     \
        FIELD(struct type, template_version, "版本", "Version", .required = true)

static const struct field template_step_fields[] = {
    VERSIONED(template_step),
    FIELD(struct template_step, position, "次序（显示用）", "Order in which it is shown",
          .required = true),
    FIELD(struct template_step, code, "步骤代码", "Code of the step", .required = true,
          .length_max = 40),
    FIELD(struct template_step, name, "步骤", "Step", .required = true, .length_max = 80),
    FIELD(struct template_step, name_en, "英文名", "Name in English", .required = true,
          .length_max = 120),
    FIELD(struct template_step, after, "在哪些步骤之后（空格分开）",
          "After which steps, with blanks between", .length_max = 400),
    FIELD(struct template_step, condition, "满足什么才需要", "Under which condition it is needed",
          .length_max = 400),
    FIELD(struct template_step, role, "谁办（角色）", "Role that does it", .required = true,
          .choices = role_names),
    FIELD(struct template_step, party,
          "哪里的：applicant 申请单位、area 所在区县、anywhere 不限、department:代码、field:字段",
          "Where: applicant, area, anywhere, department:CODE, field:FIELD", .required = true,
          .length_max = 80),
    FIELD(struct template_step, limit_amount, "时限", "Limit"),
    FIELD(struct template_step, limit_unit, "时限的单位：工作日、半日、工作小时、自然日",
          "Unit of the limit: in working time, or natural days", .choices = unit_names),
    FIELD(struct template_step, rule, "办结要满足什么", "What must hold when it is completed",
          .length_max = 400),
    FIELD(struct template_step, rule_text, "不满足时的说明", "What is said where it does not",
          .length_max = 400),
    FIELD(struct template_step, rule_text_en, "英文说明", "The same in English", .length_max = 400),
    FIELD(struct template_step, response_amount, "首次响应的时限", "Limit of the first response"),
    FIELD(struct template_step, response_unit, "它的单位", "Its unit", .choices = unit_names),
    FIELD(struct template_step, limit_role, "哪个角色可批准改时限；空为不可改",
          "Role that may change the limit; null = nobody", .choices = role_names),
};
SHAPE(template_step);

static const struct field template_field_fields[] = {
    VERSIONED(template_field),
    FIELD(struct template_field, step, "步骤", "Step", .required = true, .length_max = 40),
    FIELD(struct template_field, position, "次序", "Order", .required = true),
    FIELD(struct template_field, code, "字段代码", "Code of the field", .required = true,
          .length_max = 40),
    FIELD(struct template_field, name, "名称", "Name", .required = true, .length_max = 80),
    FIELD(struct template_field, name_en, "英文名", "Name in English", .required = true,
          .length_max = 120),
    FIELD(struct template_field, kind, "种类", "Kind", .required = true, .choices = kind_names),
    FIELD(struct template_field, unit, "单位", "Unit", .length_max = 20),
    FIELD(struct template_field, choices, "选项（| 分开）", "Choices, with | between",
          .length_max = 1000),
    FIELD(struct template_field, required, "必填", "Must it be given?"),
    FIELD(struct template_field, prefill, "预填：organisation.name 等，或前面的字段",
          "Filled in from: organisation.name and the like, or an earlier field", .length_max = 80),
};
SHAPE(template_field);

static const struct field template_material_fields[] = {
    VERSIONED(template_material),
    FIELD(struct template_material, step, "步骤", "Step", .required = true, .length_max = 40),
    FIELD(struct template_material, code, "材料代码", "Code of the material", .required = true,
          .length_max = 40),
    FIELD(struct template_material, name, "材料", "Material", .required = true, .length_max = 120),
    FIELD(struct template_material, name_en, "英文名", "Name in English", .required = true,
          .length_max = 160),
    FIELD(struct template_material, required, "必交", "Must it be handed in?"),
    FIELD(struct template_material, field, "哪个字段填了就可代替它",
          "Field that stands for it when it is filled in", .length_max = 40),
};
SHAPE(template_material);

static const struct field template_outcome_fields[] = {
    VERSIONED(template_outcome),
    FIELD(struct template_outcome, step, "步骤", "Step", .required = true, .length_max = 40),
    FIELD(struct template_outcome, position, "次序：先满足的先用",
          "Order: the first whose condition holds is taken", .required = true),
    FIELD(struct template_outcome, code, "结果代码", "Code of the outcome", .required = true,
          .length_max = 40),
    FIELD(struct template_outcome, name, "结果", "Outcome", .required = true, .length_max = 80),
    FIELD(struct template_outcome, name_en, "英文名", "Name in English", .required = true,
          .length_max = 120),
    FIELD(struct template_outcome, condition, "满足什么就是这个结果", "When it turns out so",
          .required = true, .length_max = 400),
    FIELD(struct template_outcome, effect, "end 整件事到此为止；return 从 to_step 起重办",
          "end: the case ends; return: it is done again from to_step on", .required = true,
          .choices = effect_names),
    FIELD(struct template_outcome, to_step, "从哪一步起重办", "Step from which it is done again",
          .length_max = 40),
    FIELD(struct template_outcome, reason_field, "理由填在哪个字段（这时必填，告知申请单位）",
          "Field with the reason: has to be given then, and is told to the applicant",
          .length_max = 40),
};
SHAPE(template_outcome);

static const struct field case_template_fields[] = {
    FIELD(struct case_template, code, "代码", "Code", USE_BOTH | USE_FILTER | USE_SORT,
          .required = true, .length_max = 60),
    FIELD(struct case_template, version, "版本", "Version", .required = true),
    FIELD(struct case_template, name, "一件事", "What the case is about", .required = true,
          .length_max = 100),
    FIELD(struct case_template, name_en, "英文名", "Name in English", .required = true,
          .length_max = 160),
    FIELD(struct case_template, note, "说明", "Note", .length_max = 1000),
    FIELD(struct case_template, note_en, "英文说明", "Note in English", .length_max = 1000),
    FIELD(struct case_template, basis, "依据：有来源，或本项目约定", "From a source, or ours",
          .required = true, .choices = basis_names),
    FIELD(struct case_template, source, "来源", "Source", .length_max = 400),
    FIELD(struct case_template, active, "可否新办", "May cases be started from it?"),
    FIELD(struct case_template, template_key, "代码和版本", "Code and version", USE_OUT),
    FIELD(struct case_template, changed_seq, "序号", "Sequence of the last change", USE_OUT),
};
SHAPE(case_template);

const struct list case_template_list = {.base = &sql_case_template_list,
                                        .row = &case_template_shape,
                                        .key = "template_key",
                                        .sort = "code"};

/* --- Reading -------------------------------------------------------------------------------- */

static enum error read_parts(struct ctx *ctx, struct template_view *out)
{
    struct args which =
        ARGS(arg_text("code", out->template.code), arg_int("version", out->template.version));
    enum error error = db_all(ctx, &sql_case_template_steps, which, &template_step_shape,
                              CASE_STEPS_MAX, &out->steps);
    if (!error)
        error = db_all(ctx, &sql_case_template_fields, which, &template_field_shape,
                       CASE_FIELDS_MAX, &out->fields);
    if (!error)
        error = db_all(ctx, &sql_case_template_materials, which, &template_material_shape,
                       CASE_MATERIALS_MAX, &out->materials);
    if (!error)
        error = db_all(ctx, &sql_case_template_outcomes, which, &template_outcome_shape,
                       CASE_OUTCOMES_MAX, &out->outcomes);
    return error;
}

enum error template_read(struct ctx *ctx, struct str code, int64_t version,
                         struct template_view *out)
{
    enum error error = db_one(ctx, version ? &sql_case_template_version : &sql_case_template_newest,
                              ARGS(arg_text("code", code), arg_int("version", version)),
                              ROW(case_template, &out->template));
    return error ? error : read_parts(ctx, out);
}

const struct template_step *template_step_of(const struct template_view *view, struct str code)
{
    const struct template_step *step = view->steps.items;
    for (size_t i = 0; i < view->steps.count; i++)
        if (str_equal(step[i].code, code))
            return &step[i];
    return NULL;
}

bool template_comes_after(const struct template_view *view, struct str code, struct str first)
{
    const struct template_step *of = template_step_of(view, code);
    struct str rest = of->after, before;
    if (str_equal(code, first))
        return true;
    while (str_cut(&rest, ' ', &before))
        if (template_comes_after(view, before, first))
            return true;
    return false;
}

enum limit_unit template_limit_unit(struct str name)
{
    return str_is(name, "hours")          ? LIMIT_MINUTES
           : str_is(name, "half_days")    ? LIMIT_HALF_DAYS
           : str_is(name, "natural_days") ? LIMIT_NATURAL_DAYS
                                          : LIMIT_WORKDAYS;
}

int64_t template_limit_amount(int64_t amount, enum limit_unit unit)
{
    return unit == LIMIT_MINUTES ? amount * 60 : amount;
}

struct template_query {
    struct str code;
    int64_t version;
};
static const struct field template_query_fields[] = {
    FIELD(struct template_query, code, "代码", "Code", USE_OUT),
    FIELD(struct template_query, version, "版本；0 为最新", "Version; 0 = the newest", USE_IN),
};
static const SHAPE(template_query);

static const struct field template_view_fields[] = {
    FIELD(struct template_view, steps, "步骤", "Steps", .of = &template_step_shape),
    FIELD(struct template_view, fields, "字段", "Fields", .of = &template_field_shape),
    FIELD(struct template_view, materials, "材料", "Materials", .of = &template_material_shape),
    FIELD(struct template_view, outcomes, "办不成或要重办的结果", "Outcomes other than done",
          .of = &template_outcome_shape),
    FIELD(struct template_view, flaws, "模板有什么错：步骤互相等待、不知由谁办等",
          "What is wrong with it: steps that wait for each other, nobody who does one …",
          .of = &template_flaw_shape),
};
static const SHAPE_EXTENDING(template_view, case_template);

SHARED_HANDLER(case_template_show, template_query, template_view)
{
    enum error error = template_read(ctx, in->code, in->version, out);
    if (!error)
        error = template_flaws(ctx, out, &out->flaws);
    /* Flaws are told in the reader's language. */
    ctx->etag = error || out->flaws.count ? 0 : out->template.changed_seq;
    return error;
}

/* --- Checking ------------------------------------------------------------------------------- */

enum error templates_check(struct ctx *ctx, const char *folder)
{
    struct records all, flaws;
    struct buf report = {.arena = ctx->arena};
    enum error error =
        db_all(ctx, &sql_case_template_list, NO_ARGS, &case_template_shape, TEMPLATES_MAX, &all);
    const struct case_template *template = all.items;
    for (size_t i = 0; !error && i < all.count; i++) {
        struct template_view view = {.template = template[i]};
        error = read_parts(ctx, &view);
        if (!error)
            error = template_flaws(ctx, &view, &flaws);
        if (!error)
            buf_add(&report, flaws_report(ctx, &view, flaws, folder));
    }
    if (error || !report.length)
        return error;
    buf_print(&report, "%s",
              in_language(ctx, "一件事模板有误，什么也没有载入",
                          "the case templates have flaws and nothing was loaded"));
    ctx->detail = buf_str(&report); /* fail() would cut it */
    return ctx->error = E_INVALID;
}

/* After an import: there is no file of the pack to point at. */
static enum error templates_settled(struct ctx *ctx)
{
    return templates_check(ctx, NULL);
}

/* --- Filling -------------------------------------------------------------------------------- */

/* A version that a case has used stays as it is: the case is done by what it was started with. */
static enum error must_be_unused(struct ctx *ctx, struct str code, int64_t version)
{
    int64_t id;
    enum error error =
        db_number(ctx, &sql_case_template_used,
                  ARGS(arg_text("template_code", code), arg_int("template_version", version)), &id);
    if (error == E_NOT_FOUND)
        return E_OK;
    return error ? error
                 : complain(ctx, STR("template_version"), "这一版已有事项在用，请另立新版",
                            "cases use this version already: make a new one");
}

#define CHECK_UNUSED(type)                                                                         \
    static enum error type##_check(struct ctx *ctx, void *record)                                  \
    {                                                                                              \
        const struct type *row = record;                                                           \
        return must_be_unused(ctx, row->template_code, row->template_version);                     \
    }
CHECK_UNUSED(template_step)
CHECK_UNUSED(template_field)
CHECK_UNUSED(template_material)
CHECK_UNUSED(template_outcome)

static const struct import_target templates = {"case_templates",       "一件事模板",
                                               "Case templates",       &case_template_shape,
                                               "case_template",        .key = {"code", "version"},
                                               .roles = ADMINISTRATORS};
/* The steps are imported last: with them the template is whole. */
static const struct import_target steps = {
    "case_template_steps",        "一件事模板的步骤",
    "Steps of case templates",    &template_step_shape,
    "case_template_step",         .key = {"template_code", "template_version", "code"},
    .check = template_step_check, .settled = templates_settled,
    .roles = ADMINISTRATORS};
static const struct import_target fields = {
    "case_template_fields",        "一件事模板的字段",
    "Fields of case templates",    &template_field_shape,
    "case_template_field",         .key = {"template_code", "template_version", "code"},
    .check = template_field_check, .roles = ADMINISTRATORS};
static const struct import_target materials = {
    "case_template_materials",        "一件事模板的材料",
    "Materials of case templates",    &template_material_shape,
    "case_template_material",         .key = {"template_code", "template_version", "step", "code"},
    .check = template_material_check, .roles = ADMINISTRATORS};

static const struct import_target outcomes = {
    "case_template_outcomes",        "一件事模板的结果",
    "Outcomes of case templates",    &template_outcome_shape,
    "case_template_outcome",         .key = {"template_code", "template_version", "code"},
    .check = template_outcome_check, .settled = templates_settled,
    .roles = ADMINISTRATORS};

const struct import_target *const template_imports[] = {&templates, &steps,    &fields,
                                                        &materials, &outcomes, NULL};

const struct pack_file template_files[TEMPLATE_FILES] = {
    {"case_templates.csv", .target = &templates},
    {"case_template_steps.csv", .target = &steps},
    {"case_template_fields.csv", .target = &fields},
    {"case_template_materials.csv", .target = &materials},
    {"case_template_outcomes.csv", .target = &outcomes},
};
