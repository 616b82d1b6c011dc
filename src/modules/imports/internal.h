/* What the files of this module share. */
#ifndef MODULES_IMPORTS_INTERNAL_H
#define MODULES_IMPORTS_INTERNAL_H

#include "core/import.h"
#include "modules/imports/imports.h"

struct import_key {
    int64_t id;
};
extern const struct shape import_key_shape;

/* The reader's own import, or any for overseers; E_NOT_FOUND. */
enum error import_find_own(struct ctx *ctx, int64_t id, struct import *out) MUST_USE;

/* Of an import whose file has not been kept (import_file_is_gone()). */
enum error import_fail_gone(struct ctx *ctx) MUST_USE;

/* The bytes of the empty workbook, in the arena; STR_NONE when it could not be written. */
struct str template_workbook(struct ctx *ctx, const struct import_target *is);

extern const struct handler import_target_list_handler, template_show_handler,
    template_xlsx_handler, import_rows_handler, lineage_list_handler;

#endif
