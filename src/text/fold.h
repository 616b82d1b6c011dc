/* Folding: the form in which texts are compared and searched.
 *
 * Traditional characters become simplified, compatibility forms (full-width letters, ligatures,
 * circled numbers) what they stand for, capitals small, and Latin letters lose their accents; white
 * space and controls become one space, and none between two ideographs, where they are only a line
 * break or a typist's habit. Folding is idempotent, and takes time linear in the text. The tables
 * come from ICU at build time (tools/text_tables.c). */
#ifndef TEXT_FOLD_H
#define TEXT_FOLD_H

#include "base/arena.h"

/* Of folded text: punctuation, space, [0-9a-z], and any other letter (ideographs, kana, Greek). */
enum char_class { CHAR_OTHER, CHAR_SPACE, CHAR_WORD, CHAR_IDEOGRAPH };
enum char_class char_class(uint32_t point);

/* `text` is well-formed UTF-8; the result is the arena's. STR_NONE folds to the empty text. */
struct str text_fold(struct arena *arena, struct str text);

/* The same with the way back: byte i of `text` came from the character of the original that begins
 * at origin[i], and origin[text.length] is the original's length. It never decreases. */
struct folded {
    struct str text, original;
    const uint32_t *origin;
};
struct folded text_fold_mapped(struct arena *arena, struct str text);

/* Where the bytes from `start` up to `end` of the folded text stand in the original. */
struct stretch {
    size_t start, end;
};
struct stretch folded_stretch(const struct folded *folded, size_t start, size_t end);

/* Most bytes that `length` bytes may become. */
size_t text_fold_room(size_t length);
/* Folds into `out`, which has text_fold_room() for it, and returns the length. */
size_t text_fold_into(struct str text, char *out);

#endif
