/* Any record, named by its kind and key, as this reader finds it: for what belongs to records of
 * whatever module (their history, their files). A kind is the name of the shape that the record's
 * own route shows: GET /api/areas/{code} shows an `area`. */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include "core/route.h"

/* Asks the record's own route. E_NOT_FOUND where the reader may not see it (or his API token does
 * not reach it), or where there is none. What was found is in `shown`, unless that is NULL.
 * A kind that no route shows is there for auditors only; `shown` has no shape then. */
enum error record_must_see(struct ctx *ctx, struct str kind, struct str key,
                           struct row *shown) MUST_USE;
/* Besides: may he change it? The roles are those of the routes that change the record (those with
 * If-Match or PATCH; where there is none, whatever is posted below its address), and it must be his
 * own as the module's list of these records says. Else E_FORBIDDEN. */
enum error record_must_write(struct ctx *ctx, struct str kind, struct str key,
                             struct row *shown) MUST_USE;

#endif
