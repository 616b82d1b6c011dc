/* Areas: administrative units, zones and regions, each with the days between which it exists.
 *
 * A set groups areas for a purpose; no member of a set of kind `partition` lies inside another, so
 * that totals may be added over it. A monitored set may overlap it (a zone lies inside districts).
 */
#ifndef MODULES_AREAS_H
#define MODULES_AREAS_H

#include "core/route.h"

struct area {
    struct str code, name, name_en, short_name, short_name_en, pinyin, kind, gb_code, parent;
    struct date valid_from, valid_to;       /* inclusive; DATE_NONE = without end on that side */
    struct maybe_int tile_column, tile_row; /* cell in the cartogram; unknown = not on the map */
    struct maybe_real longitude, latitude;  /* of its label, WGS 84 */
    struct str note;
};
extern const struct shape area_shape;
extern const struct list area_list;

extern const struct module areas_module;

/* E_NOT_FOUND without a message when there is none. */
enum error area_find(struct ctx *ctx, struct str code, struct area *area) MUST_USE;
/* Does it exist on that day? */
bool area_valid_on(const struct area *area, struct date day);
/* The members of a set on a day, as records of area_shape, in the order of their codes; with
 * DATE_NONE all that ever were. */
enum error area_set_on(struct ctx *ctx, struct str set_code, struct date day,
                       struct records *areas) MUST_USE;

struct area_set {
    struct str code, name, name_en, kind, note;
};
extern const struct shape area_set_shape;
enum error area_set_find(struct ctx *ctx, struct str code, struct area_set *set) MUST_USE;

#endif
