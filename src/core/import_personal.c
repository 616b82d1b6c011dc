/* What is kept of lines about people, and what is not. */
#include "core/import.h"
#include "core/personal.h"

bool import_is_personal(const struct import_target *target)
{
    return shape_is_personal(target->shape);
}

bool import_file_is_gone(const struct import *import)
{
    const struct import_target *target = target_named(import->target);
    return target && import_is_personal(target) && import->run_seq.known;
}

enum error import_row_seal(struct ctx *ctx, const struct import_target *target, const void *record,
                           struct import_row *row)
{
    int64_t person_id = import_is_personal(target) ? personal_subject(target->shape, record) : 0;
    if (!person_id)
        return E_OK;
    enum error error =
        personal_seal(ctx, person_id, STR("import_row.cells"), row->cells, &row->cells);
    return error ? error
                 : personal_seal(ctx, person_id, STR("import_row.was"), row->was, &row->was);
}

enum error import_row_open(struct ctx *ctx, const struct import_target *target, struct str *text,
                           bool *erased)
{
    struct str plain;
    bool opened = false;
    *erased = false;
    if (!text->data || !import_is_personal(target))
        return E_OK;
    enum error error = personal_read(ctx, *text, &plain, &opened);
    if (error || !opened)
        return error;
    *erased = personal_is_erased(plain);
    *text = plain;
    return E_OK;
}

struct str import_cell_shown(struct arena *arena, const struct import_target *target,
                             const struct field *field, struct str cell)
{
    if (!cell.length || !import_is_personal(target) || (field && !field->personal))
        return cell;
    return personal_mask(arena, field ? field->personal : PERSONAL_TEXT, cell);
}
