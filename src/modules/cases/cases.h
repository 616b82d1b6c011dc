/* Cases (一件事): work of several parties in steps, built from a template that is data.
 *
 * A template says which steps there are, after which others each comes, who does it and within how
 * much working time, what is filled in, and under which condition the step is needed at all. Steps
 * whose predecessors are done open together: so several parties work side by side, and a step that
 * comes after several waits for all of them.
 *
 *   case ──► steps ──► answers (by the template's fields)
 *     │        ├─ clock (modules/clocks): 50, 80, 100 percent of the limit
 *     │        └─ item in the inbox of its party (modules/inbox)
 *     └─ parties: who sees it; notes; files (modules/files, kind case_step) */
#ifndef MODULES_CASES_H
#define MODULES_CASES_H

#include "core/route.h"

extern const struct module cases_module;

#endif
