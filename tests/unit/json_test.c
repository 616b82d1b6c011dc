/* JSON: what is let in at the door, and that what goes out is always JSON. */
#include <math.h>
#include <stdlib.h>

#include "base/number.h"
#include "base/utf8.h"
#include "unit/memory.h"
#include "unit/unit.h"
#include "json/read.h"
#include "json/write.h"

static struct arena arena;

static int forget(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void assert_read(const char *text)
{
    struct json_error error;
    if (!json_read(&arena, str_of(text), &error))
        fail_msg("%s: %s", text, error.reason);
}

/* Refused, at that place, with a reason that contains these words. */
static void assert_refused(struct str text, size_t line, size_t column, const char *words)
{
    struct json_error error;
    if (json_read(&arena, text, &error))
        fail_msg("%.*s was read", STR_PRINT(text));
    if (!strstr(error.reason, words))
        fail_msg("%.*s: \"%s\" does not say \"%s\"", STR_PRINT(text), error.reason, words);
    assert_int_equal(error.line, line);
    assert_int_equal(error.column, column);
}

static void objects_and_arrays_are_read(void **state)
{
    (void)state;
    assert_read("{}");
    assert_read(" [ ] \n");
    assert_read("{\"名称\": [1, -2.5e3, true, false, null, \"\\u79d1\\ud840\\udc00\"]}");
    struct json_error error;
    json_t *document = json_read(&arena, STR("{\"a\":\"x\",\"n\":null}"), &error);
    assert_string_equal(json_string_value(json_object_get(document, "a")), "x");
    assert_true(json_is_null(json_object_get(document, "n"))); /* not our writer's json_none() */
}

static void anything_else_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",         " ",           "1",
                                        "\"a\"",    "null",        "{",
                                        "}",        "[1,]",        "{\"a\":1,}",
                                        "{a:1}",    "{'a':1}",     "[01]",
                                        "[1.]",     "[.5]",        "[+1]",
                                        "[NaN]",    "[Infinity]",  "[0x1]",
                                        "[1] [2]",  "[1]x",        "{\"a\" 1}",
                                        "[\"\t\"]", "[\"\\x\"]",   "[\"\\ud800\"]",
                                        "// c\n[]", "/* c */[]",   "[tru]",
                                        "[\"a]",    "[1 2]",       "{\"a\":}",
                                        "{1:1}",    "[\"\\u12\"]", "\xEF\xBB\xBF[]",
                                        "[-]",      "[1e]"};
    struct json_error error;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        if (json_read(&arena, str_of(wrong[i]), &error))
            fail_msg("%s was read", wrong[i]);
        assert_true(error.reason && *error.reason);
    }
    assert_null(json_read(&arena, STR_NONE, &error));
}

static void a_key_twice_is_refused(void **state)
{
    (void)state;
    assert_refused(STR("{\"a\":1,\n \"a\":2}"), 2, 4, "duplicate object key");
    assert_refused(STR("{\"a\":1,\"\\u0061\":2}"), 1, 15, "duplicate object key");
    assert_read("{\"a\":{\"a\":1}}");
}

static void numbers_out_of_range_are_refused(void **state)
{
    (void)state;
    assert_read("[9223372036854775807,-9223372036854775808]");
    assert_refused(STR("[9223372036854775808]"), 1, 20, "too big integer");
    assert_refused(STR("[-9223372036854775809]"), 1, 21, "too big negative integer");
    assert_refused(STR("[1e400]"), 1, 6, "real number overflow");
}

static void broken_utf8_and_nul_are_refused(void **state)
{
    (void)state;
    assert_refused(STR("[\"\xFF\"]"), 0, 0, "not UTF-8");
    assert_refused(STR("[\"\xC0\xAF\"]"), 0, 0, "not UTF-8");
    assert_refused(STR("[\"\xED\xA0\x80\"]"), 0, 0, "not UTF-8");
    assert_refused(STR("[\"a\0b\"]"), 0, 0, "not UTF-8");
    assert_refused(STR("[1]\0"), 0, 0, "not UTF-8");
    assert_refused(STR("[\"a\\u0000b\"]"), 1, 11, "\\u0000 is not allowed");
    assert_refused(STR("{\"a\\u0000b\":1}"), 1, 11, "NUL byte in object key");
}

static struct str nested(char open, int depth, char close)
{
    struct buf out = {.arena = &arena};
    for (int i = 0; i < depth; i++)
        buf_add(&out, open == '[' || i == depth - 1 ? str_of((char[]){open, '\0'}) : STR("{\"\":"));
    for (int i = 0; i < depth; i++)
        buf_char(&out, close);
    return buf_str(&out);
}

static void nesting_ends_at_16(void **state)
{
    (void)state;
    struct json_error error;
    assert_non_null(json_read(&arena, nested('[', 16, ']'), &error));
    assert_non_null(json_read(&arena, nested('{', 16, '}'), &error));
    assert_refused(nested('[', 17, ']'), 0, 0, "nested too deeply");
    assert_refused(nested('{', 17, '}'), 0, 0, "nested too deeply");
    assert_refused(nested('[', 1000000, ']'), 0, 0, "nested too deeply");
    /* Brackets in texts nest nothing, and an escaped mark does not end a text. */
    assert_read("[\"[[[[[[[[[[[[[[[[[[[[\"]");
    assert_read("[\"\\\"[[[[[[[[[[[[[[[[[[[[\"]");
    assert_refused(STR("[\"\\\\\",[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]"), 0, 0, "nested too deeply");
}

static json_t *document;

/* It fills several blocks of the arena. */
static void read_document(struct arena *own)
{
    static const char item[] = "{\"name\":\"abc\\u4e00\",\"list\":[1,2.5,true,null]},";
    static char text[2000 * sizeof(item)];
    struct json_error error;
    size_t length = 0;
    text[length++] = '[';
    for (int i = 0; i < 1999; i++, length += sizeof(item) - 1)
        memcpy(text + length, item, sizeof(item) - 1);
    text[length - 1] = ']';
    document = json_read(own, (struct str){text, length}, &error);
}

static void without_memory_nothing_is_called_invalid(void **state)
{
    (void)state;
    bool failed = true;
    int allocations = 0;
    for (; failed; allocations++) {
        struct arena own = {0};
        document = NULL;
        memory_fail_after(allocations);
        bool escaped = memory_escapes(&own, read_document);
        failed = memory_recover();
        assert_int_equal(escaped, failed);
        assert_int_equal(document != NULL, !failed);
        arena_free(&own);
    }
    assert_true(allocations > 5);
}

static void what_is_written_looks_like_this(void **state)
{
    (void)state;
    struct buf out = {.arena = &arena};
    struct json json = {.out = &out};
    json_open(&json, '{');
    json_key(&json, "名称");
    json_text(&json, STR("a\"\\/\n\t\x01 科"));
    json_key(&json, "none");
    json_text(&json, STR_NONE);
    json_key(&json, "numbers");
    json_open(&json, '[');
    json_int(&json, INT64_MIN);
    json_number(&json, 2.82);
    json_number(&json, NAN);
    json_number(&json, INFINITY);
    json_close(&json, ']');
    json_key(&json, "empty");
    json_open(&json, '{');
    json_close(&json, '}');
    json_key(&json, "rest");
    json_open(&json, '[');
    json_bool(&json, true);
    json_none(&json);
    json_raw(&json, STR("[1]"));
    json_close(&json, ']');
    json_close(&json, '}');
    assert_str(buf_str(&out),
               "{\"名称\":\"a\\\"\\\\/\\n\\u0009\\u0001 科\",\"none\":null,\"numbers\":"
               "[-9223372036854775808,2.82,null,null],\"empty\":{},\"rest\":[true,null,[1]]}");
}

static struct str random_text(uint64_t *seed)
{
    struct buf out = {.arena = &arena};
    for (uint64_t count = unit_random(seed) % 8; count; count--) {
        static const char *const pieces[] = {"\"",   "\\", "\n",     "\x01", "\x1F",
                                             "\x7F", "/",  "u0000",  "é",    "科",
                                             "𠀀",   "{",  "\u2028", "<",    "a"};
        buf_add(&out, str_of(pieces[unit_random(seed) % COUNT(pieces)]));
    }
    return buf_str(&out);
}

/* Writes a random value, and builds the same one with jansson. */
static json_t *random_value(struct json *json, uint64_t *seed, int depth)
{
    struct str text;
    int64_t integer = (int64_t)unit_random(seed) >> unit_random(seed) % 64;
    double real = (double)integer / 1000;
    json_t *made;
    size_t from;
    switch (unit_random(seed) % (depth ? 8 : 6)) {
    case 0:
        text = random_text(seed);
        json_text(json, text);
        return json_stringn(text.data, text.length);
    case 1:
        json_int(json, integer);
        return json_integer(integer);
    case 2: /* written without a point or an exponent, it is read as a whole number */
        from = json->out->length;
        json_number(json, real);
        text = str_skip(buf_str(json->out), from);
        return str_find(text, '.') == text.length && str_find(text, 'e') == text.length
                   ? json_integer((json_int_t)real)
                   : json_real(real);
    case 3:
        json_bool(json, integer & 1);
        return json_boolean(integer & 1);
    case 4:
    case 5:
        json_none(json);
        return json_null();
    case 6:
        made = json_array();
        json_open(json, '[');
        for (uint64_t count = unit_random(seed) % 4; count; count--)
            json_array_append_new(made, random_value(json, seed, depth - 1));
        json_close(json, ']');
        return made;
    default:
        made = json_object();
        json_open(json, '{');
        for (uint64_t count = unit_random(seed) % 4; count; count--) {
            struct str key = arena_print(&arena, "名称%d", (int)count); /* a key is ours */
            json_key(json, key.data);
            json_object_setn_new(made, key.data, key.length, random_value(json, seed, depth - 1));
        }
        json_close(json, '}');
        return made;
    }
}

static void whatever_is_written_is_read_back(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        struct buf out = {.arena = &arena};
        struct json json = {.out = &out};
        json_open(&json, '[');
        json_t *made = random_value(&json, &seed, 4);
        json_close(&json, ']');
        struct json_error error;
        json_t *read = json_read(&arena, buf_str(&out), &error);
        if (!read || !json_equal(json_array_get(read, 0), made))
            fail_msg("%.*s: %s", STR_PRINT(buf_str(&out)), read ? "read as another" : error.reason);
        json_decref(made);
        arena_reset(&arena);
    }
}

static void every_character_is_written_right_wherever_it_stands(void **state)
{
    (void)state;
    for (int byte = 1; byte < 0x80; byte++)
        for (size_t at = 0; at < 20; at++) {
            char text[] = "abcdefghijkl科技éz"; /* at 12 and behind, the bytes of others */
            if (at >= 12)
                memset(text + 12, 'x', 9);
            text[at] = (char)byte;
            struct buf out = {.arena = &arena};
            struct json json = {.out = &out};
            json_open(&json, '[');
            json_text(&json, str_of(text));
            json_close(&json, ']');
            struct json_error error;
            json_t *read = json_read(&arena, buf_str(&out), &error);
            if (!read)
                fail_msg("%.*s: %s", STR_PRINT(buf_str(&out)), error.reason);
            assert_string_equal(json_string_value(json_array_get(read, 0)), text);
            arena_reset(&arena);
        }
}

#define T(test) cmocka_unit_test_teardown(test, forget)
UNIT_GROUP(json, T(objects_and_arrays_are_read), T(anything_else_is_refused),
           T(a_key_twice_is_refused), T(numbers_out_of_range_are_refused),
           T(broken_utf8_and_nul_are_refused), T(nesting_ends_at_16),
           T(without_memory_nothing_is_called_invalid), T(what_is_written_looks_like_this),
           T(every_character_is_written_right_wherever_it_stands),
           T(whatever_is_written_is_read_back))
