#include "stats/projection.h"

#include <math.h>

/* 90 % quantiles of Student's t for 1, 2 … degrees of freedom. */
static const double student[] = {3.0777, 1.8856, 1.6377, 1.5332};
_Static_assert(sizeof(student) / sizeof(student[0]) == PROJECTION_POINTS_MAX - 2,
               "a quantile for each number of points");

struct fit {
    double mean_x, mean_y, slope, spread; /* Σ(x − x̄)² */
    double error;                         /* s, of one observation */
};

static bool fit_line(const struct projection_point *points, size_t count, bool logs,
                     struct fit *fit)
{
    double n = (double)count, residue = 0;
    *fit = (struct fit){0};
    for (size_t i = 0; i < count; i++) {
        if (logs && points[i].value <= 0)
            return false;
        fit->mean_x += points[i].year / n;
        fit->mean_y += (logs ? log(points[i].value) : points[i].value) / n;
    }
    double together = 0;
    for (size_t i = 0; i < count; i++) {
        double x = points[i].year - fit->mean_x;
        double y = (logs ? log(points[i].value) : points[i].value) - fit->mean_y;
        fit->spread += x * x;
        together += x * y;
    }
    if (fit->spread <= 0)
        return false;
    fit->slope = together / fit->spread;
    for (size_t i = 0; i < count; i++) {
        double y = logs ? log(points[i].value) : points[i].value;
        double off = y - fit->mean_y - fit->slope * (points[i].year - fit->mean_x);
        residue += off * off;
    }
    fit->error = sqrt(residue / (n - 2));
    return true;
}

bool projection_of(const struct projection_point *points, size_t count,
                   enum projection_method method, double year, struct projection *projection)
{
    bool logs = method == PROJECTION_COMPOUND;
    struct fit fit;
    if (count > PROJECTION_POINTS_MAX) {
        points += count - PROJECTION_POINTS_MAX;
        count = PROJECTION_POINTS_MAX;
    }
    if (count < PROJECTION_POINTS_MIN || !fit_line(points, count, logs, &fit))
        return false;
    double away = year - fit.mean_x;
    double middle = fit.mean_y + fit.slope * away;
    double half = student[count - PROJECTION_POINTS_MIN] * fit.error *
                  sqrt(1 + 1 / (double)count + away * away / fit.spread);
    *projection = (struct projection){.value = logs ? exp(middle) : middle,
                                      .range = {logs ? exp(middle - half) : middle - half,
                                                logs ? exp(middle + half) : middle + half},
                                      .slope = logs ? exp(fit.slope) - 1 : fit.slope,
                                      .points = count};
    return isfinite(projection->value) && isfinite(projection->range.low) &&
           isfinite(projection->range.high);
}
