/* Folding, pinyin and search tokens: examples, and properties against naive ways of doing the same.
 */
#include <stdio.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/pinyin.h"
#include "text/token.h"
#include "unit/unit.h"

enum { ROUNDS = 3000, TOKENS_MAX = 4096 };

/* --- Folding -------------------------------------------------------------------------------- */

static void put_point(struct buf *out, uint32_t point)
{
    char bytes[4];
    size_t count = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = count; i-- > 1; point >>= 6)
        bytes[i] = (char)(0x80 | (point & 0x3F));
    bytes[0] = (char)(marks[count] | point);
    buf_add(out, (struct str){bytes, count});
}

/* Texts in which everything comes together that folding knows. */
static struct str some_text(struct arena *arena, uint64_t *seed)
{
    static const uint32_t points[] = {
        ' ',    '\n',    '\t',    0x3000, 'a',    'Z',    '7',    '-',    0xE9,   0x301,  0xFF21,
        0xFF15, 0x91CD,  0x6176,  0x5E86, 0x9577, 0x3300, 0x2460, 0x3042, 0x200B, 0xFF0C, 0x2F00,
        0xFB01, 0x1F600, 0x20000, 0xAA,   0x130,  0xFDFA, 0xAC00, 0x7F,   0xB4,   0x41F};
    struct buf out = {.arena = arena};
    size_t count = unit_random(seed) % 30;
    for (size_t i = 0; i < count; i++)
        put_point(&out, unit_random(seed) % 8 ? points[unit_random(seed) % COUNT(points)]
                                              : (uint32_t)(0x20 + unit_random(seed) % 0xD700));
    return buf_str(&out);
}

static void assert_folds(struct arena *arena, const char *text, const char *folded)
{
    assert_string_equal(arena_str(arena, text_fold(arena, str_of(text))).data, folded);
}

static void texts_fold_as_people_compare_them(void **state)
{
    struct arena arena = {0};
    (void)state;
    assert_folds(&arena, "重慶市渝北區", "重庆市渝北区");
    assert_folds(&arena, "ＡＢＣ１２３", "abc123");
    assert_folds(&arena, "重 庆\r\n市", "重庆市");
    assert_folds(&arena, "  Two   words ", "two words");
    assert_folds(&arena, "C919 飞机", "c919 飞机");
    assert_folds(&arena, "Chóngqìng", "chongqing");
    assert_folds(&arena, "（有限）", "(有限)");
    assert_folds(&arena, "①㍿ﬁ", "1株式会社fi");
    assert_folds(&arena, "", "");
    assert_int_equal(text_fold(&arena, STR_NONE).length, 0);
    arena_free(&arena);
}

static void folding_twice_is_folding_once(void **state)
{
    struct arena arena = {0};
    uint64_t seed = 1;
    (void)state;
    for (int i = 0; i < ROUNDS; i++, arena_reset(&arena)) {
        struct str once = text_fold(&arena, some_text(&arena, &seed));
        assert_true(str_equal(text_fold(&arena, once), once));
        assert_int_equal(utf8_check(once), once.length);
    }
    for (uint32_t point = 1; point < 0x110000; point++, arena_reset(&arena)) {
        struct buf text = {.arena = &arena};
        if (point >= 0xD800 && point < 0xE000)
            continue;
        put_point(&text, point);
        struct str once = text_fold(&arena, buf_str(&text));
        if (!str_equal(text_fold(&arena, once), once) || once.length > text_fold_room(text.length))
            fail_msg("U+%04X", point);
    }
    arena_free(&arena);
}

/* Where two texts are put together with a blank, so are their folded forms. */
static void a_text_may_be_cut_at_any_blank(void **state)
{
    struct arena arena = {0};
    uint64_t seed = 2;
    (void)state;
    for (int i = 0; i < ROUNDS; i++, arena_reset(&arena)) {
        struct str a = some_text(&arena, &seed), b = some_text(&arena, &seed);
        struct str whole = arena_print(&arena, "%.*s %.*s", STR_PRINT(a), STR_PRINT(b));
        struct str fa = text_fold(&arena, a), fb = text_fold(&arena, b);
        struct str parts = arena_print(&arena, "%.*s %.*s", STR_PRINT(fa), STR_PRINT(fb));
        assert_true(str_equal(text_fold(&arena, whole), text_fold(&arena, parts)));
    }
    arena_free(&arena);
}

/* The map never goes back, keeps to characters, and what it leads to folds to the same. */
static void the_way_back_leads_to_what_was_folded(void **state)
{
    struct arena arena = {0};
    uint64_t seed = 3;
    (void)state;
    for (int i = 0; i < ROUNDS; i++, arena_reset(&arena)) {
        struct str text = some_text(&arena, &seed);
        struct folded folded = text_fold_mapped(&arena, text);
        assert_true(str_equal(folded.text, text_fold(&arena, text)));
        assert_int_equal(folded.origin[folded.text.length], text.length);
        for (size_t at = 0; at < folded.text.length; at++) {
            assert_true(folded.origin[at] <= folded.origin[at + 1]);
            assert_true(((unsigned char)text.data[folded.origin[at]] & 0xC0) != 0x80);
        }
        for (size_t at = 0; at < folded.text.length;) {
            size_t start = at;
            utf8_next(folded.text, &at);
            struct stretch back = folded_stretch(&folded, start, at);
            struct str part = {text.data + back.start, back.end - back.start};
            struct str again = text_fold(&arena, part);
            struct str wanted = {folded.text.data + start, at - start};
            if (*wanted.data != ' ' &&
                !(again.length && memmem(again.data, again.length, wanted.data, wanted.length)))
                fail_msg("%.*s of %.*s", STR_PRINT(wanted), STR_PRINT(part));
        }
    }
    arena_free(&arena);
}

/* --- Pinyin --------------------------------------------------------------------------------- */

static void assert_reads(struct arena *arena, const char *text, const char *wanted)
{
    uint32_t points[64];
    uint16_t syllables[64];
    size_t count = 0;
    struct buf out = {.arena = arena};
    for (size_t at = 0; at < strlen(text);)
        points[count++] = utf8_next(str_of(text), &at);
    pinyin_read(points, count, syllables);
    for (size_t i = 0; i < count; i++)
        buf_print(&out, "%s%s", i ? " " : "", pinyin_text(syllables[i]));
    assert_string_equal(arena_str(arena, buf_str(&out)).data, wanted);
}

static void names_read_as_people_say_them(void **state)
{
    struct arena arena = {0};
    (void)state;
    assert_reads(&arena, "重庆长安汽车", "chong qing chang an qi che");
    assert_reads(&arena, "重点银行", "zhong dian yin hang");
    assert_reads(&arena, "绿地", "lv di");
    assert_reads(&arena, "石柱土家族", "shi zhu tu jia zu");
    assert_reads(&arena, "5G基站", "  ji zhan");
    arena_free(&arena);
}

/* Whatever is put together out of syllables is cut into these among others. */
static void letters_are_cut_into_the_syllables_they_came_from(void **state)
{
    uint64_t seed = 4;
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct pinyin_way ways[PINYIN_WAYS];
        char letters[32] = "";
        const char *first = pinyin_text((uint16_t)(1 + unit_random(&seed) % 380));
        const char *second = pinyin_text((uint16_t)(1 + unit_random(&seed) % 380));
        snprintf(letters, sizeof(letters), "%s%s", first, second);
        size_t count = pinyin_cut(str_of(letters), ways);
        bool found = count == PINYIN_WAYS;
        for (size_t w = 0; w < count; w++)
            found = found ||
                    (ways[w].count == 2 && strcmp(pinyin_text(ways[w].syllables[0]), first) == 0 &&
                     strcmp(pinyin_text(ways[w].last_low), second) == 0) ||
                    ways[w].count == 1;
        if (!found)
            fail_msg("%s", letters);
    }
}

/* --- Tokens --------------------------------------------------------------------------------- */

static bool has(const uint64_t *tokens, size_t count, struct token_range range)
{
    for (size_t i = 0; i < count; i++)
        if (tokens[i] >= range.low && tokens[i] <= range.high)
            return true;
    return false;
}

/* Every pair of neighbours and every beginning of a word that stands in a text is asked for with
 * tokens that the text has. */
static void whatever_stands_in_a_text_is_asked_for_with_its_tokens(void **state)
{
    static uint64_t tokens[TOKENS_MAX];
    static const char *const texts[] = {"重庆长安汽车股份有限公司", "5g基站与c919",
                                        "y1500117ma00000072 91500", "a bc 度", "测"};
    (void)state;
    for (size_t t = 0; t < COUNT(texts); t++) {
        struct str text = str_of(texts[t]);
        assert_true(tokens_room(text.length) <= TOKENS_MAX);
        for (int title = 0; title < 2; title++) {
            size_t count = title ? tokens_of_title(text, tokens) : tokens_of_text(text, tokens);
            assert_true(count <= tokens_room(text.length));
            uint32_t before = 0;
            for (size_t at = 0; at < text.length;) {
                uint32_t point = utf8_next(text, &at);
                bool ideograph = char_class(point) == CHAR_IDEOGRAPH;
                assert_true(!ideograph || has(tokens, count, token_of_point(title, point)));
                assert_true(!ideograph || !before ||
                            has(tokens, count, token_of_pair(title, before, point)));
                before = ideograph ? point : 0;
            }
        }
    }
}

static void a_code_is_found_by_every_beginning(void **state)
{
    uint64_t tokens[256];
    struct token_range ranges[TOKEN_ASKED];
    struct str code = STR("y1500117ma00000072");
    size_t either, count = tokens_of_title(code, tokens);
    (void)state;
    for (size_t length = 2; length <= code.length; length++) {
        size_t asked = tokens_of_word(true, str_first(code, length), true, ranges, &either);
        bool any = false;
        for (size_t i = 0; i < either; i++)
            any = any || has(tokens, count, ranges[i]);
        assert_true(any);
        for (size_t i = either; i < asked; i++)
            assert_true(has(tokens, count, ranges[i]));
    }
    tokens_of_word(true, STR("y1500117ma00000073"), true, ranges, &either);
    assert_false(has(tokens, count, ranges[1]));
}

static void initials_of_any_stretch_are_found(void **state)
{
    uint64_t tokens[256];
    struct token_range ranges[16];
    size_t count = tokens_of_title(STR("重庆长安汽车"), tokens);
    (void)state;
    static const char *const good[] = {"cq", "cqca", "cqcaqc", "caqc", "qc", "aqc"};
    for (size_t i = 0; i < COUNT(good); i++) {
        size_t asked = tokens_of_initials(str_of(good[i]), ranges, COUNT(ranges));
        assert_true(asked > 0);
        for (size_t k = 0; k < asked; k++)
            assert_true(has(tokens, count, ranges[k]));
    }
    tokens_of_initials(STR("qq"), ranges, COUNT(ranges));
    assert_false(has(tokens, count, ranges[0]));
}

UNIT_GROUP(text, cmocka_unit_test(texts_fold_as_people_compare_them),
           cmocka_unit_test(folding_twice_is_folding_once),
           cmocka_unit_test(a_text_may_be_cut_at_any_blank),
           cmocka_unit_test(the_way_back_leads_to_what_was_folded),
           cmocka_unit_test(names_read_as_people_say_them),
           cmocka_unit_test(letters_are_cut_into_the_syllables_they_came_from),
           cmocka_unit_test(whatever_stands_in_a_text_is_asked_for_with_its_tokens),
           cmocka_unit_test(a_code_is_found_by_every_beginning),
           cmocka_unit_test(initials_of_any_stretch_are_found))
