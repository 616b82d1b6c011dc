/* Handlers and lists whose routes stand in cases.c. */
#ifndef MODULES_CASES_HANDLERS_H
#define MODULES_CASES_HANDLERS_H

#include "modules/cases/internal.h"

extern const struct list case_step_list;
extern const struct handler case_show_handler, case_timeline_handler, case_step_show_handler,
    case_step_complete_handler, case_step_pause_handler, case_step_resume_handler,
    case_step_send_back_handler, case_step_relimit_handler, case_simulate_handler,
    case_clock_round_handler;
struct ticking;
enum error cases_tick(struct ctx *ctx, const struct ticking *ticking) MUST_USE;

struct case_view {
    struct case_file file;
    struct records steps, answers, notes, next;
};
extern const struct shape case_view_shape;
enum error case_view_fill(struct ctx *ctx, const struct case_work *work,
                          struct case_view *out) MUST_USE;

/* A field of a form with what is in it. */
struct form_field {
    struct str code, step, name, name_en, kind, unit, choices;
    bool required, prefilled;
    struct records candidates;    /* where it names who does a later step */
    struct str value, value_name; /* value_name: what the register calls an organisation */
};
extern const struct shape form_field_shape;
/* The form of a step; without a step all fields, or those that are answered. */
enum error case_form(struct ctx *ctx, const struct case_work *work, struct str step, bool answered,
                     struct records *out) MUST_USE;

/* A material of a step, and whether it is there. */
struct step_material {
    struct template_material material;
    int64_t files;
    bool given;
};
extern const struct shape step_material_shape;
enum { CASE_FILE_PARTS_MAX = 500 };
enum error case_materials(struct ctx *ctx, const struct case_work *work,
                          const struct case_step *step, struct records *out) MUST_USE;
/* Complains about each that is required and is not there. */
enum error case_materials_check(struct ctx *ctx, const struct case_work *work,
                                const struct case_step *step) MUST_USE;

#endif
