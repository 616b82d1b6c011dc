/* The lifecycles of the program as the API tells them: the tables themselves, and what whoever asks
 * may do next with a record of any of these kinds. */
#ifndef MODULES_LIFECYCLES_H
#define MODULES_LIFECYCLES_H

#include "core/route.h"

extern const struct module lifecycles_module;

#endif
