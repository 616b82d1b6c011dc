/* The store of files: the same bytes once, kept while somebody refers to them, and nothing left of
 * what nobody does; types by bytes. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/image_size.h"
#include "base/sniff.h"
#include "core/files.h"
#include "core/route.h"
#include "unit/app.h"

static struct {
    struct ctx ctx;
    struct arena arena;
    struct file_store *store;
} own;

static struct ctx *begin(void **state)
{
    char reason[300] = "";
    const char *url = database_url(state);
    own.store = file_store_open(url, reason, sizeof(reason));
    if (!own.store)
        fail_msg("%s", reason);
    struct db_conn *conn = database_conn(state);
    assert_true(db_migrate(conn, modules[0]->migrations, modules[0]->migration_count, reason,
                           sizeof(reason)));
    own.ctx = (struct ctx){.arena = &own.arena,
                           .db = conn,
                           .files = own.store,
                           .who = &principal_operator,
                           .now = {1800000000}};
    return &own.ctx;
}

static void end(void)
{
    file_store_close(own.store);
    arena_free(&own.arena);
}

static struct upload put(struct ctx *ctx, const char *text)
{
    struct upload upload;
    assert_int_equal(file_store_bytes(ctx, str_of(text), &upload), E_OK);
    close(upload.file);
    return upload;
}

typedef enum error step_fn(struct ctx *ctx, const struct upload *upload);

static void in_write(struct ctx *ctx, step_fn *step, const struct upload *upload)
{
    assert_status(db_begin(ctx->db, true), DB_OK);
    enum error error = step(ctx, upload);
    if (error)
        fail_msg("%.*s %s", STR_PRINT(ctx->detail), db_message(ctx->db));
    assert_status(db_commit(ctx->db), DB_OK);
}

static enum error refer_one(struct ctx *ctx, const struct upload *upload)
{
    return files_refer(ctx, upload, "test", STR("1"));
}
static enum error refer_two(struct ctx *ctx, const struct upload *upload)
{
    return files_refer(ctx, upload, "test", STR("2"));
}
static enum error release_one(struct ctx *ctx, const struct upload *upload)
{
    return files_release(ctx, str_of(upload->sha256), "test", STR("1"));
}
static enum error release_two(struct ctx *ctx, const struct upload *upload)
{
    return files_release(ctx, str_of(upload->sha256), "test", STR("2"));
}
static int64_t forgotten;
static enum error forget(struct ctx *ctx, const struct upload *upload)
{
    (void)upload;
    return files_forget(ctx, &forgotten);
}

static bool is_there(struct ctx *ctx, const struct upload *upload)
{
    int file;
    assert_status(db_begin(ctx->db, false), DB_OK);
    enum error error = files_open(ctx, str_of(upload->sha256), &file);
    db_rollback(ctx->db);
    if (file >= 0)
        close(file);
    ctx_clear(ctx);
    return error == E_OK;
}

/* As the sweeper does: rows, then bytes. */
static void sweep(struct ctx *ctx)
{
    int64_t unlinked;
    in_write(ctx, forget, NULL);
    assert_int_equal(files_sweep_folder(ctx, &unlinked), E_OK);
}

static void later(struct ctx *ctx, int64_t seconds)
{
    ctx->now.seconds += seconds;
}

/* So that the bytes look as old as the test's clock says. */
static void age(struct ctx *ctx, const struct upload *upload)
{
    char path[4096];
    file_store_path(ctx->files, upload->sha256, path, sizeof(path));
    struct timespec times[2] = {{.tv_sec = ctx->now.seconds}, {.tv_sec = ctx->now.seconds}};
    if (db_is_sqlite(ctx->db))
        assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void a_file_is_kept_while_somebody_refers_to_it(void **state)
{
    struct ctx *ctx = begin(state);
    struct upload file = put(ctx, "kept");
    age(ctx, &file);
    in_write(ctx, refer_one, &file);
    in_write(ctx, refer_two, &file);
    later(ctx, INT64_C(10) * FILE_GRACE_SECONDS);
    sweep(ctx);
    assert_true(is_there(ctx, &file));
    in_write(ctx, release_one, &file);
    later(ctx, INT64_C(2) * FILE_GRACE_SECONDS);
    sweep(ctx);
    assert_true(is_there(ctx, &file));
    in_write(ctx, release_two, &file);
    sweep(ctx);
    assert_true(is_there(ctx, &file)); /* the time of grace */
    later(ctx, FILE_GRACE_SECONDS + 1);
    sweep(ctx);
    assert_false(is_there(ctx, &file));
    end();
}

static void what_nobody_came_to_refer_to_is_removed(void **state)
{
    struct ctx *ctx = begin(state);
    struct upload file = put(ctx, "a crash came between");
    age(ctx, &file);
    sweep(ctx);
    assert_true(is_there(ctx, &file));
    later(ctx, FILE_GRACE_SECONDS + 1);
    /* Somebody brings the same bytes again, just before: they count as new. */
    struct upload again = put(ctx, "a crash came between");
    age(ctx, &again);
    assert_string_equal(again.sha256, file.sha256);
    sweep(ctx);
    assert_true(is_there(ctx, &file));
    later(ctx, FILE_GRACE_SECONDS + 1);
    sweep(ctx);
    assert_false(is_there(ctx, &file));
    /* And may come back after that. */
    file = put(ctx, "a crash came between");
    age(ctx, &file);
    in_write(ctx, refer_one, &file);
    assert_true(is_there(ctx, &file));
    end();
}

static void chunks_come_back_as_they_were(void **state)
{
    struct ctx *ctx = begin(state);
    static const size_t sizes[] = {
        0, 1, FILE_CHUNK - 1, FILE_CHUNK, FILE_CHUNK + 1, (size_t)3 * FILE_CHUNK};
    uint64_t seed = 7;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        char *bytes = arena_alloc(&own.arena, sizes[i] + 1);
        for (size_t k = 0; k < sizes[i]; k++)
            bytes[k] = (char)(unit_random(&seed) & 0xFF);
        struct upload upload, read_back = {.file = -1};
        assert_int_equal(file_store_bytes(ctx, (struct str){bytes, sizes[i]}, &upload), E_OK);
        close(upload.file);
        in_write(ctx, refer_one, &upload);
        assert_status(db_begin(ctx->db, false), DB_OK);
        assert_int_equal(files_open(ctx, str_of(upload.sha256), &read_back.file), E_OK);
        db_rollback(ctx->db);
        assert_true(file_measure(&read_back));
        assert_int_equal(read_back.size, sizes[i]);
        assert_string_equal(read_back.sha256, upload.sha256);
        close(read_back.file);
    }
    end();
}

/* Who keeps a file has more time for it than a request has, and the connection goes on as before.
 */
static void keeping_a_file_leaves_the_deadline_as_it_was(void **state)
{
    struct ctx *ctx = begin(state);
    struct upload upload;
    int before = db_deadline(ctx->db, 5000);
    assert_int_equal(file_store_bytes(ctx, STR("a few bytes"), &upload), E_OK);
    close(upload.file);
    assert_int_equal(db_deadline(ctx->db, before), 5000);
    end();
}

static void a_copy_has_a_ceiling(void **state)
{
    struct ctx *ctx = begin(state);
    struct upload upload;
    int source = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    assert_int_equal(write(source, "0123456789", 10), 10);
    lseek(source, 0, SEEK_SET);
    assert_int_equal(file_store_copy(ctx, source, 9, &upload), E_TOO_LARGE);
    assert_int_equal(upload.file, -1);
    ctx_clear(ctx);
    lseek(source, 0, SEEK_SET);
    assert_int_equal(file_store_copy(ctx, source, 10, &upload), E_OK);
    close(upload.file);
    close(source);
    end();
}

static void files_are_their_owners_alone(void **state)
{
    struct ctx *ctx = begin(state);
    struct upload file = put(ctx, "mode");
    char path[4096];
    struct stat about;
    file_store_path(ctx->files, file.sha256, path, sizeof(path));
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    *strrchr(path, '/') = '\0';
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0700);
    end();
}

static void a_damaged_file_is_replaced_by_the_same_bytes(void **state)
{
    struct ctx *ctx = begin(state);
    struct upload file = put(ctx, "whole"), read_back = {.file = -1};
    char path[4096];
    file_store_path(ctx->files, file.sha256, path, sizeof(path));
    assert_int_equal(truncate(path, 2), 0);
    put(ctx, "whole");
    read_back.file = open(path, O_RDONLY);
    assert_true(file_measure(&read_back));
    assert_string_equal(read_back.sha256, file.sha256);
    close(read_back.file);
    end();
}

/* --- Types ---------------------------------------------------------------------------------- */

static void types_are_told_by_bytes(void **state)
{
    static const struct {
        struct str bytes;
        const char *type;
    } cases[] = {{STR_INIT("\x89PNG\r\n\x1A\n...."), "image/png"},
                 {STR_INIT("\xFF\xD8\xFF\xE0"), "image/jpeg"},
                 {STR_INIT("GIF89a"), "image/gif"},
                 {STR_INIT("RIFF....WEBPVP8 "), "image/webp"},
                 {STR_INIT("RIFF....WAVE"), "text/plain"},
                 {STR_INIT("%PDF-1.7"), "application/pdf"},
                 {STR_INIT("PK\3\4..xl/workbook.xml"),
                  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
                 {STR_INIT("PK\3\4..word/document.xml"),
                  "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
                 {STR_INIT("PK\3\4..something"), "application/zip"},
                 {STR_INIT("\x7F"
                           "ELF"),
                  "application/x-executable"},
                 {STR_INIT("<html><script>"), "text/plain"},
                 {STR_INIT("<svg xmlns="), "text/plain"},
                 {STR_INIT("科创"), "text/plain"},
                 {STR_INIT("a\0b"), "application/octet-stream"},
                 {STR_INIT("\xD6\xD0\xCE\xC4"), "application/octet-stream"},
                 {STR_INIT(""), "application/octet-stream"}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(sniff(cases[i].bytes, cases[i].bytes), cases[i].type);
    /* A character that the head's end cuts in two is no reason to doubt, one at a file's end is. */
    char long_text[SNIFF_HEAD];
    memset(long_text, 'x', sizeof(long_text));
    memcpy(long_text + SNIFF_HEAD - 2, "\xE5\x88", 2);
    assert_str(sniff((struct str){long_text, SNIFF_HEAD}, STR("")), "text/plain");
    assert_str(sniff(STR("科\xE5\x88"), STR("")), "application/octet-stream");
}

static void images_say_their_size(void **state)
{
    static const struct {
        struct str bytes;
        uint32_t width, height;
    } cases[] = {
        {STR_INIT("\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\xC3\x50\0\0\x00\x07"), 50000, 7},
        {STR_INIT("GIF89a\x2C\x01\xC8\x00"), 300, 200},
        {STR_INIT("\xFF\xD8\xFF\xE0\0\4ab\xFF\xC2\0\x11\x08\x01\x00\x02\x00\x03"), 512, 256},
        {STR_INIT("RIFF....WEBPVP8X........\xFF\x00\x00\x0F\x00\x00"), 256, 16},
        {STR_INIT("RIFF....WEBPVP8 ..........\x40\x01\xF0\x00"), 320, 240}};
    uint32_t width, height;
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(image_size(cases[i].bytes, &width, &height));
        assert_int_equal(width, cases[i].width);
        assert_int_equal(height, cases[i].height);
    }
    assert_false(image_size(STR("\x89PNG\r\n\x1A\n"), &width, &height));
    assert_false(image_size(STR("\xFF\xD8\xFF\xE0\0\1"), &width, &height));
    assert_false(image_size(STR("text"), &width, &height));
}

UNIT_GROUP(files, ON_BOTH(a_file_is_kept_while_somebody_refers_to_it),
           ON_BOTH(what_nobody_came_to_refer_to_is_removed), ON_BOTH(chunks_come_back_as_they_were),
           ON_BOTH(keeping_a_file_leaves_the_deadline_as_it_was), ON_BOTH(a_copy_has_a_ceiling),
           ON_SQLITE(files_are_their_owners_alone),
           ON_SQLITE(a_damaged_file_is_replaced_by_the_same_bytes),
           cmocka_unit_test(types_are_told_by_bytes), cmocka_unit_test(images_say_their_size))
