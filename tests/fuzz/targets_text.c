/* Texts of people and programs: numbers, codes, cells, words to search for, formulas. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/cell.h"
#include "base/credit_code.h"
#include "base/csv.h"
#include "base/number.h"
#include "base/utf8.h"
#include "core/log.h"
#include "core/search_match.h"
#include "fuzz/targets_inside.h"
#include "stats/condition.h"
#include "stats/expression.h"
#include "stats/units.h"
#include "text/fold.h"
#include "text/locate.h"

void fuzz_number(const uint8_t *data, size_t size)
{
    char *text = fuzz_copy(data, size), printed[64];
    struct str str = {text, size};
    int64_t whole = 0, again = 0;
    double real = 0, real_again = 0;
    if (int_parse(str, &whole)) {
        snprintf(printed, sizeof(printed), "%lld", (long long)whole);
        assert(int_parse(str_of(printed), &again) && again == whole);
    }
    if (real_parse(str, &real)) {
        assert(isfinite(real));
        snprintf(printed, sizeof(printed), "%.17g", real);
        assert(real_parse(str_of(printed), &real_again) && real_again == real);
    }
    enum log_level level;
    if (log_level_parse(str, &level))
        assert(size <= 7);
    struct unit unit;
    if (utf8_check(str) == size && unit_parse(str, &unit))
        assert(!isnan(unit.scale));
    free(text);
}

/* A code that is good has no better one; what is suggested is good, and what was meant at most one
 * character away. */
void fuzz_credit_code(const uint8_t *data, size_t size)
{
    char *text = fuzz_copy(data, size), suggestion[CREDIT_CODE_LENGTH + 1];
    struct str str = {text, size};
    bool good = credit_code_check(str) == CREDIT_CODE_GOOD;
    assert(!good || size == CREDIT_CODE_LENGTH);
    if (!good && credit_code_suggest(str, suggestion))
        assert(credit_code_check(str_of(suggestion)) == CREDIT_CODE_GOOD);
    free(text);
}

/* A cell that goes out comes in as it was, and no spreadsheet runs it meanwhile. */
void fuzz_cell(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    static struct csv_record record;
    char *text = fuzz_copy(data, size);
    struct str str = {text, size};
    if (utf8_check(str) == size && size && size < CSV_CELL_MAX / 2 && !memchr(text, '\0', size) &&
        !str_starts(str, STR("\xEF\xBB\xBF"))) {
        struct buf out = {.arena = &arena};
        cell_write(&out, str);
        buf_char(&out, '\n');
        struct csv csv = csv_open(&arena, buf_str(&out));
        assert(csv_next(&csv, &record) && record.count == 1);
        assert(!cell_is_risky(str) || *record.cells[0].data == '\'');
        assert(str_equal(cell_disarmed(record.cells[0]), str));
        assert(!csv_next(&csv, &record) && !csv.error);
    }
    arena_free(&arena);
    free(text);
}

static bool value_of(void *state, struct str name, double *value)
{
    (void)state;
    *value = (double)name.length;
    return *name.data != 'x';
}

void fuzz_expression(const uint8_t *data, size_t size)
{
    char *text = fuzz_copy(data, size);
    struct str str = {text, size}, names[EXPRESSION_NAMES_MAX];
    size_t count = 0;
    double result = 0;
    bool named = expression_names(str, names, &count);
    if (expression_evaluate(str, value_of, NULL, &result))
        assert(isfinite(result) && (named || count >= EXPRESSION_NAMES_MAX));
    for (size_t i = 0; named && i < count; i++) {
        assert(names[i].length && names[i].data >= text &&
               names[i].data + names[i].length <= text + size);
        for (size_t k = 0; k < i; k++)
            assert(!str_equal(names[i], names[k]));
    }
    free(text);
}

/* The first line is a token, the rest the line in which it may stand. */
void fuzz_locate(const uint8_t *data, size_t size)
{
    char *text = fuzz_copy(data, size);
    struct str line = {text, size}, token;
    struct span found, sentence;
    if (utf8_check(line) == size && str_cut(&line, '\n', &token) && token.length &&
        locate_token(line, token, &found)) {
        assert(found.start < found.end && found.end <= line.length);
        sentence = locate_sentence(line, found);
        assert(sentence.start <= found.start && sentence.end >= found.end &&
               sentence.end <= line.length);
    }
    free(text);
}

/* Whatever is searched for: its parts stay within their ceilings and refer to what is there. */
void fuzz_search_words(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    char *text = fuzz_copy(data, size);
    if (size <= SEARCH_QUERY_MAX && utf8_check((struct str){text, size}) == size) {
        const struct query *query = query_read(&arena, (struct str){text, size});
        for (int pieces = 0; pieces < 2; pieces++) {
            assert(query->range_count <= RANGES_MAX && query->clause_count <= RANGES_MAX);
            assert(query->group_count <= RANGES_MAX && query->word_count <= PIECES_MAX);
            for (size_t i = 0; i < query->range_count; i++)
                assert(query->ranges[i].low <= query->ranges[i].high);
            for (size_t i = 0; i < query->clause_count; i++)
                assert(query->clauses[i].first + query->clauses[i].count <= query->range_count);
            for (size_t i = 0; i < query->group_count; i++)
                assert(query->groups[i].first + query->groups[i].count <= query->clause_count);
            for (size_t i = 0; i < query->word_count; i++)
                assert(query->words[i].first + query->words[i].count <= query->group_count);
            query = query_pieces(&arena, query);
        }
    }
    arena_free(&arena);
    free(text);
}

/* Bytes of the index of search: what is read is written as it was read. */
void fuzz_search_entry(const uint8_t *data, size_t size)
{
    char *text = fuzz_copy(data, size);
    struct search_entry entry, again;
    size_t at = 0;
    while (at < size && search_entry_unpack((struct str){text, size}, &at, &entry)) {
        assert(at <= size);
        unsigned char *packed = malloc(search_entry_room(&entry));
        assert(packed);
        size_t length = search_entry_pack(&entry, packed), end = 0;
        assert(length <= search_entry_room(&entry));
        assert(search_entry_unpack((struct str){(char *)packed, length}, &end, &again));
        assert(end == length && str_equal(entry.key, again.key) &&
               str_equal(entry.text, again.text) && entry.visibility == again.visibility);
        free(packed);
    }
    free(text);
}

/* Folding twice is folding once; the way back stays inside. */
void fuzz_fold(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    char *text = fuzz_copy(data, size);
    struct str str = {text, size};
    if (utf8_check(str) == size) {
        struct folded folded = text_fold_mapped(&arena, str);
        assert(utf8_check(folded.text) == folded.text.length);
        assert(folded.text.length <= text_fold_room(size));
        assert(folded.origin[folded.text.length] == size);
        for (size_t i = 0; i < folded.text.length; i++)
            assert(folded.origin[i] <= folded.origin[i + 1]);
        assert(str_equal(text_fold(&arena, str), folded.text));
        assert(str_equal(text_fold(&arena, folded.text), folded.text));
    }
    arena_free(&arena);
    free(text);
}

/* "n3" is answered with 3, "t" with a text; others are not. */
static bool fuzz_answer(void *state, struct str name, struct str *answer)
{
    (void)state;
    bool number = name.length == 2 && name.data[0] == 'n';
    *answer = number ? str_skip(name, 1) : STR("a and b <= c");
    return number || str_is(name, "t");
}

static bool lies_within(struct str part, struct str whole)
{
    return part.data >= whole.data && part.data + part.length <= whole.data + whole.length;
}

/* Comparisons that are made from the bytes, and whether all of them are true. */
static bool make_condition(const uint8_t *data, size_t size, char *text, size_t room)
{
    static const char *const operators[] = {"<", "<=", "=", "!=", ">=", ">"};
    bool met = true;
    size_t length = 0;
    for (size_t i = 0; i + 3 < size && length + 60 < room; i += 3) {
        int a = data[i] % 10, b = data[i + 1] % 10, operator= data[i + 2] % 6;
        const bool wanted[] = {a<b, a <= b, a == b, a != b, a >= b, a> b};
        met = met && wanted[operator];
        length += (size_t)snprintf(text + length, room - length, "%sn%d * 2 %s %d + n%d",
                                   length ? " and " : "", a, operators[operator], b, b);
    }
    text[length] = 0;
    return met;
}

/* Whatever it is, its comparisons lie in it and are all of it; one that is made is met or not as
 * its numbers say. */
void fuzz_condition(const uint8_t *data, size_t size)
{
    char *text = fuzz_copy(data, size), made[1024];
    struct str whole = {text, size}, rest = whole, one,
               quoted = STR("t = 'a and b <= c' and n1 < 2");
    size_t seen = 0;
    while (condition_next(&rest, &one)) {
        struct comparison parts;
        assert(lies_within(one, whole) && lies_within(rest, whole));
        seen += one.length + (rest.length || one.data + one.length != text + size ? 5 : 0);
        if (comparison_read(one, &parts))
            assert(parts.left.length && lies_within(parts.left, one) &&
                   lies_within(parts.right, one) && lies_within(parts.operator, one));
    }
    assert(seen == size);
    bool met = condition_is_met(whole, fuzz_answer, NULL);
    assert(met == condition_is_met(whole, fuzz_answer, NULL));
    bool wanted = make_condition(data, size, made, sizeof(made));
    assert(condition_is_met(str_of(made), fuzz_answer, NULL) == wanted);
    assert(condition_is_met(quoted, fuzz_answer, NULL));
    free(text);
}
