/* Unified social credit codes: what is one, and what was probably meant by what is none. */
#include "base/credit_code.h"
#include "unit/unit.h"

enum { CODES = 300 };
static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/* A valid code that begins with 16 characters made up from the seed: both checks are tried out. */
static void make_code(uint64_t *seed, char code[CREDIT_CODE_LENGTH + 1])
{
    for (size_t i = 0; i < CREDIT_CODE_LENGTH; i++)
        code[i] = alphabet[unit_random(seed) % (sizeof(alphabet) - 1)];
    code[CREDIT_CODE_LENGTH] = '\0';
    for (const char *check = "0123456789X"; *check; check++)
        for (const char *last = alphabet; *last; last++) {
            code[16] = *check;
            code[17] = *last;
            if (credit_code_check(str_of(code)) == CREDIT_CODE_GOOD)
                return;
        }
    fail_msg("no check characters fit %s", code);
}

static void known_codes_are_judged_right(void **state)
{
    static const struct {
        const char *code;
        enum credit_code_fault fault;
    } cases[] = {{"91350100M000100Y43", CREDIT_CODE_GOOD},
                 {"91350100M000100Y4Z", CREDIT_CODE_CHARACTER},
                 {"91350100M000100Y42", CREDIT_CODE_CHECK},
                 {"91350100M000100Y4", CREDIT_CODE_LENGTH_WRONG},
                 {"91350100M000100Y433", CREDIT_CODE_LENGTH_WRONG},
                 {"", CREDIT_CODE_LENGTH_WRONG},
                 {"91350100m000100Y43", CREDIT_CODE_CHARACTER},
                 {"9135O100M000100Y43", CREDIT_CODE_CHARACTER},
                 {"91350100M000 00Y43", CREDIT_CODE_CHARACTER}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (credit_code_check(str_of(cases[i].code)) != cases[i].fault)
            fail_msg("%s", cases[i].code);
    assert_int_equal(credit_code_check(STR_NONE), CREDIT_CODE_LENGTH_WRONG);
    struct str with_nul = {"91350100M000100Y4\0", CREDIT_CODE_LENGTH};
    assert_int_equal(credit_code_check(with_nul), CREDIT_CODE_CHARACTER);
}

/* The 18th character speaks for the 17 before it, also where the 17th does not fit the 8 before. */
static void both_checks_are_made(void **state)
{
    uint64_t seed = 7;
    char code[CREDIT_CODE_LENGTH + 1];
    int seen = 0;
    (void)state;
    make_code(&seed, code);
    code[16] = code[16] == '5' ? '6' : '5';
    for (const char *last = alphabet; *last; last++) {
        code[17] = *last;
        enum credit_code_fault fault = credit_code_check(str_of(code));
        assert_true(fault == CREDIT_CODE_CHECK || fault == CREDIT_CODE_ORGANISATION_CHECK);
        seen += fault == CREDIT_CODE_ORGANISATION_CHECK;
    }
    assert_int_equal(seen, 1);
}

static void one_mistaken_character_is_always_found(void **state)
{
    uint64_t seed = 1;
    char code[CREDIT_CODE_LENGTH + 1];
    (void)state;
    for (int n = 0; n < CODES; n++) {
        make_code(&seed, code);
        for (size_t i = 0; i < CREDIT_CODE_LENGTH; i++) {
            char was = code[i];
            for (const char *p = alphabet; *p; p++) {
                code[i] = *p;
                if (*p != was && credit_code_check(str_of(code)) == CREDIT_CODE_GOOD)
                    fail_msg("%s is good, and so was %c at %zu", code, was, i);
            }
            code[i] = was;
        }
    }
}

static void neighbours_exchanged_are_always_found(void **state)
{
    uint64_t seed = 2;
    char code[CREDIT_CODE_LENGTH + 1];
    (void)state;
    for (int n = 0; n < CODES; n++) {
        make_code(&seed, code);
        for (size_t i = 0; i + 1 < CREDIT_CODE_LENGTH; i++) {
            char first = code[i], second = code[i + 1];
            code[i] = second;
            code[i + 1] = first;
            if (first != second && credit_code_check(str_of(code)) == CREDIT_CODE_GOOD)
                fail_msg("%s is good with two exchanged at %zu", code, i);
            code[i] = first;
            code[i + 1] = second;
        }
    }
}

static void likely_slips_are_put_right(void **state)
{
    static const char *const slips[] = {"91350100M000100Y4Z",    "91350100M000100Y42",
                                        "91350100m000100y43",    "9135O1OOMOOO1OOY43",
                                        "91350100-M000100Y4-3",  " 91350100M000100Y43",
                                        "9135 0100 M000 100Y 43"};
    char suggestion[CREDIT_CODE_LENGTH + 1];
    (void)state;
    for (size_t i = 0; i < COUNT(slips); i++) {
        bool known = credit_code_suggest(str_of(slips[i]), suggestion);
        if (!known || strcmp(suggestion, "91350100M000100Y43") != 0)
            fail_msg("%s: %s", slips[i], known ? suggestion : "nothing");
    }
    static const char *const hopeless[] = {"", "91350100M000100Y4", "91350100M000100Y433",
                                           "000000000000000001", "------------------"};
    for (size_t i = 0; i < COUNT(hopeless); i++)
        if (credit_code_suggest(str_of(hopeless[i]), suggestion) &&
            credit_code_check(str_of(suggestion)) != CREDIT_CODE_GOOD)
            fail_msg("%s: %s is no code", hopeless[i], suggestion);
    assert_false(credit_code_suggest(STR_NONE, suggestion));
}

/* Whatever is suggested is a code, and one slip away from what was written. */
static void suggestions_are_good_and_near(void **state)
{
    uint64_t seed = 3;
    char code[CREDIT_CODE_LENGTH + 1], suggestion[CREDIT_CODE_LENGTH + 1];
    int suggested = 0;
    (void)state;
    for (int n = 0; n < CODES; n++) {
        make_code(&seed, code);
        size_t at = unit_random(&seed) % CREDIT_CODE_LENGTH;
        code[at] = alphabet[unit_random(&seed) % (sizeof(alphabet) - 1)];
        if (!credit_code_suggest(str_of(code), suggestion))
            continue;
        suggested++;
        assert_int_equal(credit_code_check(str_of(suggestion)), CREDIT_CODE_GOOD);
        size_t differ = 0, first = 0;
        for (size_t i = 0; i < CREDIT_CODE_LENGTH; i++)
            if (code[i] != suggestion[i] && !differ++)
                first = i;
        assert_true(differ <= 1 || (differ == 2 && code[first] == suggestion[first + 1] &&
                                    code[first + 1] == suggestion[first]));
    }
    assert_true(suggested > 0);
}

UNIT_GROUP(credit_code, cmocka_unit_test(known_codes_are_judged_right),
           cmocka_unit_test(both_checks_are_made),
           cmocka_unit_test(one_mistaken_character_is_always_found),
           cmocka_unit_test(neighbours_exchanged_are_always_found),
           cmocka_unit_test(likely_slips_are_put_right),
           cmocka_unit_test(suggestions_are_good_and_near))
