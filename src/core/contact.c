#include "core/contact.h"

enum { MINUTE = 60 };

static bool is_quiet(const struct quiet_hours *quiet, bool workday, int64_t minute)
{
    if (quiet->workdays_only && !workday)
        return true;
    return quiet->from < quiet->to   ? minute >= quiet->from && minute < quiet->to
           : quiet->from > quiet->to ? minute >= quiet->from || minute < quiet->to
                                     : false;
}

/* Quiet hours begin and end at midnight, `from` and `to` only, so it is enough to look there. */
static int64_t next_border(const struct quiet_hours *quiet, int64_t minute)
{
    int64_t next = DAY_MINUTES;
    if (quiet->from > minute && quiet->from < next)
        next = quiet->from;
    if (quiet->to > minute && quiet->to < next)
        next = quiet->to;
    return next;
}

struct instant quiet_until(const struct quiet_hours *quiet, const struct working_time *time,
                           struct instant now)
{
    struct date day = working_time_date(time, now);
    struct instant midnight = working_time_midnight(time, day);
    int64_t minute = (now.seconds - midnight.seconds) / MINUTE;
    if (!is_quiet(quiet, working_time_is_workday(time, day), minute))
        return now;
    const int64_t last = day.days + QUIET_DAYS_MAX;
    while (day.days < last && is_quiet(quiet, working_time_is_workday(time, day), minute)) {
        minute = next_border(quiet, minute);
        if (minute == DAY_MINUTES) {
            day.days++;
            minute = 0;
        }
    }
    return (struct instant){working_time_midnight(time, day).seconds + minute * MINUTE};
}

static bool is_capped(const struct contact_question *question)
{
    const struct contact_numbers *had = &question->had, *most = &question->most;
    return had->person_day >= most->person_day || had->person_week >= most->person_week ||
           (question->of_organisation && (had->organisation_day >= most->organisation_day ||
                                          had->organisation_week >= most->organisation_week));
}

static struct contact_answer without_letter(const struct contact_question *question, bool capped)
{
    return (struct contact_answer){question->digest_wanted ? CONTACT_DIGEST : CONTACT_PAGES,
                                   question->now, capped};
}

struct contact_answer contact_judge(const struct contact_question *question)
{
    const struct contact_answer now = {CONTACT_NOW, question->now, false};
    if (question->urgent)
        return now;
    if (!question->is_digest && question->wish >= WISH_PAGES)
        return (struct contact_answer){CONTACT_PAGES, question->now, false};
    if (!question->is_digest && question->wish == WISH_DIGEST)
        return without_letter(question, false);
    struct instant until = quiet_until(&question->quiet, question->time, question->now);
    if (until.seconds > question->now.seconds)
        return (struct contact_answer){CONTACT_LATER, until, false};
    return !question->is_digest && is_capped(question) ? without_letter(question, true) : now;
}
