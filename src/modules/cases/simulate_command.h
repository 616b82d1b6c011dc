/* `kechuang simulate CODE [--arrivals-per-day N] [--staff ROLE=N]… [--seed N]`: what the newest
 * version of a case template does under load, as a table; the same as GET /api/case_simulations.
 * The exit status: 0 done, 1 not, 2 misused. */
#ifndef MODULES_CASES_SIMULATE_COMMAND_H
#define MODULES_CASES_SIMULATE_COMMAND_H

#include "base/arena.h"

struct app;
struct simulate_words {
    struct str code, query; /* the query as an address takes it */
};
/* Reads the command's words; false when it is misused. */
bool simulate_words_read(struct arena *arena, int count, char **words, struct simulate_words *out);
int simulate_command(struct app *app, struct arena *arena, const struct simulate_words *words);

#endif
