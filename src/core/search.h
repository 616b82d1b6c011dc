/* Search: one index of our own over everything that has a page, the same on both databases.
 *
 * What can be found is said in tables: a module's `searchables` name the shapes, and the fields of
 * those shapes say with `.search` how they are found. From there the core keeps the index: a write
 * whose reply is such a record puts it in, in the same transaction, and it is found from that
 * commit on. Whoever writes many at once (an import, the lines of a document) uses the bulk calls.
 *
 * How the index lies in the database is said in core/search_store.h, how it is asked in
 * core/search_query.h; docs/decisions/0017-search.md says why. */
#ifndef CORE_SEARCH_H
#define CORE_SEARCH_H

#include "core/route.h"

/* A kind of record that can be found. Whose it is and who sees it is what the kind's list says. */
struct searchable {
    const struct shape *shape; /* its name is the name of the kind */
    const char *zh, *en;       /* what such a thing is called */
    const char *key;           /* the field that identifies it: "code", "id" */
    const char *address;       /* its page in the web UI; {key} is the key, {NAME} another field */
    const struct sql *all;     /* every such record there is, as rows of the shape */
    const struct ownership *owned;
    uint32_t roles;     /* who finds any; 0 = anyone */
    bool guarded;       /* rows have `visibility`, and each reader finds what he may see */
    bool private;       /* `owned` by account confines all but overseers */
    const char *parent; /* the field by which search_remove_under() takes them out; may be NULL */
    const char *hidden; /* a truth: such records are not in the index; may be NULL */
    /* Fills in what follows from the record's other fields, in a copy; may be NULL. */
    enum error (*finish)(struct ctx *ctx, void *record);
};

/* The kind whose records have this shape (or extend it); NULL when they are not searched. */
const struct searchable *search_kind(const struct shape *shape);
/* By the name of its shape. */
const struct searchable *search_kind_named(struct str name);

/* One record, new or changed: called by the core for the record of a write and by audit_also(). */
enum error search_put(struct ctx *ctx, struct row record) MUST_USE;
enum error search_remove(struct ctx *ctx, const struct searchable *kind, struct str key) MUST_USE;

/* Many at once, in the transaction that runs. Records are copied as they come, and written in
 * blocks of SEARCH_BLOCK; nothing is taken from the context's arena but a few hundred bytes.
 *
 *   struct search_bulk *bulk = search_bulk_begin(ctx, search_kind(&organisation_shape));
 *   …  error = search_bulk_put(bulk, &organisation, true);
 *   error = search_bulk_end(bulk);
 *
 * One that is begun and never ended (an error, a jump out of memory) ends with the arena. */
struct search_bulk;
struct search_bulk *search_bulk_begin(struct ctx *ctx, const struct searchable *kind);
/* `record` is of the kind's shape. `is_new`: no record with its key was there before (only what may
 * have been has to be looked for). The same key comes once at most. */
enum error search_bulk_put(struct search_bulk *bulk, const void *record, bool is_new) MUST_USE;
enum error search_bulk_remove(struct search_bulk *bulk, struct str key) MUST_USE;
enum error search_bulk_end(struct search_bulk *bulk) MUST_USE;

/* Makes the whole index anew from the modules' records, in the transaction that runs. */
enum error search_rebuild(struct ctx *ctx) MUST_USE;
/* kechuang search rebuild: the same in a transaction of its own. False with the reason. */
bool search_rebuild_command(const char *url, char *reason, size_t reason_size) MUST_USE;
/* The same where there is none yet, or one that another version of the program made. */
enum error search_ensure(struct ctx *ctx) MUST_USE;

#endif
