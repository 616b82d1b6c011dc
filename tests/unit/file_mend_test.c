/* A person's mentions in files: many strings are found as one by one, texts in every encoding are
 * mended, and what is spread over elements or lines is found. */
#include <fcntl.h>
#include <unistd.h>
#include <zip.h>

#include "core/child.h"
#include "core/file_mend.h"
#include "unit/app.h"

static uint64_t seed = 20261125;

static size_t draw(size_t below)
{
    return unit_random(&seed) % below;
}

static size_t naive(const struct str *needles, size_t count, struct str bytes, size_t from,
                    size_t *which)
{
    for (size_t at = from; at < bytes.length; at++) {
        size_t longest = 0;
        for (size_t i = 0; i < count; i++)
            if (needles[i].length > longest && needles[i].length <= bytes.length - at &&
                memcmp(bytes.data + at, needles[i].data, needles[i].length) == 0) {
                longest = needles[i].length;
                *which = i;
            }
        if (longest)
            return at;
    }
    return SIZE_MAX;
}

static void many_are_found_as_one_by_one(void **state)
{
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char letters[8][6], bytes[40];
        struct str needles[8];
        struct finder finder;
        size_t count = draw(9), length = draw(sizeof(bytes) + 1);
        for (size_t i = 0; i < count; i++) {
            needles[i] = (struct str){letters[i], 2 + draw(5)};
            for (size_t k = 0; k < needles[i].length; k++)
                letters[i][k] = (char)("ab\xE5"[draw(3)]);
        }
        for (size_t k = 0; k < length; k++)
            bytes[k] = (char)("ab\xE5"[draw(3)]);
        finder_init(&finder, needles, count);
        struct str text = {bytes, length};
        for (size_t at = 0; at <= length; at++) {
            size_t found = 99, wanted = 99;
            assert_int_equal(finder_next(&finder, text, at, &found),
                             naive(needles, count, text, at, &wanted));
            if (wanted != 99)
                assert_true(str_equal(needles[found], needles[wanted]));
        }
    }
}

/* --- Files ---------------------------------------------------------------------------------- */

static struct {
    struct ctx ctx;
    struct arena arena;
    struct encoded_needles encoded;
} own;

static void begin(void **state)
{
    char reason[300] = "";
    struct needles needles = {.count = 0};
    own.ctx = (struct ctx){.arena = &own.arena,
                           .db = database_conn(state),
                           .files = file_store_open("sqlite::memory:", reason, sizeof(reason)),
                           .now = {1800000000}};
    assert_non_null(own.ctx.files);
    needles_add(&own.arena, &needles, STR("欧阳砚溪"));
    needles_add(&own.arena, &needles, STR("13866117722"));
    needles_encode(&own.arena, &needles, &own.encoded);
}

static void end(void)
{
    file_store_close(own.ctx.files);
    arena_free(&own.arena);
}

static int file_of(struct str bytes)
{
    int file = file_store_temporary(own.ctx.files);
    assert_int_equal(write(file, bytes.data, bytes.length), bytes.length);
    return file;
}

static struct file_mentions find(int file, const char *type)
{
    struct file_mentions found;
    assert_int_equal(file_mentions_find(&own.ctx, &own.encoded, file, str_of(type), &found), E_OK);
    return found;
}

static void assert_mended(struct str before, const char *type, struct str after)
{
    char bytes[200];
    struct upload mended;
    int file = file_of(before);
    struct file_mentions found = find(file, type);
    assert_int_equal(found.kind, MENTION_TEXT);
    assert_int_equal(file_mentions_mend(&own.ctx, &own.encoded, file, &found, &mended), E_OK);
    ssize_t length = pread(mended.file, bytes, sizeof(bytes), 0);
    assert_int_equal(length, after.length);
    assert_memory_equal(bytes, after.data, after.length);
    close(mended.file);
    close(file);
}

static void texts_are_mended_in_their_encoding(void **state)
{
    begin(state);
    assert_mended(STR("a,欧阳砚溪,138-6611-7722\r\n"), "text/plain",
                  STR("a,[依法删除],[依法删除]\r\n"));
    /* 某 欧阳砚溪 in GB 18030 */
    assert_mended(STR("\xC4\xB3 \xC5\xB7\xD1\xF4\xD1\xE2\xCF\xAA"), "application/octet-stream",
                  STR("\xC4\xB3 [\xD2\xC0\xB7\xA8\xC9\xBE\xB3\xFD]"));
    /* 欧阳砚溪 in UTF-16 */
    assert_mended(STR("\xFF\xFE\x27\x6B\x33\x96\x1A\x78\xAA\x6E"), "application/octet-stream",
                  STR("\xFF\xFE[\0\x9D\x4F\xD5\x6C\x20\x52\x64\x96]\0"));
    end();
}

static void a_name_over_two_elements_is_found(void **state)
{
    static const char part[] = "<si><r><t>欧阳</t></r><r><rPr/><t>砚溪</t></r></si>";
    begin(state);
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *archive = zip_source_buffer_create(NULL, 0, 0, &why);
    zip_source_keep(archive);
    zip_t *zip = zip_open_from_source(archive, ZIP_TRUNCATE, &why);
    assert_non_null(zip);
    zip_source_t *source = zip_source_buffer(zip, part, sizeof(part) - 1, 0);
    assert_true(zip_file_add(zip, "xl/sharedStrings.xml", source, 0) >= 0);
    assert_int_equal(zip_close(zip), 0);
    char bytes[1000];
    assert_int_equal(zip_source_open(archive), 0);
    zip_int64_t length = zip_source_read(archive, bytes, sizeof(bytes));
    assert_true(length > 0 && length < (zip_int64_t)sizeof(bytes));
    zip_source_close(archive);
    zip_source_free(archive);
    int file = file_of((struct str){bytes, (size_t)length});
    assert_int_equal(
        find(file, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet").kind,
        MENTION_WHOLE);
    close(file);
    end();
}

static void a_number_in_a_pdf_is_found(void **state)
{
    static const char pdf[] =
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents 4 0 R"
        "/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
        "4 0 obj<</Length 63>>stream\n"
        "BT /F 12 Tf 9 50 Td (138) Tj (6611) Tj (7722 and more words) Tj ET\nendstream endobj\n"
        "trailer<</Root 1 0 R>>\n%%EOF\n";
    if (!child_is_installed("pdftotext"))
        skip();
    begin(state);
    int file = file_of((struct str){pdf, sizeof(pdf) - 1});
    assert_int_equal(find(file, "application/pdf").kind, MENTION_WHOLE);
    close(file);
    end();
}

static void what_cannot_be_read_is_said(void **state)
{
    begin(state);
    int file = file_of(STR("\x89PNG\r\n\x1A\n\0\0"));
    assert_int_equal(find(file, "image/png").kind, MENTION_UNREAD);
    close(file);
    file = file_of(STR("nobody"));
    assert_int_equal(find(file, "text/plain").kind, MENTION_NONE);
    close(file);
    end();
}

UNIT_GROUP(file_mend, cmocka_unit_test(many_are_found_as_one_by_one),
           ON_SQLITE(texts_are_mended_in_their_encoding),
           ON_SQLITE(a_name_over_two_elements_is_found), ON_SQLITE(a_number_in_a_pdf_is_found),
           ON_SQLITE(what_cannot_be_read_is_said))
