/* Is every file there that a database names, with the bytes of its digest? */
#ifndef CORE_FILES_CHECK_H
#define CORE_FILES_CHECK_H

#include "core/config.h"
#include "core/files.h"

struct named_file {
    struct str sha256;
    int64_t size;
    struct str type;
};

/* Does something with each file that the database names, in a snapshot that is open. */
typedef enum error file_fn(struct ctx *ctx, const struct named_file *file, void *state);
enum error files_each(struct ctx *ctx, file_fn *visit, void *state) MUST_USE;
/* Its bytes are there and are those of its name; fails with words. */
enum error file_check(struct ctx *ctx, const struct named_file *file) MUST_USE;

/* The command `kechuang files check`: says which files are missing or damaged; 0 when none is. */
int files_check_command(const struct config *config);

#endif
