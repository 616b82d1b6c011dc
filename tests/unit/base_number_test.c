/* Numbers: written as short as possible, read back as the same number, refused when unclear. */
#include "base/number.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "unit/unit.h"

static struct arena arena;

static int forget(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static struct str written(double number)
{
    struct buf out = {.arena = &arena};
    buf_real(&out, number);
    return buf_str(&out);
}

static struct str written_int(int64_t number)
{
    struct buf out = {.arena = &arena};
    buf_int(&out, number);
    return buf_str(&out);
}

static void whole_numbers_are_read_back(void **state)
{
    (void)state;
    uint64_t seed = 1;
    static const int64_t edges[] = {0, 1, -1, 9, 10, -10, INT64_MAX, INT64_MIN, INT64_MIN + 1};
    for (size_t i = 0; i < 20000; i++) {
        int64_t number = i < COUNT(edges) ? edges[i] : (int64_t)unit_random(&seed) >> i % 64, again;
        assert_true(int_parse(written_int(number), &again));
        assert_int_equal(again, number);
        assert_int_equal(strtoll(arena_str(&arena, written_int(number)).data, NULL, 10), number);
    }
}

static void whole_numbers_out_of_range_are_refused(void **state)
{
    (void)state;
    int64_t number;
    assert_true(int_parse(STR("9223372036854775807"), &number));
    assert_false(int_parse(STR("9223372036854775808"), &number));
    assert_true(int_parse(STR("-9223372036854775808"), &number));
    assert_false(int_parse(STR("-9223372036854775809"), &number));
    assert_false(int_parse(STR("92233720368547758070"), &number));
    assert_false(int_parse(STR("18446744073709551617"), &number));
}

static void what_is_no_whole_number_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",   "-",   "+1",  " 1",  "1 ", "1.0", "01",
                                        "00", "-01", "1e3", "0x1", "１", "--1", "1,000"};
    int64_t number;
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (int_parse(str_of(wrong[i]), &number))
            fail_msg("\"%s\" was read", wrong[i]);
    assert_false(int_parse(STR_NONE, &number));
}

static void numbers_are_read_back_exactly(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = unit_random(&seed);
        double number, again;
        memcpy(&number, &bits, sizeof(number));
        if (!isfinite(number))
            continue;
        assert_true(real_parse(written(number), &again));
        assert_true(again == number);
        if (i % 1000 == 0)
            arena_reset(&arena);
    }
}

static void decimals_are_written_as_people_write_them(void **state)
{
    (void)state;
    assert_str(written(2.82), "2.82");
    assert_str(written(0.1), "0.1");
    assert_str(written(0.1 + 0.2), "0.30000000000000004");
    assert_str(written(-4.5), "-4.5");
    assert_str(written(80000000000), "80000000000");
    assert_str(written(1e21), "1e+21");
    assert_str(written(0), "0");
    assert_str(written(-0.0), "0");
    assert_str(written(100), "100");
    assert_str(written(5e-324), "5e-324");
    for (int cents = -100000; cents <= 100000; cents++) { /* any figure with two decimals */
        char *end;
        struct str text = arena_str(&arena, written(cents / 100.0));
        assert_true(text.length <= strlen("-1000.00"));
        assert_true(strtod(text.data, &end) == cents / 100.0 && !*end);
    }
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",      "-",
        "+1",    ".5",
        "5.",    "1e",
        "1e+",   "01",
        "1.5 ",  "nan",
        "inf",   "1,5",
        "1e400", "-1e400",
        "0x1p3", "1_0",
        "--1.5", "1.5.5",
        "1e5e5", "0.00000000000000000000000000000000000000000000000000000000000000001"};
    double number;
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (real_parse(str_of(wrong[i]), &number))
            fail_msg("\"%s\" was read", wrong[i]);
    assert_false(real_parse(STR_NONE, &number));
    assert_true(real_parse(STR("1E-3"), &number) && number == 0.001);
    assert_true(real_parse(STR("-0.50e+1"), &number) && number == -5);
}

/* Against the published test vectors of FNV-1a. */
static void the_hash_is_fnv_1a(void **state)
{
    (void)state;
    assert_true(hash_bytes(HASH_SEED, "", 0) == UINT64_C(0xcbf29ce484222325));
    assert_true(hash_bytes(HASH_SEED, "a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(hash_bytes(HASH_SEED, "foobar", 6) == UINT64_C(0x85944171f73967e8));
    assert_true(hash_bytes(hash_bytes(HASH_SEED, "foo", 3), "bar", 3) ==
                hash_bytes(HASH_SEED, "foobar", 6));
}

#define T(test) cmocka_unit_test_teardown(test, forget)
UNIT_GROUP(number, T(whole_numbers_are_read_back), T(whole_numbers_out_of_range_are_refused),
           T(what_is_no_whole_number_is_refused), T(numbers_are_read_back_exactly),
           T(decimals_are_written_as_people_write_them), T(what_is_no_number_is_refused),
           T(the_hash_is_fnv_1a))
