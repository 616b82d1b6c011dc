/* kechuang digest --since DAY [--json] [--en] [--area CODE]: what has become known since a day,
 * each with where it is written, on standard output. */
#ifndef INDICATORS_DIGEST_COMMAND_H
#define INDICATORS_DIGEST_COMMAND_H

#include "core/config.h"

/* Reads the database as the operator does, drafts included; changes nothing. With --pack among the
 * settings and no database of its own name, the pack is loaded first, as by any command. Returns
 * what the program ends with: 0 = done, 1 = not, 2 = misused. A line of JSON is an item of
 * /api/changes. */
int digest_command(const struct config *config, int count, char **words);

#endif
