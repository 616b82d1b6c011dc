/* What has become known since a day: records, targets that were crossed, ranks that were gained or
 * lost, figures that were revised, indicators that were heard of for the first time. */
#ifndef MODULES_INDICATORS_CHANGES_H
#define MODULES_INDICATORS_CHANGES_H

#include "modules/indicators/internal.h"

/* One thing that changed: `now` is the observation that says so, `before` the one it is held
 * against (an unknown figure = none). */
struct change {
    struct str kind, indicator_code, indicator_name, indicator_name_en, area_code, period;
    struct str statement, statement_en;
    struct record now, before;
    struct str published, source_code, source_title, source_title_en;
    struct maybe_int line;
    int64_t observation_id;
};
extern const struct shape change_shape;
extern const char *const change_kinds[];

/* Of one area, published after `since`; in the order of kinds, then of indicators. */
enum error changes_since(struct ctx *ctx, struct str area_code, struct date since,
                         struct records *changes) MUST_USE;

#endif
