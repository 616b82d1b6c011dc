/* Observations as SDMX: one data structure for all indicators, as a table of its components.
 *
 * FACT is a dimension because several sources may print the same figure, and each is an
 * observation of its own; NATURE is one because a target is no status of an actual figure but
 * another figure. What SDMX has a code list for is mapped to it (FREQ, OBS_STATUS, CONF_STATUS);
 * our own words stay beside it (STATUS, PERIOD), so that nothing is lost. */
#ifndef MODULES_EXCHANGE_SDMX_H
#define MODULES_EXCHANGE_SDMX_H

#include "modules/exchange/internal.h"
#include "modules/indicators/indicators.h"

#define SDMX_AGENCY    "KECHUANG"
#define SDMX_STRUCTURE "OBSERVATIONS"
#define SDMX_VERSION   "1.0"

enum sdmx_role { SDMX_DIMENSION, SDMX_TIME, SDMX_VALUE, SDMX_ATTRIBUTE };

struct sdmx_code {
    const char *id, *zh, *en;
};
/* A code list of ours, or one of SDMX of which we use these. */
struct sdmx_codes {
    const char *id; /* CL_FREQ */
    const struct sdmx_code *list;
    size_t count;
};

struct sdmx_component {
    const char *id, *zh, *en;
    enum sdmx_role role;
    const char *field; /* of the observation; or … */
    struct str (*text)(struct arena *arena, const struct observation *observation);
    const struct sdmx_codes *codes;         /* NULL: any text, or … */
    const char *codes_of;                   /* … the list that stands in the database: CL_AREA */
    const char *name_field, *name_field_en; /* … with these names */
};

enum { SDMX_COMPONENT_COUNT = 31 };
extern const struct sdmx_component sdmx_components[SDMX_COMPONENT_COUNT];
extern const struct sdmx_codes *const sdmx_code_lists[];
extern const size_t sdmx_code_list_count;

/* STR_NONE where the observation has none. */
struct str sdmx_text(struct arena *arena, const struct sdmx_component *component,
                     const struct observation *observation);
/* Is it a number, and no text? */
bool sdmx_is_number(const struct sdmx_component *component);
/* The place of a text in the component's own code list; -1 when it is not there. */
int sdmx_code_index(const struct sdmx_component *component, struct str text);

#endif
