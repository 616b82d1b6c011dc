/* kechuang check [--json] [--en] [--as-of N]: what the plausibility engine finds, one finding a
 * line, on standard output; how many, on standard error. */
#ifndef FINDINGS_CHECK_COMMAND_H
#define FINDINGS_CHECK_COMMAND_H

#include "core/config.h"

/* Looks into the database, which it does not change, or, where --pack was among the flags, into
 * that pack alone, loaded into memory. `words` are what is no setting. Returns what the program
 * ends with: 0 = it has looked, whatever it found; 1 = it could not; 2 = misused.
 *
 * A line of JSON: {"rule", "kind", "figures": [fact_id, …], "statement", "statement_en",
 * "arithmetic"}. A line of text: kind, rule, figures, statement, arithmetic, with tabs between. */
int check_command(const struct config *config, int count, char **words);

#endif
