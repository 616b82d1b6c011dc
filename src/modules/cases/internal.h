/* What the files of this module share. */
#ifndef MODULES_CASES_INTERNAL_H
#define MODULES_CASES_INTERNAL_H

#include "base/work_clock.h"
#include "core/lifecycle.h"
#include "modules/cases/cases.h"
#include "modules/organisations/organisations.h"

enum {
    CASE_STEPS_MAX = 40,
    CASE_FIELDS_MAX = 200,
    CASE_MATERIALS_MAX = 200,
    CASE_OUTCOMES_MAX = 100
};

/* --- Templates ------------------------------------------------------------------------------ */

struct template_step {
    struct str template_code;
    int64_t template_version, position;
    struct str code, name, name_en, after, condition, role, party;
    struct maybe_int limit_amount;
    struct str limit_unit, rule, rule_text, rule_text_en;
    struct maybe_int response_amount;     /* until whoever has the turn first does something */
    struct str response_unit, limit_role; /* limit_role: who may change the limit; none: nobody */
};
struct template_field {
    struct str template_code;
    int64_t template_version;
    struct str step;
    int64_t position;
    struct str code, name, name_en, kind, unit, choices;
    bool required;
    struct str prefill;
};
struct template_material {
    struct str template_code;
    int64_t template_version;
    struct str step, code, name, name_en;
    bool required;
    struct str field; /* of the same step: stands for it when it is filled in */
};
/* How a step can turn out other than done. `effect`: "end" ends the case, "return" has it done
 * again from `to_step` on. (That another step follows instead is said by the steps' conditions.) */
struct template_outcome {
    struct str template_code;
    int64_t template_version;
    struct str step;
    int64_t position;
    struct str code, name, name_en, condition, effect, to_step, reason_field;
};
struct case_template {
    struct str code;
    int64_t version;
    struct str name, name_en, note, note_en, basis, source;
    bool active;
    struct str template_key;
    int64_t changed_seq;
};
struct template_view {
    struct case_template template;
    struct records steps, fields, materials, outcomes;
    struct records flaws; /* struct template_flaw (flaws.h); only where it is shown */
};
extern const struct shape template_step_shape, template_field_shape, template_material_shape,
    template_outcome_shape, case_template_shape;
extern const struct list case_template_list;
extern const struct handler case_template_show_handler;

/* A version with all that belongs to it; version 0 = the newest that is active. */
enum error template_read(struct ctx *ctx, struct str code, int64_t version,
                         struct template_view *out) MUST_USE;
const struct template_step *template_step_of(const struct template_view *view, struct str code);
/* Does `code` come after `first`, or is it that itself? In a template without circles. */
bool template_comes_after(const struct template_view *view, struct str code, struct str first);
enum limit_unit template_limit_unit(struct str name);
/* What limit_seconds() takes for so many of a template's units: hours are minutes there. */
int64_t template_limit_amount(int64_t amount, enum limit_unit unit);
/* Every template in the database, as the files in the pack's `folder` have it (NULL: it came from
 * elsewhere). E_INVALID names all flaws, each with its file, line and column (flaws.h). */
enum error templates_check(struct ctx *ctx, const char *folder) MUST_USE;

enum { TEMPLATE_FILES = 5 };
extern const struct pack_file template_files[TEMPLATE_FILES];
extern const struct import_target *const template_imports[];

/* --- Answers -------------------------------------------------------------------------------- */

struct answer {
    struct str code;
    int64_t step_id;
    struct str value;
};
extern const struct shape answer_shape;
const struct answer *answer_of(const struct records *answers, struct str code);
/* Checks a text against its field; the text as it is kept. Complains about the field. */
enum error answer_check(struct ctx *ctx, const struct template_field *field, struct str text,
                        struct str *kept) MUST_USE;

/* Does a condition (stats/condition.h) hold over these answers? */
bool condition_holds(struct str condition, const struct records *answers);

/* --- Cases ---------------------------------------------------------------------------------- */

struct case_file {
    int64_t id;
    struct str template_code;
    int64_t template_version;
    struct str template_name, template_name_en, organisation_code, organisation_name, area_code,
        state, outcome, outcome_name, outcome_name_en;
    struct instant started_at;
    struct str started_by;
    struct instant ended_at;
    int64_t changed_seq;
};
extern const struct shape case_file_shape;
enum {
    /* Who does steps, and who may begin or withdraw a case: enterprises for themselves. */
    CASE_WORKERS = ROLE_SET(ROLE_ENTERPRISE) | ROLE_SET(ROLE_INSTITUTE) | ROLE_SET(ROLE_BANK) |
                   ROLE_SET(ROLE_EXPERT) | EDITORS | ROLE_SET(ROLE_SPECIALIST),
    CASE_STARTERS = ROLE_SET(ROLE_ENTERPRISE) | ROLE_SET(ROLE_INSTITUTE) | EDITORS,
    CASE_READERS = SIGNED_IN | OPERATOR
};
extern const struct lifecycle case_file_lifecycle, case_step_lifecycle;

struct case_step {
    int64_t id, case_id, position;
    struct str code, state, role, organisation_code, area_code, department_code;
    struct maybe_int clock_id, response_clock_id;
    struct instant opened_at, responded_at, ended_at;
    struct str ended_by;
    bool late;
    int64_t changed_seq;
};
extern const struct shape case_step_shape;

/* A case with what it is done by. */
struct case_work {
    struct case_file file;
    struct template_view template;
    struct records steps, answers; /* struct case_step, struct answer */
};
enum error case_read(struct ctx *ctx, int64_t id, struct case_work *out) MUST_USE;
/* As whoever asks may see it: E_NOT_FOUND where he is no party. */
enum error case_see(struct ctx *ctx, int64_t id, struct case_work *out) MUST_USE;
enum error case_read_answers(struct ctx *ctx, struct case_work *work) MUST_USE;
enum error case_step_find(struct ctx *ctx, int64_t id, struct case_step *step) MUST_USE;
/* Of two who act on one case at once, the second waits from here on; then he reads it again. */
enum error case_claim(struct ctx *ctx, int64_t id) MUST_USE;
/* Notes when it ended, and by which outcome, if by one. */
enum error case_finish(struct ctx *ctx, int64_t id, struct str outcome) MUST_USE;
struct case_step *case_step_of(const struct case_work *work, struct str code);

/* A party: an audience without its role. "" = who sees all. */
struct str case_party_of(struct arena *arena, struct str organisation_code, struct str area_code,
                         struct str department_code);
/* The reader's; STR_NONE where he can be none. */
struct str case_party_of_reader(struct ctx *ctx);
enum error case_add_party(struct ctx *ctx, struct case_work *work, struct str party) MUST_USE;

/* Opens every step whose turn has come, leaves out those that are not needed, and ends the case
 * after the last one. */
enum error case_advance(struct ctx *ctx, struct case_work *work) MUST_USE;
/* An open or paused step stops being work: clock, inbox, board. Its state changes elsewhere. */
enum error case_step_close(struct ctx *ctx, const struct case_work *work,
                           struct case_step *step) MUST_USE;
/* What is not over any more will not be: each step that is open or yet to come. */
enum error case_cancel_steps(struct ctx *ctx, struct case_work *work) MUST_USE;
/* From `to` on everything is done again. case_advance() opens it. */
enum error case_undo_from(struct ctx *ctx, struct case_work *work, struct str to,
                          struct str reason) MUST_USE;
/* As which outcome the step turns out by what was answered; NULL = it is done. */
const struct template_outcome *case_outcome_of(const struct case_work *work, struct str step);
/* Says what the template wants to be told with it. */
enum error case_outcome_check(struct ctx *ctx, const struct case_work *work,
                              const struct template_outcome *outcome) MUST_USE;
/* After its step was closed: ends the case or has it done again, and tells the applicant. */
enum error case_outcome_take(struct ctx *ctx, struct case_work *work,
                             const struct template_outcome *outcome) MUST_USE;
/* Is the step for whoever asks? The operator may try everything. */
enum error case_step_is_for_reader(struct ctx *ctx, const struct case_step *step,
                                   bool *is) MUST_USE;
/* Whoever has the turn has done something: its first-response clock stops. */
enum error case_step_responded(struct ctx *ctx, struct case_step *step) MUST_USE;
/* May whoever asks change the step's limit now? By the template, and while its clock goes. */
bool case_may_relimit(const struct ctx *ctx, const struct template_step *of,
                      const struct case_step *step);
/* A notice to those who act for the applicant. */
enum error case_tell_applicant(struct ctx *ctx, const struct case_work *work, const char *kind,
                               struct str text, struct str text_en) MUST_USE;
/* Board and inbox learn that the step is late, or not. */
enum error case_step_mark(struct ctx *ctx, const struct case_work *work, struct case_step *step,
                          struct instant due_at, bool late) MUST_USE;
struct str case_step_key(struct ctx *ctx, const struct case_step *step);
/* A notice to whoever does the step. */
enum error case_tell(struct ctx *ctx, const struct case_work *work, const struct case_step *step,
                     const char *kind, struct str text, struct str text_en) MUST_USE;
enum error case_note(struct ctx *ctx, int64_t case_id, struct str actor, struct str name,
                     struct str text) MUST_USE;

#endif
