/* How a query is taken apart, and what a single entry has of it: between search_query.c, which asks
 * the blocks, and the score and the marks of what is found. */
#ifndef CORE_SEARCH_MATCH_H
#define CORE_SEARCH_MATCH_H

#include "core/search_entry.h"
#include "core/search_query.h"
#include "text/token.h"

/* What a word means to the index: it is there where one of the groups is; a group where all of its
 * clauses are; a clause where a token of one of its ranges is. Numbers of ranges of the query. */
enum { CLAUSES_MAX = 40, GROUPS_MAX = 12, RANGES_MAX = 600, PIECES_MAX = 48 };
struct clause {
    size_t first, count;
};
struct group {
    size_t first, count; /* clauses */
    bool title;
};
struct word {
    struct str text; /* as it was typed */
    struct str folded;
    bool exact;          /* it was quoted: no word goes on behind it */
    bool latin;          /* letters only: it may be initials or pinyin */
    size_t first, count; /* groups */
};
struct query {
    struct token_range ranges[RANGES_MAX];
    size_t range_count;
    struct clause clauses[RANGES_MAX];
    size_t clause_count;
    struct group groups[RANGES_MAX];
    size_t group_count;
    struct word words[PIECES_MAX];
    size_t word_count;
};

/* Takes the query apart; in the arena. */
struct query *query_read(struct arena *arena, struct str text);
/* The same cut into the smallest parts: pairs of ideographs, words. */
struct query *query_pieces(struct arena *arena, const struct query *query);
size_t query_add_range(struct query *query, struct token_range range);

/* A title or text with what was found in it. */
enum match {
    MATCH_NONE,
    MATCH_PARTS,
    MATCH_TEXT,
    MATCH_PINYIN,
    MATCH_TITLE,
    MATCH_BEGINS,
    MATCH_WHOLE
};
struct found {
    enum match match;
    size_t times; /* in the text, up to MATCH_TIMES */
};
enum { MATCH_TIMES = 4 };

/* An entry's texts, folded. */
struct folded_entry {
    struct str title, title_en, names, codes, text, label;
};
struct folded_entry fold_entry(struct arena *arena, const struct search_entry *entry);
struct found match_word(const struct folded_entry *entry, const struct word *word);

/* The text cut where the words stand in it. `around`: only so many characters near the first of
 * them, 0 = all. */
struct records mark_words(struct arena *arena, struct str text, const struct query *query,
                          size_t around, bool title);

#endif
