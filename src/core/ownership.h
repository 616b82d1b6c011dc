/* What is one's own: the one place where scope is enforced. */
#ifndef CORE_OWNERSHIP_H
#define CORE_OWNERSHIP_H

#include "core/query.h"

/* The column that says whether a record is the reader's; NULL where none can. */
const char *ownership_column(const struct principal *who, const struct ownership *owned);
/* The statement that lists the codes of the areas that are :own_area's. */
struct str ownership_own_areas(void);
/* An SQL condition on the columns that `owned` names: rows that are the reader's own. "TRUE" for
 * whom no scope confines, "FALSE" where nothing can be his. */
const char *ownership_condition(const struct principal *who, const struct ownership *owned,
                                struct arena *arena);
/* Is the record the reader's own? */
enum error ownership_holds(struct ctx *ctx, const struct ownership *owned, struct row row,
                           bool *own) MUST_USE;
/* E_FORBIDDEN where a record that is to be written or changed is not his. */
enum error ownership_require(struct ctx *ctx, const struct ownership *owned,
                             struct row row) MUST_USE;
/* A record with a `visibility` that he may neither see nor calls his own is E_NOT_FOUND. */
enum error ownership_may_see(struct ctx *ctx, const struct ownership *owned, struct row row,
                             int64_t visibility) MUST_USE;
/* Of what is to be created: a column of the writer's scope that was left out becomes his own. */
void ownership_fill_in(struct ctx *ctx, const struct ownership *owned, struct row row);

#endif
