/* What the index of search holds of a record. */
#ifndef CORE_SEARCH_ENTRY_H
#define CORE_SEARCH_ENTRY_H

#include "core/search.h"

/* Between texts of several fields, and how much of a text is searched at most. */
enum { SEARCH_BETWEEN = '\x1f', SEARCH_TEXT_MAX = 64 * 1024 };

/* Texts are STR_NONE where there is none. */
struct search_entry {
    struct str kind, key;
    struct str title, title_en; /* as they are shown; what follows holds several texts */
    struct str label;           /* shown in the place of a title, and not found by */
    struct str names;           /* by what else it is found */
    struct str codes, text;
    struct str address;                        /* where that does not follow from the key */
    struct str organisation, area, department; /* whose it is */
    int64_t account;
    int64_t visibility;
    bool sample;
};

/* Of a record of the kind's shape (or one that extends it). Personal data and secrets stay out. The
 * texts are the record's, or the arena's. */
struct search_entry search_entry_of(struct arena *arena, const struct searchable *kind,
                                    const void *record);
/* The address of its page. */
struct str search_entry_address(struct arena *arena, const struct searchable *kind,
                                const struct search_entry *entry);

/* All its texts; the first few say which record it is. */
enum { SEARCH_TEXTS = 12, SEARCH_TEXTS_SHOWN = 2 };
void search_entry_texts(struct search_entry *entry, struct str *texts[SEARCH_TEXTS]);
/* What it is shown under. */
struct str search_entry_title(const struct search_entry *entry);

/* As bytes. */
size_t search_entry_room(const struct search_entry *entry);
size_t search_entry_pack(const struct search_entry *entry, unsigned char *out);
/* Reads the entry at `*at`, which is advanced; its texts are slices. False where the bytes are not
 * what was packed. */
bool search_entry_unpack(struct str bytes, size_t *at, struct search_entry *entry) MUST_USE;

/* Its place among all others: short titles first, and among equals by a hash, so that which of many
 * candidates are looked at does not depend on when they were written. */
uint32_t search_entry_order(const struct search_entry *entry);

/* Its tokens, some more than once; `room` of search_entry_tokens_room(). `scratch` is for folding:
 * text_fold_room() of the same. */
size_t search_entry_tokens_room(const struct search_entry *entry);
size_t search_entry_tokens(const struct search_entry *entry, char *scratch, uint64_t *tokens);

/* What says who may find a record, as tokens. */
uint64_t search_token_key(struct str kind, struct str key);
uint64_t search_token_kind(struct str kind);
uint64_t search_token_visibility(int64_t visibility);
/* `column`: 'o' organisation, 'a' area, 'd' department. */
uint64_t search_token_owner(char column, struct str code);
uint64_t search_token_account(int64_t account);

#endif
