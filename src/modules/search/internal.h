/* What the files of the module share. */
#ifndef MODULES_SEARCH_INTERNAL_H
#define MODULES_SEARCH_INTERNAL_H

#include "core/search_query.h"

/* A query that names an area and an indicator means a series: those that there are and that the
 * reader may see, the best first, as records of struct search_hit; at most SERIES_HITS. */
enum { SERIES_HITS = 3 };
#define SERIES_KIND "series"
enum error series_hits(struct ctx *ctx, struct str query, struct records *hits) MUST_USE;

#endif
