/* Personal data: each person has a data key, wrapped by a master key (core/keys.h); a value lies
 * sealed with it in the database, and erasing a person destroys the key.
 *
 * A field with `.personal` is sealed on its way into SQL and opened on its way out (query.c), and
 * masked in replies unless its reader is the person (fields.c). So a module sees plain texts, and
 * has nothing to do but to say whose the record is: in its field `person_id`, or the field marked
 * `.subject`. What was sealed with a key that is gone reads as `personal_erased`. */
#ifndef CORE_PERSONAL_H
#define CORE_PERSONAL_H

#include "core/fields.h"
#include "core/keys.h"

/* Compared by address: the only text that is no person's and no mask's. */
extern const struct str personal_erased;
static inline bool personal_is_erased(struct str text)
{
    return text.data == personal_erased.data;
}
/* 依法删除, removed by law. */
struct str personal_erased_text(enum language language);

/* 王**, 138****1234, a***@example.org, 5****************2, ***. Not of the erased. */
struct str personal_mask(struct arena *arena, enum personal personal, struct str text);
/* The column that a field's value is bound to: its `.column`, or person.NAME. */
struct str personal_column(struct arena *arena, const struct field *field);
/* Whose data a record holds; 0 = nobody's (yet). */
int64_t personal_subject(const struct shape *shape, const void *record);
bool shape_is_personal(const struct shape *shape);

/* A key for a new person; fails when there is one. */
enum error person_key_create(struct ctx *ctx, int64_t person_id) MUST_USE;
/* Reads it ahead, for what has to be sealed while no statement can be run. */
enum error person_key_read(struct ctx *ctx, int64_t person_id) MUST_USE;
/* Destroys the key and takes the person out of the indexes. What is sealed with it is gone. */
enum error person_key_destroy(struct ctx *ctx, int64_t person_id) MUST_USE;

/* Seals with the person's key; E_GONE, with the reason, when it has been destroyed. STR_NONE stays
 * what it is. */
enum error personal_seal(struct ctx *ctx, int64_t person_id, struct str column, struct str plain,
                         struct str *sealed) MUST_USE;
/* Opens what personal_seal() made for this person and column; personal_erased without the key. */
enum error personal_open(struct ctx *ctx, int64_t person_id, struct str column, struct str sealed,
                         struct str *plain) MUST_USE;
/* The same for a text from anywhere, by what it says of itself. Anybody can write a text that only
 * looks sealed: `opened` is false then, and that is no error. */
enum error personal_read(struct ctx *ctx, struct str text, struct str *plain,
                         bool *opened) MUST_USE;
/* A value of an old event, as anybody may see it: opened and masked, or the words for the erased.
 * Any other text is left alone. */
enum error personal_show(struct ctx *ctx, struct str text, struct str *shown) MUST_USE;

/* Are two such values, or texts, the same? Ciphertexts of one text differ; of the erased nobody
 * knows any more, and they count as the same. */
enum error personal_equal(struct ctx *ctx, struct str a, struct str b, bool *equal) MUST_USE;

/* Blind indexes find a person by a value without holding it: a keyed digest of the normalised value
 * (digits of a phone, a lower-case address). Puts, replaces or (STR_NONE) removes. */
enum error personal_index(struct ctx *ctx, int64_t person_id, struct str column,
                          enum personal personal, struct str value) MUST_USE;
/* The digest to look for in table personal_index. */
enum error personal_digest(struct ctx *ctx, struct str column, enum personal personal,
                           struct str value, struct str *digest) MUST_USE;
/* Has this kind of data a blind index? */
static inline bool personal_is_indexed(enum personal personal)
{
    return personal == PERSONAL_PHONE || personal == PERSONAL_EMAIL;
}

/* Has the database no keys yet? */
enum error personal_is_fresh(struct ctx *ctx, bool *fresh) MUST_USE;
/* At start: the database and the key file belong together. Makes the database's first entry. In a
 * write transaction. */
enum error personal_prepare(struct ctx *ctx) MUST_USE;
/* Makes the keyring's newest key the database's: wraps every person's key anew that an older one
 * wraps, and computes the indexes again, in the transaction that runs. */
enum error personal_rewrap(struct ctx *ctx, int64_t *persons) MUST_USE;
/* Tries every person's key. */
struct key_counts {
    int64_t master_id;            /* the database's */
    int64_t good, behind, broken; /* keys that open; of these, under an older master; that do not */
};
enum error personal_check(struct ctx *ctx, struct key_counts *counts) MUST_USE;

#endif
