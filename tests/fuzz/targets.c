
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/date.h"
#include "base/image_size.h"
#include "base/sniff.h"
#include "base/utf8.h"
#include "core/seal.h"
#include "core/sheet.h"
#include "db/driver.h"
#include "fuzz/targets_inside.h"
#include "json/read.h"

char *fuzz_copy(const uint8_t *data, size_t size)
{
    char *copy = malloc(size ? size : 1);
    assert(copy);
    memcpy(copy, data, size);
    return copy;
}

/* What was read is written, and reads the same. */
static void write_and_read(struct arena *arena, const struct csv_record *record)
{
    struct buf text = {.arena = arena};
    static struct csv_record again;
    for (size_t i = 0; i < record->count; i++) {
        if (i)
            buf_char(&text, ',');
        csv_cell(&text, record->cells[i]);
    }
    buf_char(&text, '\n');
    struct csv csv = csv_open(arena, buf_str(&text));
    if (str_starts(buf_str(&text), STR("\xEF\xBB\xBF")))
        return; /* at the very beginning that is a byte order mark, not text */
    assert(csv_next(&csv, &again) && again.count == record->count);
    for (size_t i = 0; i < record->count; i++)
        assert(str_equal(again.cells[i], record->cells[i]));
    assert(!csv_next(&csv, &again) && !csv.error);
}

void fuzz_csv(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    static struct csv_record record;
    char *text = fuzz_copy(data, size);
    struct csv csv = csv_open(&arena, (struct str){text, size});
    size_t line = 0;
    while (csv_next(&csv, &record)) {
        assert(record.line > line && record.count >= 1 && record.count <= CSV_COLUMNS_MAX);
        line = record.line;
        write_and_read(&arena, &record);
    }
    assert(!csv.error || (csv.error_line > line && csv.error_column >= 1));
    arena_free(&arena);
    free(text);
}

static int depth_of(json_t *value)
{
    int deepest = 0;
    const char *key;
    json_t *inside;
    size_t index;
    if (json_is_object(value)) {
        json_object_foreach(value, key, inside) deepest =
            depth_of(inside) > deepest ? depth_of(inside) : deepest;
    } else if (json_is_array(value)) {
        json_array_foreach(value, index, inside) deepest =
            depth_of(inside) > deepest ? depth_of(inside) : deepest;
    } else
        return 0;
    return deepest + 1;
}

void fuzz_json(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct json_error error;
    char *text = fuzz_copy(data, size);
    json_t *document = json_read(&arena, (struct str){text, size}, &error);
    if (document) {
        assert(json_is_object(document) || json_is_array(document));
        assert(depth_of(document) <= JSON_DEPTH_MAX);
        assert(utf8_check((struct str){text, size}) == size);
        char *dumped = json_dumps(document, JSON_COMPACT);
        json_t *again = json_read(&arena, str_of(dumped), &error);
        assert(again && json_equal(document, again));
        free(dumped);
    } else
        assert(error.reason && utf8_check(str_of(error.reason)) == strlen(error.reason));
    arena_free(&arena);
    free(text);
}

void fuzz_period(const uint8_t *data, size_t size)
{
    char *text = fuzz_copy(data, size);
    struct str str = {text, size};
    struct period period;
    struct date date;
    struct instant instant;
    char printed[DATE_TEXT];
    if (period_parse(str, &period)) {
        bool start = date_known(period.start), end = date_known(period.end);
        assert(start || end);
        assert((period.kind == PERIOD_OPEN) == (!start || !end));
        assert(!start || !end || period.start.days <= period.end.days);
        date_print(period_last(period), printed);
    }
    if (publication_parse(str, &date)) {
        assert(period_parse(str, &period) && period.end.days == date.days);
        date_print(date, printed);
    }
    if (date_parse(str, &date)) {
        date_print(date, printed);
        assert(str_is(str, printed));
    }
    if (instant_parse(str, &instant)) {
        struct arena arena = {0};
        struct buf out = {.arena = &arena};
        instant_print(&out, instant);
        assert(str_equal(buf_str(&out), str));
        arena_free(&arena);
    }
    free(text);
}

static const char *compiled(const struct db_driver *driver, const char *text,
                            struct db_statement *statement)
{
    *statement = (struct db_statement){.text = strdup(text)};
    assert(statement->text);
    return dialect_compile(driver, statement);
}

static void discard(struct db_statement *statement)
{
    free(statement->text);
    free(statement->compiled);
    free(statement->names);
}

void fuzz_dialect(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    assert(text);
    memcpy(text, data, size);
    text[size] = '\0';
    struct db_statement sqlite, postgres;
    const char *wrong = compiled(&db_sqlite, text, &sqlite);
    assert(wrong == compiled(&db_postgres, text, &postgres));
    if (!wrong) {
        assert(sqlite.name_count == postgres.name_count && sqlite.name_count <= DB_PARAMS_MAX);
        assert(strlen(sqlite.compiled) == strlen(postgres.compiled));
        for (size_t i = 0; sqlite.compiled[i]; i++)
            assert(sqlite.compiled[i] == postgres.compiled[i] ||
                   (sqlite.compiled[i] == '?' && postgres.compiled[i] == '$'));
        for (int i = 0; i < sqlite.name_count; i++)
            assert(sqlite.names[i].length && sqlite.names[i].data > sqlite.text &&
                   sqlite.names[i].data[-1] == ':' &&
                   !isdigit((unsigned char)*sqlite.names[i].data));
    }
    discard(&sqlite);
    discard(&postgres);
    char *expanded = dialect_expand(&db_postgres, text);
    assert(expanded);
    free(expanded);
    free(text);
}

/* Nothing opens that was not sealed; what is sealed opens, and only as it is. */
void fuzz_sealed(const uint8_t *data, size_t size)
{
    static const unsigned char key[KEY_BYTES] = {7};
    struct arena arena = {0};
    char *text = fuzz_copy(data, size);
    struct str str = {text, size}, bound = STR("kp1:7:person.name"), plain;
    struct sealed sealed;
    if (sealed_parse(str, &sealed)) {
        assert(sealed.person_id > 0 && sealed.column.length && sealed.text.length);
        assert(sealed.bound.data == text && sealed.bound.length < size);
        assert(text[sealed.bound.length] == ':');
        assert(sealed.text.data + sealed.text.length == text + size);
        assert(!seal_open(&arena, key, sealed.text, sealed.bound, &plain));
    }
    assert(!seal_open(&arena, key, str, bound, &plain));
    struct str made = seal(&arena, key, str, bound);
    assert(seal_open(&arena, key, made, bound, &plain) && str_equal(plain, str));
    ((char *)(uintptr_t)made.data)[size % made.length] ^= 1;
    assert(!seal_open(&arena, key, made, bound, &plain));
    arena_free(&arena);
    free(text);
}

/* The first half is the head, the rest the tail. */
void fuzz_sniff(const uint8_t *data, size_t size)
{
    uint32_t width = 0, height = 0;
    size_t half = size / 2;
    char *head = fuzz_copy(data, half), *tail = fuzz_copy(data + half, size - half);
    struct str type = sniff((struct str){head, half}, (struct str){tail, size - half});
    assert(type.length && memchr(type.data, '/', type.length));
    bool sized = image_size((struct str){head, half}, &width, &height);
    assert(!sized || str_starts(type, STR("image/")));
    free(head);
    free(tail);
}

/* Rows come in order, with what a cell may hold; a fault has a place. */
void fuzz_sheet(const uint8_t *data, size_t size)
{
    struct sheet_fault why;
    static struct sheet_row row;
    int file = memfd_create("sheet", MFD_CLOEXEC);
    assert(file >= 0 && write(file, data, size) == (ssize_t)size);
    struct sheet *sheet = sheet_open(file, STR(""), &why);
    size_t line = 0;
    assert(sheet || (why.zh && why.en));
    while (sheet && sheet_next(sheet, &row, &why)) {
        assert(row.line > line && row.count <= SHEET_COLUMNS_MAX);
        line = row.line;
        assert(!row.fault || row.fault_column >= 1);
        for (size_t i = 0; i < row.count && !row.fault; i++)
            assert(row.cells[i].length <= CSV_CELL_MAX &&
                   utf8_check(row.cells[i]) == row.cells[i].length);
    }
    sheet_close(sheet);
    close(file);
}

#define TARGET(name)                                                                               \
    {                                                                                              \
#name, fuzz_##name                                                                         \
    }
const struct fuzz_target fuzz_targets[] = {
    TARGET(cell),         TARGET(clock),        TARGET(condition), TARGET(config),
    TARGET(credit_code),  TARGET(csv),          TARGET(dialect),   TARGET(expression),
    TARGET(field),        TARGET(fold),         TARGET(foreign),   TARGET(http),
    TARGET(http_query),   TARGET(json),         TARGET(locate),    TARGET(mend),
    TARGET(number),       TARGET(outbound),     TARGET(period),    TARGET(sealed),
    TARGET(search_entry), TARGET(search_words), TARGET(sheet),     TARGET(sniff),
    TARGET(working_time)};
const size_t fuzz_target_count = COUNT(fuzz_targets);
