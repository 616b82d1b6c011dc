#include "stats/gcj02.h"

#include <math.h>
#include <stdbool.h>

/* Krasovsky 1940. */
#define SEMI_MAJOR_AXIS      6378245.0
#define ECCENTRICITY_SQUARED 0.00669342162296594323
enum { STEPS_MAX = 32 }; /* each takes three digits; a few are enough */
#define NEAR_ENOUGH 1e-10

static bool is_shifted(struct position p)
{
    return p.longitude > 73.66 && p.longitude < 135.05 && p.latitude > 3.86 && p.latitude < 53.55;
}

static double ripple(double x)
{
    return (20 * sin(6 * x * M_PI) + 20 * sin(2 * x * M_PI)) * (2.0 / 3);
}

static double waves(double x, double a, double b, double near, double far)
{
    return (20 * sin(x * M_PI) + 40 * sin(x / 3 * M_PI) + a * sin(x / near * M_PI) +
            b * sin(x / far * M_PI)) *
           (2.0 / 3);
}

/* Metres, as a function of the degrees east of 105° and north of 35°. */
static double northwards(double x, double y)
{
    double base = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x));
    return base + ripple(x) + waves(y, 160, 320, 12, 30);
}

static double eastwards(double x, double y)
{
    double base = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x));
    return base + ripple(x) + waves(x, 150, 300, 12, 30);
}

/* Of a point inside of the box, or of a guess beside it. */
static struct position shift(struct position p)
{
    double x = p.longitude - 105, y = p.latitude - 35, radians = p.latitude / 180 * M_PI;
    double w = 1 - ECCENTRICITY_SQUARED * sin(radians) * sin(radians);
    double meridian = SEMI_MAJOR_AXIS * (1 - ECCENTRICITY_SQUARED) / (w * sqrt(w));
    double parallel = SEMI_MAJOR_AXIS / sqrt(w) * cos(radians);
    return (struct position){p.longitude + eastwards(x, y) * 180 / (parallel * M_PI),
                             p.latitude + northwards(x, y) * 180 / (meridian * M_PI)};
}

struct position gcj02_of_wgs84(struct position wgs84)
{
    return is_shifted(wgs84) ? shift(wgs84) : wgs84;
}

/* The shift changes slowly, so to take away the shift of the guess brings the guess nearer. */
struct position wgs84_of_gcj02(struct position gcj02)
{
    struct position guess = gcj02;
    for (int step = 0; step < STEPS_MAX; step++) {
        struct position there = shift(guess);
        double east = there.longitude - gcj02.longitude, north = there.latitude - gcj02.latitude;
        guess.longitude -= east;
        guess.latitude -= north;
        if (fabs(east) < NEAR_ENOUGH && fabs(north) < NEAR_ENOUGH)
            break;
    }
    return is_shifted(guess) ? guess : gcj02; /* what nothing was shifted to stands where it was */
}
