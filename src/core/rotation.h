/* `kechuang keys check` and `kechuang keys rotate`. */
#ifndef CORE_ROTATION_H
#define CORE_ROTATION_H

#include "core/config.h"
#include "core/personal.h"

/* Do key file and database belong together, and does every person's key open? */
bool keys_check(const struct config *config, struct key_counts *counts, char *reason,
                size_t reason_size) MUST_USE;
/* Adds a master key to the file and wraps all persons' keys with it, in one transaction; the
 * program may be running. The older keys stay in the file, for older back-ups. */
bool keys_rotate(const struct config *config, struct key_counts *counts, char *reason,
                 size_t reason_size) MUST_USE;

#endif
