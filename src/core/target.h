/* What is done with the rows of a table that is filled from tables (struct import_target): the
 * statements that follow from its fields, and the key that names a record. */
#ifndef CORE_TARGET_H
#define CORE_TARGET_H

#include "core/route.h"

/* A target with its statements, made once for many rows; of one with functions of its own the
 * statements are empty. */
struct target {
    const struct import_target *is;
    struct sql find, insert, update, remove;
};

/* In the arena. */
struct target target_of(struct arena *arena, const struct import_target *is);
/* The program's targets, by name; NULL when there is none that people import. */
const struct import_target *target_named(struct str name);
/* The one whose records have this kind (the name of their shape). */
const struct import_target *target_of_kind(struct str kind);

/* Is the field a column that a row of a file may fill? */
bool target_takes(const struct field *field);
/* The natural key as text, in the arena: the fields' texts with "/" between. */
struct str target_key(struct arena *arena, const struct import_target *is, const void *record);
/* How events and lineage name the record: by its `id` where the target has functions of its own, by
 * the natural key otherwise. */
struct str target_name_of(struct arena *arena, const struct import_target *is, const void *record);

/* The kind under which its records are found; NULL = they are not. And the record that is put there
 * for one, in the arena. */
const struct searchable *target_searched(const struct import_target *is);
enum error target_found(struct ctx *ctx, const struct import_target *is, const void *record,
                        const void **found) MUST_USE;

/* The record that a row is about, as it is now; E_NOT_FOUND without words when there is none. */
enum error target_find(struct ctx *ctx, const struct target *target, const void *record,
                       void *now) MUST_USE;
/* A new record, or the place of `was` for it. The rules beyond the field table have been checked.
 */
enum error target_store(struct ctx *ctx, const struct target *target, void *record,
                        void *was) MUST_USE;
/* A new record, which may go to the database later, with many others: see db_put(). */
enum error target_store_soon(struct ctx *ctx, const struct target *target, void *record) MUST_USE;
enum error target_remove(struct ctx *ctx, const struct target *target, void *record) MUST_USE;

#endif
