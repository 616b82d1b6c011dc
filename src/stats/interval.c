#include "stats/interval.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

double last_digit_unit(double value)
{
    /* 15 significant digits are what a double keeps of a decimal: %e shows them all. */
    char text[32];
    snprintf(text, sizeof(text), "%.14e", fabs(value));
    int last = 0;
    for (int i = 2; i < 16; i++) /* digits after "d." */
        if (text[i] != '0')
            last = i - 1;
    long exponent = strtol(text + 17, NULL, 10);
    return value == 0 ? 1 : pow(10, (double)(exponent - last));
}

double decimal_difference(double a, double b)
{
    double unit = fmin(last_digit_unit(a), last_digit_unit(b));
    if (unit >= 1)
        return a - b;
    char text[64];
    snprintf(text, sizeof(text), "%.*f", (int)lround(-log10(unit)), a - b);
    return strtod(text, NULL);
}

const char *const approximation_names[] = {"exact", "about", "over", "under", NULL};

enum approximation approximation_of(struct str name)
{
    for (int i = 0; approximation_names[i]; i++)
        if (str_is(name, approximation_names[i]))
            return (enum approximation)i;
    return APPROXIMATION_EXACT;
}

struct interval interval_of(double value, enum approximation approximation)
{
    double half = last_digit_unit(value) / 2;
    switch (approximation) {
    case APPROXIMATION_ABOUT:
        return (struct interval){value - half, value + half};
    case APPROXIMATION_OVER:
        return (struct interval){value, INFINITY};
    case APPROXIMATION_UNDER:
        return (struct interval){-INFINITY, value};
    case APPROXIMATION_EXACT:
        break;
    }
    return (struct interval){value, value};
}
