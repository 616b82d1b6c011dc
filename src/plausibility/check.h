/* The plausibility engine: what in a set of figures does not add up, or must not be put together.
 *
 * Rules are a table (rules.c). A finding names the rule, the figures that it is about, says in one
 * neutral sentence what was seen, and shows the arithmetic so that anybody can do it again. It
 * accuses nobody and refuses nothing: published figures stay, what to do is a person's. */
#ifndef PLAUSIBILITY_CHECK_H
#define PLAUSIBILITY_CHECK_H

#include "plausibility/figures.h"

enum finding_kind {
    FINDING_CONTRADICTION, /* as printed they cannot all be true */
    FINDING_QUESTION,      /* possible, but not without an explanation that is not printed */
    FINDING_NOT_JOINABLE,  /* each may be right; in one series or one difference they are wrong */
    FINDING_NOTICE         /* good to know before the figure is used */
};
extern const char *const finding_kind_names[]; /* contradiction … notice, NULL at the end */

struct check;
struct rule {
    const char *name; /* grim_percentage */
    enum finding_kind kind;
    const char *title, *title_en; /* 百分比按公布基数无法复算 */
    const char *test, *test_en;   /* what is looked for, in a sentence */
    void (*find)(struct check *check);
};
extern const struct rule rules[];
extern const size_t rule_count;

struct finding {
    const struct rule *rule;
    const size_t *figures; /* places in the set, most telling first */
    size_t figure_count;
    struct str statement, statement_en, arithmetic;
};
struct findings {
    struct finding *list;
    size_t count;
    bool truncated; /* more than FINDINGS_MAX */
};
enum { FINDINGS_MAX = 100000, FINDING_FIGURES_MAX = 64 };

/* All findings, in the order of rules and figures: the same set gives the same list. The set must
 * have been prepared. */
struct findings plausibility_check(struct arena *arena, const struct figure_set *set);

#endif
