/* Makes src/text's tables out of ICU, at build time: ICU is not linked into the program.
 *
 *   text_tables > build/generated/fold.table.h
 *   text_tables src/text/polyphones.csv > build/generated/pinyin.table.h
 *
 * For each code point: what it folds to (NFKC with case folded, traditional characters simplified,
 * Latin, Greek and Cyrillic letters without their accents, white space and controls a space) and
 * what class of character it is; or how it reads in pinyin. Each is a two-stage table: blocks of 64
 * code points, equal blocks stored once. Our own readings of words come from the CSV file. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

enum {
    POINTS = 0x110000,
    BLOCK = 64,
    LONGEST = 24,
    FOLD_MAX = 6,
    SYLLABLES_MAX = 512,
    WORDS_MAX = 1000,
    ROUNDS = 6
};
/* As src/text/fold.h has them. */
enum char_class { CHAR_OTHER, CHAR_SPACE, CHAR_WORD, CHAR_IDEOGRAPH };
enum { CHAR_SHIFT = 29, POOL_BIT = 1 << 28, POOL_LENGTH_SHIFT = 20, STARTS_WORD = 0x8000 };

static const UNormalizer2 *nfkc_casefold, *nfd;
static UTransliterator *simplify, *to_pinyin;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "text_tables: %s: %s\n", what, why);
    exit(1);
}

static void check(const char *what, UErrorCode code)
{
    if (U_FAILURE(code))
        die(what, u_errorName(code));
}

static UTransliterator *open_rules(const char *id)
{
    UChar name[80];
    UErrorCode code = U_ZERO_ERROR;
    u_uastrcpy(name, id);
    UTransliterator *opened = utrans_openU(name, -1, UTRANS_FORWARD, NULL, 0, NULL, &code);
    check(id, code);
    return opened;
}

static int32_t transform(const UTransliterator *with, UChar *text, int32_t length)
{
    UErrorCode code = U_ZERO_ERROR;
    int32_t limit = length, size = LONGEST * 2;
    utrans_transUChars(with, text, &length, size, 0, &limit, &code);
    check("transliteration", code);
    return length;
}

static bool loses_accents(UChar32 point)
{
    UErrorCode code = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript(point, &code);
    return script == USCRIPT_LATIN || script == USCRIPT_GREEK || script == USCRIPT_CYRILLIC;
}

/* Letters of the scripts with accents lose them; an accent that stands alone goes. */
static int32_t drop_accents(UChar *text, int32_t length)
{
    UChar out[LONGEST * 2], parts[LONGEST];
    int32_t at = 0, count = 0;
    while (at < length) {
        UChar32 point;
        UErrorCode code = U_ZERO_ERROR;
        int32_t from = at, part_count;
        U16_NEXT(text, at, length, point);
        if (point >= 0x300 && point <= 0x36F)
            continue;
        if (!loses_accents(point)) {
            memcpy(out + count, text + from, (size_t)(at - from) * sizeof(*out));
            count += at - from;
            continue;
        }
        part_count = unorm2_normalize(nfd, text + from, at - from, parts, LONGEST, &code);
        check("NFD", code);
        for (int32_t i = 0; i < part_count; i++)
            if (u_charType(parts[i]) != U_NON_SPACING_MARK)
                out[count++] = parts[i];
    }
    memcpy(text, out, (size_t)count * sizeof(*out));
    return count;
}

static int32_t spaces(UChar *text, int32_t length)
{
    for (int32_t i = 0; i < length; i++)
        if (u_isUWhiteSpace(text[i]) || u_charType(text[i]) == U_CONTROL_CHAR)
            text[i] = ' ';
    return length;
}

/* Folds until nothing changes any more, so that folding twice is folding once. */
static int32_t fold(UChar32 point, UChar32 folded[LONGEST])
{
    UChar text[LONGEST * 2], before[LONGEST * 2], next[LONGEST * 2];
    int32_t length = 0, count = 0, at = 0;
    U16_APPEND_UNSAFE(text, length, point);
    for (int round = 0; round < ROUNDS; round++) {
        UErrorCode code = U_ZERO_ERROR;
        int32_t was = length;
        memcpy(before, text, (size_t)length * sizeof(*text));
        length = unorm2_normalize(nfkc_casefold, text, length, next, LONGEST * 2, &code);
        check("NFKC", code);
        memcpy(text, next, (size_t)length * sizeof(*text));
        if (length > LONGEST)
            break;
        length = spaces(text, drop_accents(text, transform(simplify, text, length)));
        if (length == was && memcmp(before, text, (size_t)length * sizeof(*text)) == 0)
            break;
    }
    if (length > LONGEST)
        length = 0;
    for (UChar32 next_point; at < length && count < LONGEST; count++) {
        U16_NEXT(text, at, length, next_point);
        folded[count] = next_point;
    }
    if (count <= FOLD_MAX && (count || length == 0))
        return count;
    folded[0] = point; /* the Arabic ligatures of whole sentences */
    return 1;
}

static enum char_class class_of(UChar32 point)
{
    int8_t type = u_charType(point);
    if (point == ' ')
        return CHAR_SPACE;
    if (point < 0x80)
        return u_isalnum(point) ? CHAR_WORD : CHAR_OTHER;
    bool letter = u_isalnum(point) || type == U_OTHER_NUMBER || type == U_LETTER_NUMBER ||
                  type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK;
    return letter ? CHAR_IDEOGRAPH : CHAR_OTHER;
}

/* --- Two-stage tables ----------------------------------------------------------------------- */

static uint32_t fold_of[POINTS], reading_of[POINTS];

static void print_table(const char *name, const char *type, const uint32_t *values)
{
    static uint32_t blocks[POINTS];
    static unsigned index[POINTS / BLOCK];
    size_t count = 0;
    for (size_t i = 0; i < POINTS / BLOCK; i++) {
        size_t at = 0;
        while (at < count &&
               memcmp(blocks + at * BLOCK, values + i * BLOCK, BLOCK * sizeof(*values)) != 0)
            at++;
        if (at == count)
            memcpy(blocks + count++ * BLOCK, values + i * BLOCK, BLOCK * sizeof(*values));
        index[i] = (unsigned)at;
    }
    printf("static const uint16_t %s_index[] = {", name);
    for (size_t i = 0; i < POINTS / BLOCK; i++)
        printf("%s%u,", i % 24 ? "" : "\n    ", index[i]);
    printf("\n};\nstatic const %s %s_blocks[] = {", type, name);
    for (size_t i = 0; i < count * BLOCK; i++)
        printf("%s%u%s,", i % 16 ? "" : "\n    ", blocks[i], *type == 'u' ? "u" : "");
    printf("\n};\n");
}

static void make_folds(void)
{
    static UChar32 pool[1 << 19];
    size_t pool_count = 0;
    for (UChar32 point = 1; point < POINTS; point++) {
        UChar32 folded[LONGEST];
        bool assigned = u_charType(point) != U_UNASSIGNED && !U_IS_SURROGATE(point);
        int32_t count = assigned ? fold(point, folded) : 1;
        uint32_t class = (uint32_t)class_of(point) << CHAR_SHIFT;
        if (!assigned || (count == 1 && folded[0] == point))
            fold_of[point] = class;
        else if (count == 1)
            fold_of[point] = (uint32_t)class_of(folded[0]) << CHAR_SHIFT | (uint32_t)folded[0];
        else {
            fold_of[point] = POOL_BIT | (uint32_t)count << POOL_LENGTH_SHIFT | (uint32_t)pool_count;
            for (int32_t i = 0; i < count; i++)
                pool[pool_count++] = folded[i];
        }
    }
    if (pool_count >= 1 << POOL_LENGTH_SHIFT)
        die("fold", "the pool is too long");
    print_table("fold", "uint32_t", fold_of);
    printf("enum { FOLD_MAX = %d };\nstatic const uint32_t fold_pool[] = {", (int)FOLD_MAX);
    for (size_t i = 0; i < pool_count; i++)
        printf("%s%u,", i % 16 ? "" : "\n    ", (unsigned)pool[i]);
    printf("0\n};\n");
}

/* --- Pinyin --------------------------------------------------------------------------------- */

static char syllables[SYLLABLES_MAX][8];
static size_t syllable_count = 1; /* the first is none */

static int compare_syllables(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The reading without its tone; ü is v, as one types it. Empty when there is none. */
static void read_pinyin(UChar32 point, char out[8])
{
    UChar text[LONGEST * 2];
    int32_t length = 0, count = 0;
    U16_APPEND_UNSAFE(text, length, point);
    length = transform(to_pinyin, text, length);
    for (int32_t i = 0; i < length && count < 7; i++) {
        if (text[i] == 0x308 && count)
            out[count - 1] = 'v';
        else if (text[i] >= 'a' && text[i] <= 'z')
            out[count++] = (char)text[i];
        else if (u_charType(text[i]) != U_NON_SPACING_MARK)
            count = 8;
    }
    out[count > 7 ? 0 : count] = '\0';
    if (!strpbrk(out, "aeiouv")) /* the sound that is written "ng" */
        *out = '\0';
}

static size_t find_syllable(const char *text)
{
    const char(*found)[8] =
        bsearch(text, syllables + 1, syllable_count - 1, sizeof(*syllables), compare_syllables);
    return found ? (size_t)(found - (const char(*)[8])syllables) : 0;
}

static void collect_syllables(void)
{
    for (UChar32 point = 0x3400; point < 0x32000; point++) {
        UErrorCode code = U_ZERO_ERROR;
        char text[8];
        size_t at = 1;
        if (uscript_getScript(point, &code) != USCRIPT_HAN)
            continue;
        read_pinyin(point, text);
        while (at < syllable_count && strcmp(syllables[at], text) != 0)
            at++;
        if (!*text || at < syllable_count)
            continue;
        if (syllable_count == SYLLABLES_MAX)
            die("pinyin", "too many syllables");
        memcpy(syllables[syllable_count++], text, sizeof(text));
    }
    qsort(syllables + 1, syllable_count - 1, sizeof(*syllables), compare_syllables);
}

struct word {
    UChar32 points[5];
    size_t readings[4];
};

static int compare_words(const void *a, const void *b)
{
    const struct word *one = a, *other = b;
    return (one->points[0] > other->points[0]) - (one->points[0] < other->points[0]);
}

/* 重庆,chong qing: a word, and how each of its characters reads in it. */
static bool read_word(char *line, struct word *word)
{
    char *comma = strchr(line, ','), *rest = NULL;
    UErrorCode code = U_ZERO_ERROR;
    UChar text[8];
    int32_t length = 0, at = 0, count = 0, read = 0;
    if (*line == '#' || !comma)
        return false;
    *comma = '\0';
    u_strFromUTF8(text, (int32_t)(sizeof(text) / sizeof(*text)), &length, line, -1, &code);
    check(line, code);
    for (UChar32 point; at < length && count < 4; count++) {
        U16_NEXT(text, at, length, point);
        word->points[count] = point;
    }
    for (char *part = strtok_r(comma + 1, " \n", &rest); part && read < 4;
         part = strtok_r(NULL, " \n", &rest))
        if (!(word->readings[read++] = find_syllable(part)))
            die(line, part);
    if (count != read || at < length)
        die(line, "as many syllables as characters are expected, 4 at most");
    return true;
}

/* In the order of their first characters, which are marked in the table of readings. */
static void print_polyphones(FILE *in)
{
    static struct word words[WORDS_MAX];
    size_t count = 0;
    char line[256];
    while (fgets(line, sizeof(line), in)) {
        if (count == WORDS_MAX)
            die("polyphones", "too many");
        count += read_word(line, &words[count]);
    }
    qsort(words, count, sizeof(*words), compare_words);
    printf("static const struct polyphone {\n    uint32_t word[5];\n    uint16_t reading[4];\n"
           "} polyphones[] = {\n");
    for (size_t i = 0; i < count; i++) {
        const struct word *word = &words[i];
        reading_of[word->points[0]] |= STARTS_WORD;
        printf("    {{%d, %d, %d, %d, 0}, {%zu, %zu, %zu, %zu}},\n", word->points[0],
               word->points[1], word->points[2], word->points[3], word->readings[0],
               word->readings[1], word->readings[2], word->readings[3]);
    }
    printf("};\n");
}

static void make_pinyin(const char *path)
{
    FILE *in = fopen(path, "r");
    if (!in)
        die(path, "cannot be opened");
    collect_syllables();
    for (UChar32 point = 0x3400; point < 0x32000; point++) {
        UErrorCode code = U_ZERO_ERROR;
        char text[8];
        if (uscript_getScript(point, &code) != USCRIPT_HAN)
            continue;
        read_pinyin(point, text);
        reading_of[point] = (uint32_t)find_syllable(text);
    }
    printf("static const char pinyin_syllables[][8] = {\n");
    for (size_t i = 0; i < syllable_count; i++)
        printf("    \"%s\",\n", syllables[i]);
    printf("};\n");
    print_polyphones(in);
    print_table("pinyin", "uint16_t", reading_of);
    fclose(in);
}

int main(int count, char **words)
{
    UErrorCode code = U_ZERO_ERROR;
    nfkc_casefold = unorm2_getNFKCCasefoldInstance(&code);
    nfd = unorm2_getNFDInstance(&code);
    check("normalizers", code);
    simplify = open_rules("Hant-Hans");
    to_pinyin = open_rules("Han-Latin; NFD; Lower");
    printf("/* Made by tools/text_tables.c out of ICU %s. */\n#include <stdint.h>\n",
           U_ICU_VERSION);
    if (count > 1)
        make_pinyin(words[1]);
    else
        make_folds();
    utrans_close(simplify);
    utrans_close(to_pinyin);
    return ferror(stdout) != 0;
}
