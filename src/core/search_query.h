/* Asking the index of search.
 *
 *   words     what stands between blanks; all of them are wanted, each in what a record is called
 * or in what it says. "…" keeps blanks together, and ends a word where it says latin     a word,
 * the beginning of one, the initials or the pinyin of a title order     by a score of our own, and
 * among equals by title; the same on both databases, however the entries lie in blocks bounds    of
 * those that hold all the words, SEARCH_COMPARED are compared with the query and scored: those with
 * the words in their titles first, shorter titles first. `truncated` says that there are more;
 * `total` is then what the index counts relaxed   where no entry holds all words, those that hold
 * the rarest parts of them
 *
 * What the reader may not see is in no hit, no count and no weight of a word. */
#ifndef CORE_SEARCH_QUERY_H
#define CORE_SEARCH_QUERY_H

#include "core/search.h"

enum {
    SEARCH_COMPARED = 200,
    SEARCH_WORDS_MAX = 12,
    SEARCH_QUERY_MAX = 400, /* bytes */
    SEARCH_LIMIT = 20,
    SEARCH_LIMIT_MAX = 50
};

struct search_part {
    struct str text;
    bool hit;
};
struct search_word {
    struct str text;
    int64_t count; /* entries that hold it */
};
struct search_kind_count {
    struct str kind, zh, en;
    int64_t count;
};
struct search_hit {
    struct str kind, key;
    struct records title; /* of search_part */
    struct str title_en;
    struct records snippet;
    struct str address;
    bool sample;
    int64_t visibility;
};
struct search_answer {
    struct str query;
    struct records words; /* of search_word */
    int64_t total;
    bool truncated, relaxed;
    struct records
        kinds; /* of search_kind_count; of the whole answer, whatever kind was asked for */
    struct records items; /* of search_hit */
    struct str next;
};

struct search_request {
    struct str query, kind; /* kind: STR_NONE = all */
    size_t limit, after;    /* after: how many to pass over */
};

extern const struct shape search_answer_shape;
enum error search_ask(struct ctx *ctx, const struct search_request *request,
                      struct search_answer *answer) MUST_USE;

#endif
