#include "base/credit_code.h"

#include <ctype.h>

static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
enum { BASE = sizeof(alphabet) - 1, ORGANISATION = 8, ORGANISATION_CHECK = 16, CHECK = 17 };

/* Its number in the alphabet, or -1. */
static int number_of(char character)
{
    const char *at = character ? strchr(alphabet, character) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

/* Weights are the powers of 3 modulo 31. */
static char check_of(const char *code)
{
    int sum = 0, weight = 1;
    for (int i = 0; i < CHECK; i++) {
        sum += number_of(code[i]) * weight;
        weight = weight * 3 % BASE;
    }
    return alphabet[(BASE - sum % BASE) % BASE];
}

/* GB 11714: letters count from A = 10 in the whole alphabet; 10 is written X. */
static char organisation_check_of(const char *code)
{
    static const int weights[] = {3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < (int)COUNT(weights); i++) {
        char character = code[ORGANISATION + i];
        sum += weights[i] *
               (isdigit((unsigned char)character) ? character - '0' : character - 'A' + 10);
    }
    static const char checks[] = "0X987654321"; /* by the sum's remainder */
    return checks[sum % 11];
}

enum credit_code_fault credit_code_check(struct str code)
{
    if (code.length != CREDIT_CODE_LENGTH)
        return CREDIT_CODE_LENGTH_WRONG;
    for (size_t i = 0; i < CREDIT_CODE_LENGTH; i++)
        if (number_of(code.data[i]) < 0)
            return CREDIT_CODE_CHARACTER;
    if (check_of(code.data) != code.data[CHECK])
        return CREDIT_CODE_CHECK;
    return organisation_check_of(code.data) == code.data[ORGANISATION_CHECK]
               ? CREDIT_CODE_GOOD
               : CREDIT_CODE_ORGANISATION_CHECK;
}

static bool is_good(const char *code)
{
    return credit_code_check((struct str){code, CREDIT_CODE_LENGTH}) == CREDIT_CODE_GOOD;
}

/* Letters that the alphabet does not have are read as what they look like. */
static char look_alike(char character)
{
    static const char from[] = "OISZV", to[] = "015"
                                               "2"
                                               "U";
    const char *at = character ? strchr(from, character) : NULL;
    if (at)
        character = to[at - from];
    return character;
}

struct candidates {
    char found[CREDIT_CODE_LENGTH + 1];
    int count;
};

static void consider(struct candidates *candidates, const char *code)
{
    if (!is_good(code) || (candidates->count && strcmp(candidates->found, code) == 0))
        return;
    if (!candidates->count++)
        memcpy(candidates->found, code, CREDIT_CODE_LENGTH + 1);
}

static void try_exchanges(struct candidates *candidates, char *code)
{
    for (size_t i = 0; i + 1 < CREDIT_CODE_LENGTH; i++) {
        char first = code[i], second = code[i + 1];
        code[i] = second;
        code[i + 1] = first;
        consider(candidates, code);
        code[i] = first;
        code[i + 1] = second;
    }
}

static void try_one(struct candidates *candidates, char *code, size_t at)
{
    char was = code[at];
    for (const char *p = alphabet; *p; p++) {
        code[at] = *p;
        consider(candidates, code);
    }
    code[at] = was;
}

/* Copies what is between spaces and dashes, in capitals; false when it is not 18 characters. */
static bool tidy(struct str code, char text[CREDIT_CODE_LENGTH + 1])
{
    size_t length = 0;
    for (size_t i = 0; i < code.length; i++) {
        char character = (char)toupper((unsigned char)code.data[i]);
        if (character == ' ' || character == '-')
            continue;
        if (length == CREDIT_CODE_LENGTH)
            return false;
        text[length++] = character;
    }
    text[length] = '\0';
    return length == CREDIT_CODE_LENGTH;
}

bool credit_code_suggest(struct str code, char suggestion[CREDIT_CODE_LENGTH + 1])
{
    char text[CREDIT_CODE_LENGTH + 1];
    struct candidates candidates = {.count = 0};
    if (!tidy(code, text))
        return false;
    for (size_t i = 0; i < CREDIT_CODE_LENGTH; i++)
        text[i] = look_alike(text[i]);
    consider(&candidates, text);
    if (!candidates.count)
        try_one(&candidates, text, CHECK); /* the last is what people get wrong alone */
    if (!candidates.count)
        try_exchanges(&candidates, text);
    if (!candidates.count)
        for (size_t i = 0; i < CHECK; i++)
            try_one(&candidates, text, i);
    if (candidates.count != 1)
        return false;
    memcpy(suggestion, candidates.found, CREDIT_CODE_LENGTH + 1);
    return true;
}
