/* Where a number stands in a line, and which sentence it belongs to. */
#include "text/locate.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "unit/unit.h"

static struct str cut(struct str line, struct span span)
{
    size_t start = utf8_offset(line, span.start), end = utf8_offset(line, span.end);
    return (struct str){line.data + start, end - start};
}

static void a_token_is_found_in_code_points(void **state)
{
    struct str line = STR("全市研发投入强度为2.5%，研发人员超过28万人。");
    struct span span;
    (void)state;
    assert_true(locate_token(line, STR("2.5%"), &span));
    assert_int_equal(span.start, 9);
    assert_int_equal(span.end, 13);
    assert_true(locate_token(line, STR("28万人"), &span));
    assert_str(cut(line, span), "28万人");
}

static void a_token_is_not_found_inside_a_longer_number(void **state)
{
    struct span span;
    (void)state;
    assert_false(locate_token(STR("占比6.8%"), STR("8%"), &span));
    assert_false(locate_token(STR("共312件"), STR("12件"), &span));
    assert_false(locate_token(STR("共120件"), STR("12"), &span));
    struct str both = STR("占比6.8%，其中8%");
    assert_true(locate_token(both, STR("8%"), &span));
    assert_int_equal(span.start, 9);
    assert_true(locate_token(STR("增长,8%"), STR("8%"), &span));
    assert_false(locate_token(STR("占比6.8%"), STR("6"), &span));
    assert_false(locate_token(STR("共20,000家"), STR("20"), &span));
    assert_false(locate_token(STR("共1,234家"), STR("234"), &span));
    assert_false(locate_token(STR("第三十五位"), STR("三"), &span));
    assert_false(locate_token(STR("第三十五位"), STR("五"), &span));
    assert_false(locate_token(STR("增速为-5.2%"), STR("5.2%"), &span));
    assert_true(locate_token(STR("推动2-3家上市"), STR("3家"), &span));
    assert_true(locate_token(STR("为12.比上年"), STR("12"), &span));
}

static void blanks_inside_the_line_do_not_count(void **state)
{
    struct str line = STR("高新技术企业 5 108　家");
    struct span span;
    (void)state;
    assert_true(locate_token(line, STR("5108家"), &span));
    assert_str(cut(line, span), "5 108　家");
}

static void nothing_is_found_of_nothing(void **state)
{
    struct span span;
    (void)state;
    assert_false(locate_token(STR("全市"), STR(""), &span));
    assert_false(locate_token(STR("全市"), STR("  "), &span));
    assert_false(locate_token(STR(""), STR("1"), &span));
    assert_false(locate_token(STR_NONE, STR_NONE, &span));
    assert_false(locate_token(STR("12"), STR("123"), &span));
}

static void a_sentence_ends_at_its_mark(void **state)
{
    struct str line = STR("第一句有1项。 第二句有2项；第三句有3项。");
    struct span span;
    (void)state;
    assert_true(locate_token(line, STR("2项"), &span));
    assert_str(cut(line, locate_sentence(line, span)), "第二句有2项；");
    assert_true(locate_token(line, STR("1项"), &span));
    assert_str(cut(line, locate_sentence(line, span)), "第一句有1项。");
    assert_true(locate_token(line, STR("3项"), &span));
    assert_str(cut(line, locate_sentence(line, span)), "第三句有3项。");
}

static void tags_do_not_belong_to_a_sentence(void **state)
{
    struct str line = STR(" <p>今年将达到<b>4万家</b>左右。</p> ");
    struct span span;
    (void)state;
    assert_true(locate_token(line, STR("4万家"), &span));
    struct span sentence = locate_sentence(line, span);
    assert_true(sentence.start <= span.start && sentence.end >= span.end);
    assert_null(strstr(cut(line, sentence).data, "<p>"));
}

static void a_comparison_is_no_tag(void **state)
{
    struct str line = STR("耗时<5天，占比6.8%。");
    struct span span;
    (void)state;
    assert_true(locate_token(line, STR("6.8%"), &span));
    assert_str(cut(line, locate_sentence(line, span)), "耗时<5天，占比6.8%。");
}

static void a_line_without_marks_is_one_sentence(void **state)
{
    struct str line = STR("  研发投入总量超800亿元  ");
    struct span span;
    (void)state;
    assert_true(locate_token(line, STR("800亿元"), &span));
    assert_str(cut(line, locate_sentence(line, span)), "研发投入总量超800亿元");
}

/* Whatever the line, a found span is inside it, and its sentence holds it. */
static void spans_lie_inside_random_lines(void **state)
{
    static const char *const pieces[] = {"1",  "2",  "12%", " ", "。", "<p>",
                                         "件", "；", ".",   "<", ">"};
    uint64_t seed = 3;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        char text[256] = "";
        size_t length = 0, count = unit_random(&seed) % 30;
        for (size_t j = 0; j < count; j++) {
            const char *piece = pieces[unit_random(&seed) % COUNT(pieces)];
            memcpy(text + length, piece, strlen(piece));
            length += strlen(piece);
        }
        struct str line = {text, length};
        struct span span;
        if (!locate_token(line, STR("12%"), &span))
            continue;
        struct span sentence = locate_sentence(line, span);
        assert_true(span.start < span.end && span.end <= utf8_count(line));
        assert_true(sentence.start <= span.start && span.end <= sentence.end);
        assert_true(sentence.end <= utf8_count(line));
    }
}

UNIT_GROUP(locate, cmocka_unit_test(a_token_is_found_in_code_points),
           cmocka_unit_test(a_token_is_not_found_inside_a_longer_number),
           cmocka_unit_test(blanks_inside_the_line_do_not_count),
           cmocka_unit_test(nothing_is_found_of_nothing),
           cmocka_unit_test(a_sentence_ends_at_its_mark),
           cmocka_unit_test(tags_do_not_belong_to_a_sentence),
           cmocka_unit_test(a_comparison_is_no_tag),
           cmocka_unit_test(a_line_without_marks_is_one_sentence),
           cmocka_unit_test(spans_lie_inside_random_lines))
