/* People: who stands behind accounts, and whom a record names. Their data is personal
 * (core/personal.h): sealed in the database, masked in replies, erased by destroying a key. */
#ifndef MODULES_PEOPLE_H
#define MODULES_PEOPLE_H

#include "core/route.h"

/* Plain texts: fields_to_json() masks them. Of an erased person they are `personal_erased`. */
struct person {
    int64_t id;
    struct str name, phone, email, id_number, note;
    struct instant created_at;
    int64_t changed_seq;
    struct instant erased_at; /* INSTANT_NONE = not erased */
};
extern const struct shape person_shape;

extern const struct module people_module;

/* Makes the person and the key; sets `id` and all that is not given. The texts must have been
 * checked: person_check(). */
enum error person_create(struct ctx *ctx, struct person *person) MUST_USE;
/* Writes name, phone, email, id_number and note; E_ERASED when the person has been erased. */
enum error person_update(struct ctx *ctx, const struct person *person) MUST_USE;
/* E_NOT_FOUND when there is none. */
enum error person_find(struct ctx *ctx, int64_t id, struct person *person) MUST_USE;
/* Complains about a phone, an e-mail address or an ID number that cannot be one. */
enum error person_check(struct ctx *ctx, const struct person *person) MUST_USE;
/* The person with this phone (or this e-mail address), by the blind index; 0 when there is none,
 * the first when there are several. */
enum error person_by_phone(struct ctx *ctx, struct str phone, int64_t *id) MUST_USE;
enum error person_by_email(struct ctx *ctx, struct str email, int64_t *id) MUST_USE;

/* Purposes of consents. */
extern const char *const consent_purposes[];
/* Is there a consent of the person for this purpose, neither expired nor withdrawn? What needs one
 * asks here, at the moment it is done. */
enum error consent_holds(struct ctx *ctx, int64_t person_id, const char *purpose,
                         bool *holds) MUST_USE;

#endif
