/* The material of a step: a paper is there when a file was handed in as that paper, or the field
 * that stands for it was filled in. Any other file is no substitute. */
#include "case_materials.sql.h"
#include "modules/cases/handlers.h"

static const struct field step_material_fields[] = {
    FIELD(struct step_material, files, "已交文件数", "Files that were handed in as this"),
    FIELD(struct step_material, given, "已交：有它的文件，或填了代替它的字段",
          "It is there: a file of it, or the field that stands for it"),
};
SHAPE_EXTENDING(step_material, template_material);

struct part_files {
    struct str part;
    int64_t files;
};
static const struct field part_files_fields[] = {
    FIELD(struct part_files, part, "", ""),
    FIELD(struct part_files, files, "", ""),
};
static const SHAPE(part_files);

static int64_t files_of(const struct records *files, struct str code)
{
    const struct part_files *row = files->items;
    for (size_t i = 0; i < files->count; i++)
        if (row[i].part.data && str_equal(row[i].part, code))
            return row[i].files;
    return 0;
}

enum error case_materials(struct ctx *ctx, const struct case_work *work,
                          const struct case_step *step, struct records *out)
{
    const struct template_material *from = work->template.materials.items;
    struct step_material *list =
        arena_array(ctx->arena, work->template.materials.count + 1, sizeof(*list));
    struct records files;
    size_t count = 0;
    enum error error =
        db_all(ctx, &sql_case_material_files, ARGS(arg_text("key", case_step_key(ctx, step))),
               &part_files_shape, CASE_FILE_PARTS_MAX, &files);
    for (size_t i = 0; !error && i < work->template.materials.count; i++) {
        if (!str_equal(from[i].step, step->code))
            continue;
        const struct answer *answer =
            from[i].field.length ? answer_of(&work->answers, from[i].field) : NULL;
        int64_t there = files_of(&files, from[i].code);
        list[count++] = (struct step_material){from[i], there, there || answer};
    }
    *out = (struct records){list, count};
    return error;
}

static struct str field_name(const struct ctx *ctx, const struct case_work *work, struct str code)
{
    const struct template_field *field = work->template.fields.items;
    for (size_t i = 0; i < work->template.fields.count; i++)
        if (str_equal(field[i].code, code))
            return ctx->language == LANGUAGE_EN ? field[i].name_en : field[i].name;
    return code;
}

static void complain_of(struct ctx *ctx, const struct case_work *work,
                        const struct template_material *missing)
{
    struct str name = ctx->language == LANGUAGE_EN ? missing->name_en : missing->name;
    if (missing->field.length)
        complain(ctx, missing->code, "还缺材料“%.*s”：请上传它的文件，或填“%.*s”",
                 "\"%.*s\" is missing: hand in a file of it, or fill in \"%.*s\"", STR_PRINT(name),
                 STR_PRINT(field_name(ctx, work, missing->field)));
    else
        complain(ctx, missing->code, "还缺材料“%.*s”：请上传它的文件（别的文件不能代替）",
                 "\"%.*s\" is missing: hand in a file of it (another file does not count)",
                 STR_PRINT(name));
}

enum error case_materials_check(struct ctx *ctx, const struct case_work *work,
                                const struct case_step *step)
{
    struct records materials;
    enum error error = case_materials(ctx, work, step, &materials);
    const struct step_material *one = materials.items;
    for (size_t i = 0; !error && i < materials.count; i++)
        if (one[i].material.required && !one[i].given)
            complain_of(ctx, work, &one[i].material);
    return error ? error : ctx->error;
}
