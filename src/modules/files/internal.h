/* What the files of the module share. */
#ifndef MODULES_FILES_INTERNAL_H
#define MODULES_FILES_INTERNAL_H

#include "modules/files/files.h"

struct file {
    int64_t id;
    struct str kind, key, part, name, type; /* part: which of the papers that its record asks for */
    int64_t size;
    struct str sha256;
    struct instant created_at;
    struct str created_by; /* the public is not told */
    bool previewable;
    int64_t changed_seq;
    struct str owner; /* whose quota it counts for */
    /* Who sees it where the public sees its record; elsewhere it is seen as the record is. */
    int64_t visibility;
};
extern const struct shape file_shape;

/* The file, where the reader may see the record to which it belongs and the file itself. */
enum error file_find(struct ctx *ctx, int64_t id, struct file *file) MUST_USE;

/* A name under which anybody can save it: without folders, control characters, marks that turn the
 * direction of reading, or what Windows forbids; not empty, at most FILE_NAME_MAX bytes. */
enum { FILE_NAME_MAX = 200 };
struct str file_name_clean(struct arena *arena, struct str name);
/* Complains where the name's extension says that it is something else than `type`, or the file
 * could be run. */
enum error file_name_check(struct ctx *ctx, struct str name, struct str type) MUST_USE;

/* preview.c: types of which there are previews; and whether this machine can make them. */
bool file_is_previewable(struct str type);
extern const struct handler file_preview_handler;

#endif
