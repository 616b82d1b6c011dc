/* The listener's files: those inside the program, and those of a reply. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "http/embedded.h"
#include "unit/http_app.h"
#include "unit/http_client.h"
#include "unit/unit.h"

static const struct embedded_file *page(void)
{
    for (size_t i = 0; i < embedded_file_count; i++)
        if (strcmp(embedded_files[i].path, "/index.html") == 0)
            return &embedded_files[i];
    fail_msg("there is no /index.html");
    return NULL;
}

/* GETs a path with further headers, each ended by a line break. */
static void get(struct wire *wire, struct answer *answer, const char *path, const char *headers,
                bool body)
{
    char request[500];
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n", path, headers);
    assert_true(wire_text(wire, request));
    assert_true(wire_read(wire, answer, body));
}

static void check_encoding(struct wire *wire, const struct embedded_file *file, const char *name,
                           const struct embedded_body *body)
{
    struct answer answer = {0};
    char headers[200];
    if (!body->data)
        return;
    snprintf(headers, sizeof headers, "Accept-Encoding: %s\r\n", name);
    get(wire, &answer, file->path, headers, true);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.length, body->size);
    assert_memory_equal(answer.body, body->data, body->size);
    assert_str(answer_header(&answer, "Content-Type"), file->content_type);
    assert_str(answer_header(&answer, "ETag"), body->etag);
    assert_str(answer_header(&answer, "Vary"), "Accept-Encoding");
    assert_str(answer_header(&answer, "Cache-Control"),
               file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
    bool identity = strcmp(name, "identity") == 0;
    assert_int_equal(!answer_header(&answer, "Content-Encoding").data, identity);
    if (!identity)
        assert_str(answer_header(&answer, "Content-Encoding"), name);

    snprintf(headers, sizeof headers, "Accept-Encoding: %s\r\nIf-None-Match: \"x\", W/%s\r\n", name,
             body->etag);
    get(wire, &answer, file->path, headers, false);
    assert_int_equal(answer.status, 304);
    assert_str(answer_header(&answer, "ETag"), body->etag);
    assert_int_equal(answer.length, body->size);
    answer_free(&answer);
}

static void each_file_is_served_in_each_encoding(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    struct wire wire;
    assert_true(wire_open(&wire, "127.0.0.1", app.port));
    for (size_t i = 0; i < embedded_file_count; i++) {
        const struct embedded_file *file = &embedded_files[i];
        check_encoding(&wire, file, "identity", &file->identity);
        check_encoding(&wire, file, "gzip", &file->gzip);
        check_encoding(&wire, file, "br", &file->brotli);
    }
    wire_close(&wire);
    app_stop();
}

static void the_client_says_which_encoding_it_likes(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    const struct embedded_file *file = page();
    assert_true(file->gzip.data && file->brotli.data);
    static const struct {
        const char *accepted, *encoding;
    } cases[] = {
        {"gzip, deflate, br, zstd", "br"},
        {"gzip, deflate", "gzip"},
        {"br", "br"},
        {"GZIP", "gzip"},
        {"", NULL},
        {"identity", NULL},
        {"deflate", NULL},
        {"brotli, gzippy", NULL},
        {"br;q=0, gzip", "gzip"},
        {"br;q=0,gzip;q=0", NULL},
        {"br ; q=0.5 , gzip;q=0.8", "gzip"},
        {"br;q=0.8, gzip;q=0.8", "br"},
        {"br;q=0.801, gzip;q=0.81", "gzip"},
        {"br;Q=1.000, gzip", "br"},
        {"br;q=nonsense, gzip;q=0.001", "gzip"},
        {"*", "br"},
        {"*;q=0", NULL},
        {"br;q=0, *", "gzip"},
        {"gzip, *;q=0", "gzip"},
        {"gzip;q=0.000, *;q=0.1", "br"},
        {",,gzip,,", "gzip"},
    };
    struct wire wire;
    struct answer answer = {0};
    assert_true(wire_open(&wire, "127.0.0.1", app.port));
    for (size_t i = 0; i < COUNT(cases); i++) {
        char headers[200];
        snprintf(headers, sizeof headers, "Accept-Encoding: %s\r\n", cases[i].accepted);
        get(&wire, &answer, "/", headers, true);
        if (!str_equal(answer_header(&answer, "Content-Encoding"), str_of(cases[i].encoding)))
            fail_msg("%s: %s", cases[i].accepted, answer.head);
    }
    answer_free(&answer);
    wire_close(&wire);
    app_stop();
}

static void a_file_that_the_browser_has_is_not_sent_again(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    const char *plain = page()->identity.etag, *gzip = page()->gzip.etag;
    const struct {
        const char *format, *etag;
        int status;
    } cases[] = {
        {"If-None-Match: %s\r\n", plain, 304},
        {"If-None-Match: *%.0s\r\n", plain, 304},
        {"If-None-Match: W/%s\r\n", plain, 304},
        {"If-None-Match: \"a\", %s ,\"b\"\r\n", plain, 304},
        {"If-None-Match: \"a\"%.0s\r\n", plain, 200},
        {"If-None-Match: %.5s\r\n", plain, 200},
        {"If-None-Match: %s\r\n", gzip, 200}, /* other bytes */
        {"If-None-Match: %s\r\nAccept-Encoding: gzip\r\n", gzip, 304},
        {"If-None-Match: %s\r\nAccept-Encoding: gzip\r\n", plain, 200},
    };
    struct wire wire;
    struct answer answer = {0};
    assert_true(wire_open(&wire, "127.0.0.1", app.port));
    for (size_t i = 0; i < COUNT(cases); i++) {
        char headers[200];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(headers, sizeof headers, cases[i].format, cases[i].etag);
#pragma GCC diagnostic pop
        get(&wire, &answer, "/", headers, cases[i].status == 200);
        if (answer.status != cases[i].status)
            fail_msg("%s: %d", headers, answer.status);
    }
    answer_free(&answer);
    wire_close(&wire);
    app_stop();
}

static void addresses_inside_the_web_ui_get_its_page(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    static const struct {
        const char *path;
        int status;
    } cases[] = {
        {"/", 200},
        {"/index.html", 200},
        {"/indicators", 200},
        {"/a/b/c", 200},
        {"/v1.2/indicators", 200},
        {"/apiary", 200},
        {"/healthz2", 200},
        {"/%E6%8C%87%E6%A0%87", 200},
        {"/a//", 200},
        {"/api", 404},
        {"/api/", 404},
        {"/api/areas", 404},
        {"/api/index.html", 404},
        {"/healthz", 404},
        {"/missing.js", 404},
        {"/assets/missing-C0ffee42.js", 404},
        {"/../index.html", 404},
        {"/index.html/", 200},
        {"/INDEX.HTML", 404},
        {"//index.html", 404},
    };
    struct wire wire;
    struct answer answer = {0};
    assert_true(wire_open(&wire, "127.0.0.1", app.port));
    for (size_t i = 0; i < COUNT(cases); i++) {
        get(&wire, &answer, cases[i].path, "", true);
        if (answer.status != cases[i].status)
            fail_msg("%s: %d", cases[i].path, answer.status);
        if (answer.status == 200)
            assert_str(answer_header(&answer, "ETag"), page()->identity.etag);
    }
    answer_free(&answer);
    wire_close(&wire);
    assert_reply("POST /index.html HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 404, NULL);
    app_stop();
}

static size_t open_files(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static void a_reply_may_be_a_file(void **state)
{
    (void)state;
    size_t before = open_files();
    app_start(WITH_DEFAULTS);
    struct wire wire;
    struct answer answer = {0};
    assert_true(wire_open(&wire, "127.0.0.1", app.port));
    for (int turn = 0; turn < 20; turn++) {
        get(&wire, &answer, "/file", "", true);
        assert_int_equal(answer.status, 200);
        assert_int_equal(answer.length, 2 << 20);
        uint64_t seed = 7, number;
        for (size_t i = 0; i < answer.length; i += sizeof number) {
            memcpy(&number, answer.body + i, sizeof number);
            if (number != unit_random(&seed))
                fail_msg("wrong at byte %zu", i);
        }
    }
    wire_close(&wire);
    /* Nobody reads it to the end. */
    for (int turn = 0; turn < 20; turn++) {
        assert_true(wire_open(&wire, "127.0.0.1", app.port));
        get(&wire, &answer, "/file", "", false);
        wire_close(&wire);
    }
    answer_free(&answer);
    app_stop();
    assert_int_equal(open_files(), before);
}

static void a_reply_may_be_empty(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    struct wire wire;
    struct answer answer = {0};
    assert_true(wire_open(&wire, "127.0.0.1", app.port));
    for (int turn = 0; turn < 3; turn++) {
        get(&wire, &answer, "/empty", "", false);
        assert_int_equal(answer.status, 204);
        assert_null(answer_header(&answer, "Content-Length").data);
        get(&wire, &answer, "/form?size=0&tag=x&count=0", "", true);
        assert_int_equal(answer.status, 200);
        assert_str(answer_header(&answer, "Content-Length"), "0");
    }
    answer_free(&answer);
    wire_close(&wire);
    app_stop();
}

/* Responses are used again for others that look alike. */
static void no_reply_shows_another_ones_headers_or_body(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    struct wire wire;
    struct answer answer = {0};
    uint64_t seed = 3;
    assert_true(wire_open(&wire, "127.0.0.1", app.port));
    for (int turn = 0; turn < 3000; turn++) {
        static const size_t sizes[] = {1, 2, 65, 4096, 4097, 9000};
        char path[300], tag[100] = {0}, name[20], wanted[120];
        size_t size =
            turn % 2 ? sizes[unit_random(&seed) % COUNT(sizes)] : 3 + unit_random(&seed) % 500;
        int count = (int)(unit_random(&seed) % 8);
        memset(tag, 'a' + (int)(unit_random(&seed) % 26),
               unit_random(&seed) % 8 ? 1 + unit_random(&seed) % 5 : sizeof tag - 1);
        snprintf(path, sizeof path, "/form?size=%zu&tag=%s&count=%d", size, tag, count);
        get(&wire, &answer, path, "", true);
        assert_int_equal(answer.length, size);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(answer.body[i], tag[0]);
        for (int i = 0; i < 9; i++) {
            snprintf(name, sizeof name, "X-%d", i);
            snprintf(wanted, sizeof wanted, "%s%d", tag, i);
            struct str value = answer_header(&answer, name);
            if (!str_equal(value, i < count ? str_of(wanted) : STR_NONE))
                fail_msg("%s: %s is %.*s", path, name, STR_PRINT(value));
        }
        assert_str(answer_header(&answer, "X-Content-Type-Options"), "nosniff");
    }
    answer_free(&answer);
    wire_close(&wire);
    app_stop();
}

static void memory_may_run_out(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    struct wire wire;
    struct answer answer = {0};
    assert_true(wire_open(&wire, "127.0.0.1", app.port));
    get(&wire, &answer, "/exhausted", "", true);
    assert_int_equal(answer.status, 503);
    assert_str(answer_body(&answer), "refused 503 /exhausted ");
    for (int turn = 0; turn < 3; turn++) {
        get(&wire, &answer, "/scarce", "", true);
        assert_int_equal(answer.status, 200);
        static char body[1 << 20];
        assert_true(wire_text(&wire, "POST /large HTTP/1.1\r\nHost: a\r\n"
                                     "Content-Length: 1048576\r\n\r\n"));
        assert_true(wire_bytes(&wire, body, sizeof body));
        assert_true(wire_read(&wire, &answer, true));
        assert_int_equal(answer.status, 503); /* there is no room for the body */
        get(&wire, &answer, "/plenty", "", true);
        assert_str(answer_body(&answer), "failed");
    }
    answer_free(&answer);
    wire_close(&wire);
    app_stop();
}

UNIT_GROUP(http_static, cmocka_unit_test(each_file_is_served_in_each_encoding),
           cmocka_unit_test(the_client_says_which_encoding_it_likes),
           cmocka_unit_test(a_file_that_the_browser_has_is_not_sent_again),
           cmocka_unit_test(addresses_inside_the_web_ui_get_its_page),
           cmocka_unit_test(a_reply_may_be_a_file), cmocka_unit_test(a_reply_may_be_empty),
           cmocka_unit_test(no_reply_shows_another_ones_headers_or_body),
           cmocka_unit_test(memory_may_run_out))
