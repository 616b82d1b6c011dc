#include "stats/pace.h"

#include <math.h>

#include "stats/interval.h"

/* 近100 is at most 100: it does not reach 100, where more is better. */
static bool satisfies(const struct pace_input *input, const struct pace_point *point)
{
    double distance = input->direction * (point->value - input->target);
    return point->falls_short ? distance > 0 : distance >= 0;
}

static bool is_own_period(const struct pace_input *input, const struct pace_point *point)
{
    return point->end.days == input->end.days &&
           (input->is_stock || point->start.days >= input->start.days);
}

/* The newest actual before the target's period begins: from there the way is measured. Where it was
 * beyond the target already there is no way, and no base. */
static const struct pace_point *base_of(const struct pace_input *input)
{
    const struct pace_point *base = NULL;
    for (size_t i = 0; i < input->actual_count; i++)
        if (input->actuals[i].end.days < input->start.days)
            base = &input->actuals[i];
    return base && input->direction * (input->target - base->value) > 0 ? base : NULL;
}

static double share_of_way(double from, double to, double now)
{
    return from == to ? 1 : (now - from) / (to - from);
}

static void required_pace(const struct pace_input *input, struct pace *pace)
{
    double now = pace->current->value;
    pace->years_left = (double)(input->end.days - pace->current->end.days) / 365.2425;
    if (pace->years_left < 0.01 || pace->state == TARGET_MET)
        return;
    if (input->additive_level) {
        if (now <= 0 || input->target <= 0)
            return;
        pace->required = 100 * (pow(input->target / now, 1 / pace->years_left) - 1);
    } else
        pace->required = (input->target - now) / pace->years_left;
    pace->has_required = isfinite(pace->required);
}

static void judge_miss(const struct pace_input *input, struct pace *pace)
{
    const struct pace_point *base = base_of(input);
    /* Where no way can be measured, the miss is compared with the target itself. */
    double miss = fabs(input->target - pace->current->value);
    double share = base            ? share_of_way(base->value, input->target, pace->current->value)
                   : input->target ? 1 - miss / fabs(input->target)
                                   : 0;
    bool near = share >= PACE_NEAR_SHARE;
    pace->state = near ? TARGET_BEHIND : TARGET_FAR_BEHIND;
    pace->reason = near ? REASON_OWN_PERIOD_NEAR : REASON_OWN_PERIOD_FAR;
}

/* Behind a target that it had passed before the period began. */
static void judge_fallen_back(const struct pace_input *input, struct pace *pace)
{
    judge_miss(input, pace);
    pace->reason = REASON_FALLEN_BACK;
}

static void judge_own_period(const struct pace_input *input, struct pace *pace)
{
    if (satisfies(input, pace->current)) {
        pace->state = TARGET_MET;
        pace->reason = REASON_OWN_PERIOD_MET;
    } else
        judge_miss(input, pace);
}

/* Inside the target's period, with an actual from inside it: compare the way made with the time. */
static void judge_pace(const struct pace_input *input, const struct pace_point *base,
                       struct pace *pace)
{
    pace->elapsed = (double)(pace->current->end.days - base->end.days) /
                    (double)(input->end.days - base->end.days);
    pace->progress = share_of_way(base->value, input->target, pace->current->value);
    pace->reason = REASON_PACE;
    pace->state = pace->progress >= pace->elapsed                       ? TARGET_ON_PACE
                  : pace->progress >= PACE_BEHIND_SHARE * pace->elapsed ? TARGET_BEHIND
                                                                        : TARGET_FAR_BEHIND;
}

static void judge(const struct pace_input *input, struct pace *pace)
{
    const struct pace_point *base = base_of(input);
    if (is_own_period(input, pace->current))
        judge_own_period(input, pace);
    else if (input->is_stock && satisfies(input, pace->current)) {
        pace->state = TARGET_MET;
        pace->reason = REASON_STOCK_MET_EARLY;
    } else if (input->today.days > input->end.days) {
        pace->state = TARGET_AWAITING;
        pace->reason = REASON_AFTER_END;
    } else if (input->is_stock && pace->current->end.days >= input->start.days) {
        if (base)
            judge_pace(input, base, pace);
        else
            judge_fallen_back(input, pace);
    } else {
        pace->state = TARGET_AWAITING;
        pace->reason = REASON_YEARLY;
    }
}

struct pace pace_of(const struct pace_input *input)
{
    struct pace pace = {TARGET_UNKNOWN, REASON_NO_DIRECTION, NULL, 0, 0, false, 0, 0, 0};
    for (size_t i = 0; i < input->actual_count; i++)
        if (input->actuals[i].end.days <= input->end.days)
            pace.current = &input->actuals[i];
    if (pace.current)
        pace.gap = decimal_difference(input->target, pace.current->value);
    if (!input->direction)
        return pace;
    if (!pace.current) {
        pace.reason = REASON_NO_ACTUAL;
        return pace;
    }
    judge(input, &pace);
    required_pace(input, &pace);
    return pace;
}
