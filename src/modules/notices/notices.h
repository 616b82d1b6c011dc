/* What the program has said to each account (core/notice.h): read and marked as read. */
#ifndef MODULES_NOTICES_H
#define MODULES_NOTICES_H

#include "core/route.h"

extern const struct module notices_module;

#endif
