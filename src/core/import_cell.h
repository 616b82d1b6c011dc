/* What a person means by a cell: 2026年3月3日 is a day, 1,234 a number, 是 a truth. */
#ifndef CORE_IMPORT_CELL_H
#define CORE_IMPORT_CELL_H

#include "core/fields.h"

/* The text as field_parse() takes it, in the arena where it had to be changed: blanks around it
 * gone, days (and texts that are days, `dated`) and numbers as they are written everywhere. The
 * line that is kept of the import has the cell as it came. What is none of these stays as it is. */
struct str import_cell(struct arena *arena, const struct field *field, struct str text);

/* An empty cell empties what can be empty. Of the rest (who may see it, a number, yes or no) it
 * says nothing: not that it is the first of the choices, nor 0; nor does a table that lacks a phone
 * make a person have none. */
static inline bool import_cell_says(const struct field *field, bool empty)
{
    return !empty || (field->kind != KIND_INT && field->kind != KIND_REAL &&
                      field->kind != KIND_BOOL && !field->personal);
}

#endif
