/* Organisations: enterprises, institutes, banks, authorities, keyed by their unified social credit
 * code (GB 32100). */
#ifndef MODULES_ORGANISATIONS_H
#define MODULES_ORGANISATIONS_H

#include "core/route.h"

struct organisation {
    struct str code, name, name_en, kind, area_code, area_name, area_name_en, state, note;
    bool sample;
    int64_t changed_seq;
};
extern const struct shape organisation_shape;

extern const struct module organisations_module;

/* E_NOT_FOUND without a message when there is none. */
enum error organisation_find(struct ctx *ctx, struct str code, struct organisation *out) MUST_USE;
/* Complains about `field` when the code is not valid, and says which one was probably meant. */
enum error organisation_code_check(struct ctx *ctx, const char *field, struct str code) MUST_USE;

#endif
