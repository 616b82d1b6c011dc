#include "stats/units.h"

#include <math.h>

/* Prefixes, the longer first. */
static const struct {
    struct str text;
    double scale;
} prefixes[] = {
    {STR_INIT("万亿"), 1e12}, {STR_INIT("千亿"), 1e11}, {STR_INIT("百亿"), 1e10},
    {STR_INIT("十亿"), 1e9},  {STR_INIT("千万"), 1e7},  {STR_INIT("百万"), 1e6},
    {STR_INIT("十万"), 1e5},  {STR_INIT("亿"), 1e8},    {STR_INIT("万"), 1e4},
    {STR_INIT("千"), 1e3},    {STR_INIT("百"), 1e2},
};
/* Words that begin like a prefix and are none. */
static const struct str words[] = {STR_INIT("千瓦时"), STR_INIT("千瓦"),   STR_INIT("千米"),
                                   STR_INIT("千克"),   STR_INIT("百分点"), STR_INIT("百分")};
static const struct {
    struct str text;
    double scale;
} numbers[] = {{STR_INIT("%"), 0.01},
               {STR_INIT("百分点"), 0.01},
               {STR_INIT("‰"), 0.001},
               {STR_INIT("倍"), 1},
               {STR_INIT("1"), 1}};

static int compare_names(struct str a, struct str b)
{
    int difference = memcmp(a.data, b.data, a.length < b.length ? a.length : b.length);
    return difference ? difference : (a.length > b.length) - (a.length < b.length);
}

/* Multiplies a unit by a thing to some power. */
static bool add_thing(struct unit *unit, struct str name, int power)
{
    size_t at = 0;
    while (at < unit->count && compare_names(unit->things[at].name, name) < 0)
        at++;
    if (at < unit->count && str_equal(unit->things[at].name, name)) {
        unit->things[at].power += power;
        if (!unit->things[at].power) {
            unit->count--;
            memmove(&unit->things[at], &unit->things[at + 1],
                    (unit->count - at) * sizeof(unit->things[0]));
        }
        return true;
    }
    if (unit->count == UNIT_THINGS_MAX)
        return false;
    memmove(&unit->things[at + 1], &unit->things[at], (unit->count - at) * sizeof(unit->things[0]));
    unit->things[at].name = name;
    unit->things[at].power = power;
    unit->count++;
    return true;
}

/* 台(套) and 台（套） are 台. */
static struct str without_parentheses(struct str name)
{
    static const struct str wide = STR_INIT("（");
    for (size_t at = 1; at < name.length; at++)
        if (name.data[at] == '(' || str_starts(str_skip(name, at), wide))
            return str_first(name, at);
    return name;
}

static bool is_word(struct str text)
{
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_starts(text, words[i]))
            return true;
    return false;
}

static bool read_part(struct str part, bool below, struct unit *unit)
{
    part = without_parentheses(part);
    for (size_t i = 0; i < COUNT(prefixes) && !is_word(part); i++)
        if (part.length > prefixes[i].text.length && str_starts(part, prefixes[i].text)) {
            unit->scale *= below ? 1 / prefixes[i].scale : prefixes[i].scale;
            part = str_skip(part, prefixes[i].text.length);
            break;
        }
    for (size_t i = 0; i < COUNT(numbers); i++)
        if (str_equal(part, numbers[i].text)) {
            unit->scale *= below ? 1 / numbers[i].scale : numbers[i].scale;
            return true;
        }
    return !part.length || add_thing(unit, part, below ? -1 : 1);
}

bool unit_parse(struct str text, struct unit *unit)
{
    struct str rest = text, part;
    bool below = false;
    *unit = UNIT_ONE;
    while (str_cut(&rest, '/', &part)) {
        if (!read_part(part, below, unit))
            return false;
        below = true;
    }
    return true;
}

bool unit_combine(const struct unit *a, const struct unit *b, bool divided, struct unit *result)
{
    struct unit product = *a;
    product.scale = divided ? a->scale / b->scale : a->scale * b->scale;
    for (size_t i = 0; i < b->count; i++)
        if (!add_thing(&product, b->things[i].name,
                       divided ? -b->things[i].power : b->things[i].power))
            return false;
    *result = product;
    return true;
}

bool unit_same_things(const struct unit *a, const struct unit *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!str_equal(a->things[i].name, b->things[i].name) ||
            a->things[i].power != b->things[i].power)
            return false;
    return true;
}

static void print_things(struct buf *out, const struct unit *unit, bool below)
{
    bool first = true;
    for (size_t i = 0; i < unit->count; i++) {
        int power = below ? -unit->things[i].power : unit->things[i].power;
        if (power < 1)
            continue;
        if (!first)
            buf_add(out, STR("·"));
        buf_add(out, unit->things[i].name);
        if (power > 1)
            buf_print(out, "^%d", power);
        first = false;
    }
    if (first && !below && fabs(unit->scale - 1) < 1e-12)
        buf_char(out, '1');
}

void unit_print(struct buf *out, const struct unit *unit)
{
    bool has_below = false;
    for (size_t i = 0; i < unit->count; i++)
        has_below = has_below || unit->things[i].power < 0;
    if (fabs(unit->scale - 1) > 1e-12)
        buf_print(out, "%g%s", unit->scale, unit->count ? " " : "");
    print_things(out, unit, false);
    if (has_below) {
        buf_char(out, '/');
        print_things(out, unit, true);
    }
}
