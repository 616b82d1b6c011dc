/* Accounts: log-in, sessions, users, grants, letters of invitation, API tokens. What the core needs
 * to know of them for every request is in core/identity.h. */
#ifndef MODULES_ACCOUNTS_H
#define MODULES_ACCOUNTS_H

#include "core/route.h"

extern const struct module accounts_module;

#endif
