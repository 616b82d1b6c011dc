/* What the files of this module share among themselves. */
#ifndef MODULES_COLLECTION_INTERNAL_H
#define MODULES_COLLECTION_INTERNAL_H

#include "core/lifecycle.h"
#include "core/search.h"
#include "modules/collection/collection.h"
#include "modules/collection/periods.h"

enum { DATA_SETS_MAX = 2000, DATA_SET_FIELDS_MAX = 200 };

enum {
    /* Who sees what is owed: departments their own, the others all. */
    COLLECTION_READERS = APPROVERS | OVERSEERS | ROLE_SET(ROLE_DEPARTMENT_OFFICER),
    /* Who keeps the catalogue, and takes or refuses what has come. */
    COLLECTORS = ANALYSTS | ROLE_SET(ROLE_DEPARTMENT_OFFICER),
    CATALOGUERS = COLLECTORS | ROLE_SET(ROLE_ADMINISTRATOR),
    REMINDERS_FROM = APPROVERS | ROLE_SET(ROLE_ADMINISTRATOR)
};

/* --- Data sets ------------------------------------------------------------------------------ */

struct data_set {
    struct str code, name, name_en, kind, department_code, department_name, department_name_en,
        definition, definition_en, source_system, legal_basis, basis, rhythm;
    int64_t due_days;
    struct str due_in;
    struct date starts_on, ends_on;
    struct str target;
    int64_t class;
    struct maybe_int expected_rows;
    struct instant last_arrived_at;
    struct str freshness;
    int64_t visibility;
    bool sample;
    int64_t changed_seq;
};
extern const struct shape data_set_shape;
/* E_NOT_FOUND, too, where the reader may not see it. */
enum error data_set_find(struct ctx *ctx, struct str code, struct data_set *out) MUST_USE;
/* Those that the reader has to do with, in the order of their codes: a department its own, the
 * others what they are cleared for. */
enum error data_sets_in_charge(struct ctx *ctx, struct records *out) MUST_USE;
/* Those that the reader may see; of one department, or of all where it is STR_NONE. */
enum error data_sets_seen(struct ctx *ctx, struct str department, struct records *out) MUST_USE;
struct due_rule data_set_rule(const struct data_set *data_set);
/* Holidays and make-up workdays. */
enum error workdays_read(struct ctx *ctx, struct working_time **workdays) MUST_USE;

struct data_set_field {
    struct str data_set_code;
    int64_t position;
    struct str name, zh, en, kind;
    bool required;
    int64_t class;
    bool is_personal;
    struct str definition;
};
extern const struct shape data_set_field_shape;
enum error data_set_fields_of(struct ctx *ctx, struct str code, struct records *fields) MUST_USE;

extern const struct list data_set_list;
extern const struct ownership data_set_owned;
extern const struct handler data_set_show_handler, data_set_create_handler, data_set_edit_handler,
    data_set_field_list_handler;
extern const struct pack_file data_set_files[];
extern const struct import_target *const data_set_imports[];
extern const struct searchable data_set_searchables[];
enum { DATA_SET_FILES = 3, DATA_SET_SEARCHABLES = 1 };

/* --- Deliveries ----------------------------------------------------------------------------- */

struct delivery {
    int64_t id;
    struct str data_set_code, data_set_name, data_set_name_en, department_code, department_name,
        department_name_en, period;
    struct date period_start, period_end, due_on;
    struct str state;
    struct instant arrived_at;
    struct maybe_int import_id, feed_id;
    struct str file_sha256;
    struct maybe_int rows;
    struct str reason;
    int64_t changed_seq;
};
extern const struct shape delivery_shape;
extern const struct ownership delivery_owned;
enum error delivery_find(struct ctx *ctx, int64_t id, struct delivery *out) MUST_USE;
/* The delivery of a period, made when there is none yet and the rule has such a period; complains
 * about `period` where it has not. */
enum error delivery_of(struct ctx *ctx, const struct data_set *data_set, struct str period,
                       struct delivery *out) MUST_USE;

extern const struct lifecycle delivery_lifecycle;
/* E_CONFLICT, with words, where data cannot come now: it has been accepted. */
enum error delivery_can_arrive(struct ctx *ctx, const struct delivery *delivery) MUST_USE;
/* The data have come, with what `delivery` says of them: import, feed, file, rows. */
enum error delivery_arrive(struct ctx *ctx, struct delivery *delivery) MUST_USE;

/* Makes the rows of the periods that have begun, and marks what is late, by ctx->today. Running it
 * twice, or twice at once, changes nothing more. */
struct delivery_roll {
    struct date day;
    int64_t made, late;
};
extern const struct shape delivery_roll_shape;
enum error deliveries_roll(struct ctx *ctx, struct delivery_roll *out) MUST_USE;
/* Is there anything for it to do? */
enum error deliveries_are_due(struct ctx *ctx, bool *due) MUST_USE;

extern const struct list delivery_list;
extern const struct handler delivery_show_handler, delivery_accept_handler, delivery_reject_handler,
    delivery_report_handler, delivery_roll_run_handler;

/* --- Board, reminders ----------------------------------------------------------------------- */

/* Tells the department what is owed; E_CONFLICT when it has been told today. Sets nothing where it
 * is not owed. */
enum error reminder_make(struct ctx *ctx, const struct delivery *delivery,
                         struct str by_name) MUST_USE;

extern const struct handler board_show_handler, reminder_create_handler, reminder_see_handler;
extern const struct list reminder_list;

/* --- The three maps --------------------------------------------------------------------------- */

extern const struct handler architecture_show_handler, architecture_node_list_handler,
    architecture_edge_list_handler;

#endif
