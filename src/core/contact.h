/* 无事不扰: whether a message may disturb its reader now, later, in the digest, or not at all
 * beyond the pages. One pure function: it knows neither clock nor database, and gives the same
 * answer to the same question; whoever asks (modules/notices/sending.c) does as it says, in the
 * transaction in which the numbers were read.
 *
 * The first rule that applies decides:
 *   1. what is urgent goes now, whatever anybody wishes and however many there were;
 *   2. a kind that its reader wants on the pages only stays there;
 *   3. one that he wants in the digest goes there (or stays on the pages, where he wants no
 * digest);
 *   4. in his quiet hours it waits until they are over, and is judged anew then;
 *   5. where he, or the organisation he stands for, has had as many within 24 hours or 7 days as
 * the caps say, it goes into the digest (as in 3);
 *   6. it goes now.
 * A digest itself is held back by 4 only: there is one a day at most, and it is what keeps 5 from
 * losing anything. Everything stands on the pages in any case. */
#ifndef CORE_CONTACT_H
#define CORE_CONTACT_H

#include "base/working_time.h"

/* What a reader wants of a kind. */
enum contact_wish {
    WISH_MAIL, /* a letter of its own: the standard */
    WISH_DIGEST,
    WISH_PAGES, /* nothing but the list of notices */
    WISH_OFF    /* not even there; only of kinds that allow it (notice_kind.optional) */
};

/* Minutes of the city's day: quiet from one to the other, over midnight too; equal = at no time. */
struct quiet_hours {
    int64_t from, to;
    bool workdays_only; /* quiet, too, on every day that is no workday by the city's calendar */
};

/* Messages of their own that are not urgent, over every channel but the pages. */
struct contact_numbers {
    int64_t person_day, person_week, organisation_day, organisation_week;
};
enum { CONTACT_DAY = 86400, CONTACT_WEEK = 7 * 86400 }; /* seconds back from now, rolling */

struct contact_question {
    bool urgent, is_digest;
    enum contact_wish wish;
    bool digest_wanted; /* does he take digests at all? */
    struct quiet_hours quiet;
    const struct working_time *time;
    struct instant now;
    struct contact_numbers had, most; /* `had`: this one not counted */
    bool of_organisation;             /* he stands for one: its numbers count */
};

enum contact_choice { CONTACT_NOW, CONTACT_LATER, CONTACT_DIGEST, CONTACT_PAGES };
struct contact_answer {
    enum contact_choice choice;
    struct instant at; /* CONTACT_LATER: when to ask again; > now */
    bool capped;       /* CONTACT_DIGEST, CONTACT_PAGES: by rule 5 */
};

struct contact_answer contact_judge(const struct contact_question *question);

/* When quiet hours that hold at `now` are over: `now` itself where they do not hold. Where they
 * never end within QUIET_DAYS_MAX days, it is that long: nobody is kept from everything for good.
 */
enum { QUIET_DAYS_MAX = 30 };
struct instant quiet_until(const struct quiet_hours *quiet, const struct working_time *time,
                           struct instant now);

#endif
