/* Notes on records of whatever kind, by and for those who may see the record. Whoever is mentioned
 * ("@name") is told of it, where he may see the record, too.
 *
 * Cases have notes of their own (modules/cases), which are part of what happened in them. */
#ifndef MODULES_NOTES_H
#define MODULES_NOTES_H

#include "core/ctx.h"
#include "core/route.h"

extern const struct module notes_module;

/* Takes the next "@name" of a text; false when there is none. */
bool mention_next(struct str *rest, struct str *name);
enum { MENTIONS_MAX = 10 }; /* in one note; further ones are not told */

#endif
