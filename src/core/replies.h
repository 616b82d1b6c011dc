/* Replies of short reads, kept while nothing in the database has changed.
 *
 * A POINT or SINGLE route's reply depends on the database, the address, the language and the day,
 * for an anonymous reader on nothing else. So a reply may be given again as long as the database's
 * change number (db_change_number()) and the day are those it was made under; any commit, of this
 * program or of another on the same file, ends all of them. For one thread. */
#ifndef CORE_REPLIES_H
#define CORE_REPLIES_H

#include "core/call.h"

enum { REPLIES_SLOTS = 512, REPLIES_BODY_MAX = 8 * 1024, REPLIES_KEY_MAX = 512 };

struct replies;
struct replies *replies_new(void); /* NULL without memory: then nothing is kept */
void replies_free(struct replies *replies);

/* Takes the state that kept replies must belong to; forgets those of another. */
void replies_at(struct replies *replies, int64_t change_number, struct date today);
/* Fills in the reply, copied into the arena; false when there is none. */
bool replies_find(struct replies *replies, struct arena *arena, const struct request *request,
                  struct reply *reply);
/* Keeps a reply to an anonymous reader, when it is whole and small. */
void replies_keep(struct replies *replies, const struct request *request,
                  const struct reply *reply);

#endif
