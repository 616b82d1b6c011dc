/* UTF-8, against tables 3-6 and 3-7 of the Unicode standard, written out. */
#include "base/utf8.h"

#include "unit/unit.h"

static bool within(unsigned char byte, int low, int high)
{
    return byte >= low && byte <= high;
}

/* The oracle: length of a well-formed sequence at the start, or 0. */
static size_t well_formed(const unsigned char *p, size_t left)
{
    static const struct {
        size_t length;
        int first_low, first_high, second_low, second_high;
    } rows[] = {
        {1, 0x01, 0x7F, 0, 0},       {2, 0xC2, 0xDF, 0x80, 0xBF}, {3, 0xE0, 0xE0, 0xA0, 0xBF},
        {3, 0xE1, 0xEC, 0x80, 0xBF}, {3, 0xED, 0xED, 0x80, 0x9F}, {3, 0xEE, 0xEF, 0x80, 0xBF},
        {4, 0xF0, 0xF0, 0x90, 0xBF}, {4, 0xF1, 0xF3, 0x80, 0xBF}, {4, 0xF4, 0xF4, 0x80, 0x8F}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t length = rows[i].length;
        if (!within(*p, rows[i].first_low, rows[i].first_high) || left < length)
            continue;
        bool good = length < 2 || within(p[1], rows[i].second_low, rows[i].second_high);
        for (size_t k = 2; k < length; k++)
            good = good && within(p[k], 0x80, 0xBF);
        if (good)
            return length;
    }
    return 0;
}

static size_t oracle(const unsigned char *text, size_t length)
{
    size_t at = 0, step;
    while (at < length && (step = well_formed(text + at, length - at)))
        at += step;
    return at;
}

static void assert_as_the_oracle(const unsigned char *text, size_t length)
{
    assert_int_equal(utf8_check((struct str){(const char *)text, length}), oracle(text, length));
}

static void every_sequence_of_up_to_three_bytes_is_judged_right(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 1U << 24; n++) {
        unsigned char text[] = {(unsigned char)(n >> 16), (unsigned char)(n >> 8),
                                (unsigned char)n};
        struct str str = {(const char *)text, 3};
        if (utf8_check(str) != oracle(text, 3))
            fail_msg("%02x %02x %02x", text[0], text[1], text[2]);
    }
}

/* The edges of every row of the table and bytes beside them; four of them in a row. */
static void sequences_of_four_bytes_are_judged_right(void **state)
{
    (void)state;
    static const unsigned char edges[] = {0x00, 0x01, 0x41, 0x7F, 0x80, 0x81, 0x8F, 0x90, 0x9F,
                                          0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
                                          0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};
    enum { N = COUNT(edges) };
    for (size_t n = 0; n < (size_t)N * N * N * N; n++) {
        unsigned char text[] = {edges[n % N], edges[n / N % N], edges[n / N / N % N],
                                edges[n / N / N / N]};
        assert_as_the_oracle(text, 4);
    }
}

static size_t encode(uint32_t point, char *out)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = length - 1; i > 0; i--, point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3F));
    out[0] = (char)(lead[length] | point);
    return length;
}

static void every_code_point_is_decoded(void **state)
{
    (void)state;
    for (uint32_t point = 1; point <= 0x10FFFF; point++) {
        if (point >= 0xD800 && point <= 0xDFFF)
            continue;
        char text[4];
        struct str str = {text, encode(point, text)};
        size_t at = 0;
        assert_true(utf8_check(str) == str.length);
        assert_true(utf8_next(str, &at) == point && at == str.length);
    }
}

static void texts_are_counted_in_code_points(void **state)
{
    (void)state;
    struct str text = STR("a科技𠀀é");
    assert_int_equal(utf8_count(text), 5);
    assert_int_equal(utf8_offset(text, 0), 0);
    assert_int_equal(utf8_offset(text, 2), 4);
    assert_int_equal(utf8_offset(text, 4), 11);
    assert_int_equal(utf8_offset(text, 5), text.length);
    assert_int_equal(utf8_offset(text, 99), text.length);
    assert_int_equal(utf8_count(STR_NONE), 0);
    assert_int_equal(utf8_check(STR_NONE), 0);
}

UNIT_GROUP(utf8, cmocka_unit_test(every_sequence_of_up_to_three_bytes_is_judged_right),
           cmocka_unit_test(sequences_of_four_bytes_are_judged_right),
           cmocka_unit_test(every_code_point_is_decoded),
           cmocka_unit_test(texts_are_counted_in_code_points))
