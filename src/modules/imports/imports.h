/* Imports over HTTP: send a table, say which column is which, check it, mend it, run it, undo it;
 * and where a record came from. The work itself is core/import.h. */
#ifndef MODULES_IMPORTS_H
#define MODULES_IMPORTS_H

#include "core/route.h"

extern const struct module imports_module;

#endif
