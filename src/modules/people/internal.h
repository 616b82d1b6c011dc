/* What the files of this module share. */
#ifndef MODULES_PEOPLE_INTERNAL_H
#define MODULES_PEOPLE_INTERNAL_H

#include "modules/people/people.h"

static inline bool person_is_erased(const struct person *person)
{
    return person->erased_at.seconds != INT64_MIN;
}
enum error fail_erased(struct ctx *ctx);

/* The person, for who may see the record: the person himself and those who oversee. To others there
 * is no such person. */
enum error person_for_reader(struct ctx *ctx, int64_t id, struct person *person) MUST_USE;

#endif
