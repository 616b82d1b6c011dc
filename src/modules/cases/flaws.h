/* What is wrong with a template: everything at once, each with the place where it is mended. */
#ifndef MODULES_CASES_FLAWS_H
#define MODULES_CASES_FLAWS_H

#include "modules/cases/internal.h"

enum { FLAWS_MAX = 100 };

/* Where a flaw stands: a row of a file of the pack, and its column. */
struct flaw_place {
    const char *file; /* case_template_steps.csv; also what the row is part of */
    struct str step;  /* of a field, material or outcome; STR_NONE for others */
    struct str code;
    const char *column;
};
struct template_flaw {
    struct str file, step, code, column, text; /* text: in the reader's language */
};
extern const struct shape template_flaw_shape;

struct flaws {
    struct template_flaw *list; /* of FLAWS_MAX; what is beyond that is not told */
    size_t count;
};

/* "text: what", in the reader's language. */
void flaw_add(struct ctx *ctx, struct flaws *flaws, struct flaw_place place, const char *zh,
              const char *en, struct str what);

/* All of them, as the reader is told. In the arena. */
enum error template_flaws(struct ctx *ctx, const struct template_view *view,
                          struct records *out) MUST_USE;
/* Comparisons of a condition that are badly formed, or over fields that are not there or of the
 * wrong kind. */
void condition_flaws(struct ctx *ctx, struct flaws *flaws, struct flaw_place place,
                     struct str condition, const struct template_view *view);

/* A line for each: the file of the pack with line and column (`folder` given), or the part's name
 * (no folder), and why. */
struct str flaws_report(struct ctx *ctx, const struct template_view *view, struct records flaws,
                        const char *folder);

#endif
