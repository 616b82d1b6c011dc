/* Master keys: a file outside the database, readable by nobody but its owner.
 *
 * Each line is an id, the moment it was made, and 32 bytes in hexadecimal. The database says which
 * of them it uses (core/personal.h); older ones stay in the file for older back-ups. Who has the
 * database without this file can read no personal data. */
#ifndef CORE_KEYS_H
#define CORE_KEYS_H

#include "core/seal.h"

enum { KEYS_MAX = 64, KEY_PRINT_BYTES = 16 };

/* What a master key is good for; each use has a key of its own, derived from it. */
enum key_use { KEY_WRAP = 1, KEY_INDEX, KEY_PRINT, KEY_NEEDLES, KEY_WEBHOOK, KEY_UNSUBSCRIBE };

struct keyring;

/* Reads the file; makes it with one key when `create` and it is not there. An empty path is a
 * keyring that ends with the process. NULL, with the reason, when it cannot be read, is readable by
 * others, or is damaged. */
struct keyring *keyring_open(const char *path, bool create, char *reason, size_t reason_size);
void keyring_close(struct keyring *ring);
const char *keyring_path(const struct keyring *ring);

/* The newest id; 0 when there is none. */
int64_t keyring_newest(struct keyring *ring);
/* The key derived from master key `id`; false when there is none of that id. Reads the file again
 * first, since another process may have added one. Any thread. */
bool keyring_key(struct keyring *ring, int64_t id, enum key_use use,
                 unsigned char key[KEY_BYTES]) MUST_USE;
/* What tells that a key is the right one without revealing it; STR_NONE when there is none. */
struct str keyring_print(struct keyring *ring, int64_t id, struct arena *arena);
/* Adds a key to the file; its id is the newest then. It is on the disk when this returns true. */
bool keyring_add(struct keyring *ring, char *reason, size_t reason_size) MUST_USE;

/* The file `name` beside the key file, in `path`; false for a keyring without a file. */
bool keyring_beside(const struct keyring *ring, const char *name, char *path,
                    size_t path_size) MUST_USE;

#endif
