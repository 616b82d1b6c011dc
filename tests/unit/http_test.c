/* The listener, over real sockets: requests, good and bad, and their replies. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/http_app.h"
#include "unit/http_client.h"
#include "unit/unit.h"

#define ON_HOST " HTTP/1.1\r\nHost: a\r\n"

static void requests_on_one_connection_are_answered_in_order(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    struct wire wire;
    struct answer answer = {0};
    assert_true(wire_open(&wire, "127.0.0.1", app.port));
    assert_true(wire_text(&wire, "POST /echo" ON_HOST "Content-Length: 3\r\n\r\none"
                                 "GET /later?two" ON_HOST "User-Agent: x\r\n\r\n"
                                 "\r\nPUT /echo" ON_HOST "Content-Length: 0\r\n\r\n"
                                 "GET /echo HTTP/1.0\r\n\r\n"));
    static const char *const bodies[] = {"POST one", "later two x []", "PUT ", "GET "};
    for (size_t i = 0; i < COUNT(bodies); i++) {
        assert_true(wire_read(&wire, &answer, true));
        assert_int_equal(answer.status, 200);
        assert_str(answer_body(&answer), bodies[i]);
    }
    assert_true(wire_ended(&wire)); /* after a request in the old version */
    answer_free(&answer);
    wire_close(&wire);
    app_stop();
}

static void head_is_get_without_the_body(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    struct wire wire;
    struct answer answer = {0};
    assert_true(wire_open(&wire, "127.0.0.1", app.port));
    static const char *const paths[] = {"/echo", "/later", "/file", "/index.html"};
    for (size_t i = 0; i < COUNT(paths); i++) {
        char request[200];
        snprintf(request, sizeof request, "HEAD %s" ON_HOST "\r\nGET %s" ON_HOST "\r\n", paths[i],
                 paths[i]);
        assert_true(wire_text(&wire, request));
        assert_true(wire_read(&wire, &answer, false));
        assert_int_equal(answer.status, 200);
        size_t length = answer.length;
        assert_true(length > 0);
        assert_true(wire_read(&wire, &answer, true)); /* nothing came between */
        assert_int_equal(answer.length, length);
    }
    answer_free(&answer);
    wire_close(&wire);
    app_stop();
}

static void a_body_may_come_in_chunks_and_byte_by_byte(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    struct wire wire;
    struct answer answer = {0};
    assert_true(wire_open(&wire, "127.0.0.1", app.port));
    static const char request[] =
        "POST /echo" ON_HOST "Transfer-Encoding: chunked\r\n\r\n"
        "5;note=1\r\nhello\r\n00009\r\n, how are\r\n0\r\nTrailer: x\r\n\r\n";
    for (size_t i = 0; i < sizeof request - 1; i++)
        assert_true(wire_bytes(&wire, request + i, 1));
    assert_true(wire_read(&wire, &answer, true));
    assert_str(answer_body(&answer), "POST hello, how are");
    assert_true(wire_text(&wire, "GET /echo" ON_HOST "\r\n"));
    assert_true(wire_read(&wire, &answer, true));
    assert_str(answer_body(&answer), "GET ");
    answer_free(&answer);
    wire_close(&wire);
    app_stop();
}

/* Sends `size` bytes, as a body or as one chunk, and returns the reply's status. */
static int send_body(const char *path, size_t size, bool chunked)
{
    struct wire wire;
    struct answer answer = {0};
    char head[200];
    char *body = calloc(1, size + 1);
    assert_non_null(body);
    memset(body, 'x', size);
    assert_true(wire_open(&wire, "127.0.0.1", app.port));
    if (chunked)
        snprintf(head, sizeof head, "POST %s" ON_HOST "Transfer-Encoding: chunked\r\n\r\n%zx\r\n",
                 path, size);
    else
        snprintf(head, sizeof head, "POST %s" ON_HOST "Content-Length: %zu\r\n\r\n", path, size);
    /* What is refused may be cut off while it is still being sent: the reply counts. */
    (void)(wire_text(&wire, head) && wire_bytes(&wire, body, size) &&
           wire_text(&wire, chunked ? "\r\n0\r\n\r\n" : ""));
    assert_true(wire_read(&wire, &answer, true));
    if (answer.status == 200) {
        assert_int_equal(answer.length, strlen("POST ") + size);
        assert_memory_equal(answer.body + strlen("POST "), body, size);
    }
    int status = answer.status;
    answer_free(&answer);
    wire_close(&wire);
    free(body);
    return status;
}

static void a_body_has_a_ceiling(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    for (int chunked = 0; chunked < 2; chunked++) {
        assert_int_equal(send_body("/echo", BODY_LIMIT - 1, chunked), 200);
        assert_int_equal(send_body("/echo", BODY_LIMIT, chunked), 200);
        assert_int_equal(send_body("/echo", BODY_LIMIT + 1, chunked), 413);
        assert_int_equal(send_body("/echo", 3 << 20, chunked), 413); /* while it is being sent */
        assert_int_equal(send_body("/large", LARGE_LIMIT, chunked), 200);
        assert_int_equal(send_body("/large", LARGE_LIMIT + 1, chunked), 413);
    }
    /* It is said at once: nothing of the body is sent here. */
    assert_reply("POST /echo" ON_HOST "Content-Length: 1001\r\n\r\n", 413, "refused 413 /echo ");
    assert_reply("POST /echo" ON_HOST "Content-Length: 99999999999999999999\r\n\r\n", 413, NULL);
    /* Past a second ceiling, the connection is cut. */
    struct wire wire;
    char dust[1 << 16] = {0};
    assert_true(wire_open(&wire, "127.0.0.1", app.port));
    assert_true(wire_text(&wire, "POST /echo" ON_HOST "Transfer-Encoding: chunked\r\n\r\n"
                                 "7FFFFFFF\r\n"));
    size_t sent = 0;
    while (wire_bytes(&wire, dust, sizeof dust))
        assert_true((sent += sizeof dust) < 100 << 20);
    wire_close(&wire);
    app_stop();
}

static void a_client_may_ask_before_it_sends_a_body(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    struct wire wire;
    struct answer answer = {0};
    assert_true(wire_open(&wire, "127.0.0.1", app.port));
    assert_true(wire_text(&wire, "POST /echo" ON_HOST "Content-Length: 2\r\n"
                                 "Expect: 100-continue\r\n\r\n"));
    assert_true(wire_read(&wire, &answer, false));
    assert_int_equal(answer.status, 100);
    assert_true(wire_text(&wire, "ok"));
    assert_true(wire_read(&wire, &answer, true));
    assert_str(answer_body(&answer), "POST ok");
    answer_free(&answer);
    wire_close(&wire);
    assert_reply("POST /echo" ON_HOST "Content-Length: 2000\r\nExpect: 100-continue\r\n\r\n", 413,
                 "refused 413 /echo ");
    app_stop();
}

static void what_cannot_be_read_is_refused(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    static const struct {
        const char *request;
        int status; /* 400: by the app's words; -400: in libmicrohttpd's */
    } cases[] = {
        {"GET /%" ON_HOST "\r\n", 400},
        {"GET /%4" ON_HOST "\r\n", 400},
        {"GET /%4g" ON_HOST "\r\n", 400},
        {"GET /%00" ON_HOST "\r\n", 400},
        {"GET /%c3%28" ON_HOST "\r\n", 400},
        {"GET /%ed%a0%80" ON_HOST "\r\n", 400},
        {"GET /\xff" ON_HOST "\r\n", 400},
        {"GET /a b" ON_HOST "\r\n", 400},
        {"GET  /echo" ON_HOST "\r\n", 400},
        {"GET /a\tb" ON_HOST "\r\n", 400},
        {"GET http://a/echo" ON_HOST "\r\n", 400},
        {"GET echo" ON_HOST "\r\n", 400},
        {"OPTIONS *" ON_HOST "\r\n", 400},
        {"GET ?x=1" ON_HOST "\r\n", 400},
        {"BREWBREWBREWBREWBREWBREW /echo" ON_HOST "\r\n", 400},
        {"GET /echo HTTP/1.1\r\n\r\n", 400},
        {"GET /echo" ON_HOST "Host: b\r\n\r\n", 400},
        {"GET /echo" ON_HOST "X: a\x01\r\n\r\n", 400},
        {"GET /echo" ON_HOST "X: \xc3\x28\r\n\r\n", 400},
        {"GET /echo" ON_HOST ": a\r\n\r\n", 400},
        {"GET /echo" ON_HOST ": a\r\nContent-Length: 30\r\n\r\n", 400},
        {"GET /echo HTTP/1.0\r\n: a\r\n\r\n", 400},
        {"GET /echo" ON_HOST "X y: a\r\n\r\n", 400},
        {"GET /echo" ON_HOST "Content-Length : 5\r\n\r\nhello", 400},
        {"GET /echo" ON_HOST "Content-Len: 5\r\n gth\r\n\r\nhello", 400}, /* folded */
        {"GET /echo" ON_HOST "X: a\r\n b\r\n\r\n", 400},
        {"POST /echo" ON_HOST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400},
        {"POST /echo" ON_HOST "Content-Length: 05\r\n\r\nhello", 400},
        {"POST /echo" ON_HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"POST /echo" ON_HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", 400},
        {"POST /echo" ON_HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
         400},
        {"POST /echo" ON_HOST "Content-Length: 5x\r\n\r\nhello", -400},
        {"POST /echo" ON_HOST "Content-Length: -5\r\n\r\nhello", -400},
        {"POST /echo" ON_HOST "Transfer-Encoding: chunked\r\n\r\nz\r\n", -400},
        {"POST /echo" ON_HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n", -400},
        {"GET /echo" ON_HOST "no colon\r\n\r\n", -400},
        {"GET /echo\r\n\r\n", -400},
        {"GET /echo HTTP/2.0\r\n\r\n", -505},
        {"GET /echo HTTP/1.1x\r\n\r\n", -400},
    };
    struct answer answer = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *request = cases[i].request;
        if (!http_ask(app.port, request, &answer))
            fail_msg("no reply to case %zu: %s", i, request);
        bool ours = str_starts(answer_body(&answer), STR("refused"));
        if (answer.status != abs(cases[i].status) || ours != (cases[i].status > 0))
            fail_msg("case %zu: %s: %d %s", i, request, answer.status, answer.body);
    }
    answer_free(&answer);
    assert_reply("GET /%zz" ON_HOST "Accept-Language: en\r\n\r\n", 400, "refused 400 / en");
    app_stop();
}

static void a_nul_ends_nothing(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    static const struct {
        const char *bytes;
        size_t size;
    } cases[] = {
#define BYTES(literal) {literal, sizeof(literal) - 1}
        BYTES("GET /echo\0/secret" ON_HOST "\r\n"),
        BYTES("GET /echo HTTP/1.1\r\nHost: a\0.evil\r\n\r\n"),
        BYTES("GET /echo HTTP/1.1\r\nHost: a\0.evil\r\nX: y\r\n\r\n"),
        BYTES("GET /echo" ON_HOST "\0X: y\r\n\r\n"),
        BYTES("GET /echo" ON_HOST "X\0: y\r\n\r\n"),
        BYTES("GET\0 /echo" ON_HOST "\r\n"),
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct wire wire;
        struct answer answer = {0};
        assert_true(wire_open(&wire, "127.0.0.1", app.port));
        assert_true(wire_bytes(&wire, cases[i].bytes, cases[i].size));
        assert_true(wire_read(&wire, &answer, true));
        if (answer.status != 400)
            fail_msg("case %zu: %d %s", i, answer.status, answer.body);
        answer_free(&answer);
        wire_close(&wire);
    }
    app_stop();
}

static void a_head_has_a_ceiling(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    static const struct {
        size_t target, header;
        int status;
        bool ours;
    } cases[] = {
        {8000, 10, 404, true},   {HTTP_TARGET_MAX, 10, 404, true}, {8300, 10, 414, true},
        {9000, 10, 414, true},   {30000, 10, 414, false},          {100, 9000, 404, true},
        {100, 11000, 431, true}, {100, 30000, 431, false},
    };
    struct answer answer = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t room = cases[i].target + cases[i].header + 100;
        char *request = calloc(1, room), *filler = calloc(1, room);
        assert_true(request && filler);
        memset(filler, 'x', room - 1);
        snprintf(request, room, "GET /api/%.*s" ON_HOST "X: %.*s\r\n\r\n", (int)cases[i].target - 5,
                 filler, (int)cases[i].header, filler);
        assert_true(http_ask(app.port, request, &answer));
        if (answer.status != cases[i].status ||
            str_starts(answer_body(&answer), STR("<")) == cases[i].ours)
            fail_msg("case %zu: %d %.60s", i, answer.status, answer.body);
        free(request);
        free(filler);
    }
    answer_free(&answer);
    app_stop();
}

static void a_path_is_decoded_and_a_query_is_not(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    assert_reply("GET /api/%E9%87%8D%e5%ba%86/a+b%2Fc?q=%E9" ON_HOST "\r\n", 404,
                 "no /api/重庆/a+b/c ? q=%E9");
    assert_reply("GET /api/重庆" ON_HOST "\r\n", 404, "no /api/重庆 ? ");
    assert_reply("GET /api/x?a?b=1&c" ON_HOST "\r\n", 404, "no /api/x ? a?b=1&c");
    assert_reply("GET /api/x?" ON_HOST "\r\n", 404, "no /api/x ? ");
    app_stop();
}

static void headers_are_found_whatever_their_case(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    assert_reply("GET /header" ON_HOST "x-asked: \t one two \r\n\r\n", 200, "one two ");
    assert_reply("GET /header" ON_HOST "X-ASKED: 重\r\nX-Asked: b\r\n\r\n", 200, "重");
    assert_reply("GET /header" ON_HOST "X-Asked:\r\n\r\n", 200, "");
    assert_reply("GET /header" ON_HOST "X-Aske: 1\r\n\r\n", 200, "none");
    app_stop();
}

static void every_reply_carries_the_security_headers(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    static const struct {
        const char *request, *policy;
    } cases[] = {
        {"GET /echo" ON_HOST "\r\n", "default-src 'none'; frame-ancestors 'none'"},
        {"GET /later" ON_HOST "\r\n", "default-src 'none'; frame-ancestors 'none'"},
        {"GET /file" ON_HOST "\r\n", "default-src 'none'; frame-ancestors 'none'"},
        {"GET /%" ON_HOST "\r\n", "default-src 'none'; frame-ancestors 'none'"},
        {"GET /" ON_HOST "\r\n",
         "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src "
         "'self'; worker-src 'self'; img-src 'self' data: blob:; manifest-src 'self'; base-uri "
         "'none'; frame-ancestors 'none'; form-action 'self'"},
    };
    struct answer answer = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(http_ask(app.port, cases[i].request, &answer));
        assert_str(answer_header(&answer, "Content-Security-Policy"), cases[i].policy);
        assert_str(answer_header(&answer, "X-Content-Type-Options"), "nosniff");
        assert_str(answer_header(&answer, "Referrer-Policy"), "no-referrer");
        assert_str(answer_header(&answer, "Cross-Origin-Opener-Policy"), "same-origin");
        assert_str(answer_header(&answer, "Cross-Origin-Resource-Policy"), "same-origin");
        assert_true(answer_header(&answer, "Permissions-Policy").length > 0);
    }
    answer_free(&answer);
    app_stop();
}

/* ---- who asks ---- */

static void host_and_origin_are_judged(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    static const struct {
        const char *headers;
        bool local, same;
    } cases[] = {
        {"Host: localhost", true, true},
        {"Host: LocalHost:8080", true, true},
        {"Host: 127.0.0.1:8080", true, true},
        {"Host: 127.9.9.9", true, true},
        {"Host: [::1]:8080", true, true},
        {"Host: [::1]", true, true},
        {"Host: [::ffff:127.0.0.1]", true, true},
        {"Host: evil.example", false, true},
        {"Host: localhost.evil.example", false, true},
        {"Host: 127.0.0.1.evil.example", false, true},
        {"Host: 127.0.0.1@evil.example", false, true},
        {"Host: 128.0.0.1", false, true},
        {"Host: 127.1", false, true},
        {"Host: [::2]", false, true},
        {"Host: [::1", false, true},
        {"Host: ::1", false, true},
        {"Host: [::1]x", false, true},
        {"Host: localhost:80x", false, true},
        {"Host: ", false, true},
        {"Host: localhost:1\r\nOrigin: http://localhost:1", true, true},
        {"Host: localhost:1\r\nOrigin: http://LOCALHOST:1", true, true},
        {"Host: localhost:1\r\nOrigin: http://localhost:2", true, false},
        {"Host: localhost:1\r\nOrigin: http://localhost", true, false},
        {"Host: localhost:1\r\nOrigin: null", true, false},
        {"Host: localhost:1\r\nOrigin:", true, false},
        {"Host: localhost:1\r\nOrigin: http://evil.example", true, false},
        {"Host: localhost\r\nOrigin: http://localhost:80", true, true},
        {"Host: k.example\r\nOrigin: https://k.example", false, true},
        {"Host: k.example:443\r\nOrigin: https://k.example", false, true},
        {"Host: k.example:443\r\nOrigin: http://k.example", false, false},
        {"Host: k.example\r\nOrigin: ftp://k.example", false, false},
        {"Host: \r\nOrigin: http://", false, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char request[300], wanted[100];
        snprintf(request, sizeof request, "GET /about HTTP/1.1\r\n%s\r\n\r\n", cases[i].headers);
        snprintf(wanted, sizeof wanted, "loopback 1, local %d, origin %d", cases[i].local,
                 cases[i].same);
        assert_reply(request, 200, wanted);
    }
    assert_reply("GET /about HTTP/1.0\r\n\r\n", 200, "loopback 1, local 0, origin 1");
    app_stop();
}

static void the_peer_is_told_by_its_address(void **state)
{
    (void)state;
    static const struct {
        const char *listen, *connect;
    } cases[] = {{"127.0.0.1:0", "127.0.0.1"}, {"127.0.0.1:0", "127.0.0.1"},
                 {"0.0.0.0:0", "127.1.2.3"},   {"localhost:0", "127.0.0.1"},
                 {"[::1]:0", "::1"},           {"[::]:0", "::1"},
                 {"[::]:0", "127.0.0.1"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct wire wire;
        struct answer answer = {0};
        app_start(&(struct http_settings){.address = cases[i].listen});
        if (!wire_open(&wire, cases[i].connect, app.port))
            fail_msg("%s cannot be reached at %s", cases[i].listen, cases[i].connect);
        assert_true(wire_text(&wire, "GET /about" ON_HOST "\r\n"));
        assert_true(wire_read(&wire, &answer, true));
        assert_str(answer_body(&answer), "loopback 1, local 0, origin 1");
        answer_free(&answer);
        wire_close(&wire);
        app_stop();
    }
}

static void a_wrong_address_is_explained(void **state)
{
    (void)state;
    char reason[200], address[50];
    static const struct {
        const char *address, *reason;
    } cases[] = {
        {"8080", "looks like"},
        {":8080", "looks like"},
        {"::1:8080", "looks like"},
        {"127.0.0.1:", "looks like"},
        {"127.0.0.1:x", "looks like"},
        {"127.0.0.1:65536", "looks like"},
        {"127.0.0.1:-1", "looks like"},
        {"[]:80", "not known"},
        {"no.invalid:80", ""},
        {"192.0.2.1:0", "assign"},
        {"", "looks like"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct http_settings settings = {.address = cases[i].address};
        assert_null(http_start(&settings, reason, sizeof reason));
        if (!strstr(reason, cases[i].reason) || !strstr(reason, cases[i].address))
            fail_msg("%s: %s", cases[i].address, reason);
    }
    app_start(WITH_DEFAULTS);
    snprintf(address, sizeof address, "127.0.0.1:%d", app.port);
    assert_null(http_start(&(struct http_settings){.address = address}, reason, sizeof reason));
    assert_non_null(strstr(reason, "in use"));
    assert_non_null(strstr(reason, address));
    app_stop();
}

/* ---- queries ---- */

static struct str encoded(struct arena *arena, struct str text, uint64_t *seed)
{
    char *out = arena_alloc(arena, text.length * 3 + 1);
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        uint64_t whim = unit_random(seed);
        bool plain = (byte >= 'a' && byte <= 'z') || byte >= 0x80 || byte == '/' || byte == '?';
        if (byte == ' ' && whim % 2)
            out[length++] = '+';
        else if (plain && whim % 4)
            out[length++] = (char)byte;
        else
            length += (size_t)snprintf(out + length, 4, whim % 3 ? "%%%02X" : "%%%02x", byte);
    }
    return (struct str){out, length};
}

/* Text of the sort people search for, and of the sort they attack with. */
static struct str some_text(struct arena *arena, uint64_t *seed)
{
    static const char *const pieces[] = {"",  "a", "重庆", "&", "=", "+",  " ",        "%", "%41",
                                         "#", "?", "/",    "é", "z", "𠀀", "\x01\x7f", ";", "'"};
    struct str text = {arena_alloc(arena, 200), 0};
    for (uint64_t count = unit_random(seed) % 8; count > 0; count--)
        text = arena_print(arena, "%.*s%s", STR_PRINT(text),
                           pieces[unit_random(seed) % COUNT(pieces)]);
    return text;
}

static void a_query_comes_back_as_it_was_meant(void **state)
{
    (void)state;
    struct arena arena = {0};
    uint64_t seed = 1;
    for (int turn = 0; turn < 20000; turn++) {
        enum { MOST = 5 };
        struct str names[MOST], values[MOST], query = STR("");
        size_t count = unit_random(&seed) % MOST;
        for (size_t i = 0; i < count; i++) {
            names[i] = some_text(&arena, &seed);
            names[i] = arena_print(&arena, "%zu%.*s", i, STR_PRINT(names[i]));
            values[i] = some_text(&arena, &seed);
            struct str name = encoded(&arena, names[i], &seed);
            struct str value = encoded(&arena, values[i], &seed);
            query =
                arena_print(&arena, "%.*s%s%.*s%s%.*s", STR_PRINT(query),
                            unit_random(&seed) % 4 ? "&" : "&&", STR_PRINT(name),
                            value.length || unit_random(&seed) % 2 ? "=" : "", STR_PRINT(value));
        }
        bool bad = false;
        struct str rest = query, name, value;
        for (size_t i = 0; i < count; i++) {
            assert_true(http_query_next(&arena, &rest, &name, &value, &bad));
            assert_true(str_equal(name, names[i]) && str_equal(value, values[i]));
            value = http_query(&arena, query, names[i].data, &bad);
            assert_true(value.data && str_equal(value, values[i]));
        }
        assert_false(http_query_next(&arena, &rest, &name, &value, &bad));
        assert_null(http_query(&arena, query, "absent", &bad).data);
        assert_false(bad);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void a_query_may_be_unreadable_or_ambiguous(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const struct {
        const char *query, *value;
        bool bad;
    } cases[] = {
        {"a=1", "1", false},
        {"b=1", NULL, false},
        {"", NULL, false},
        {"a", "", false},
        {"a=", "", false},
        {"a=1=2", "1=2", false},
        {"&&a=1&", "1", false},
        {"=1&a=2", "2", false},
        {"%61=1", "1", false},
        {"a=1&a=1", "1", true},
        {"a=1&%61=2", "1", true},
        {"b=1&b=2&a=3", "3", false},
        {"a=%", NULL, true},
        {"a=1&b=%g0", "1", true},
        {"a=%00", NULL, true},
        {"a=%ff", NULL, true},
        {"%c3=1", NULL, true},
        {"a=\xff", NULL, true},
        {"a=%E9%87%8D&c=%E9%87", "重", true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool bad = false;
        struct str value = http_query(&arena, str_of(cases[i].query), "a", &bad);
        if (bad != cases[i].bad || !str_equal(value, str_of(cases[i].value)) ||
            !value.data != !cases[i].value)
            fail_msg("%s: %.*s, bad %d", cases[i].query, STR_PRINT(value), bad);
    }
    arena_free(&arena);
}

UNIT_GROUP(http, cmocka_unit_test(requests_on_one_connection_are_answered_in_order),
           cmocka_unit_test(head_is_get_without_the_body),
           cmocka_unit_test(a_body_may_come_in_chunks_and_byte_by_byte),
           cmocka_unit_test(a_body_has_a_ceiling),
           cmocka_unit_test(a_client_may_ask_before_it_sends_a_body),
           cmocka_unit_test(what_cannot_be_read_is_refused), cmocka_unit_test(a_nul_ends_nothing),
           cmocka_unit_test(a_head_has_a_ceiling),
           cmocka_unit_test(a_path_is_decoded_and_a_query_is_not),
           cmocka_unit_test(headers_are_found_whatever_their_case),
           cmocka_unit_test(every_reply_carries_the_security_headers),
           cmocka_unit_test(host_and_origin_are_judged),
           cmocka_unit_test(the_peer_is_told_by_its_address),
           cmocka_unit_test(a_wrong_address_is_explained),
           cmocka_unit_test(a_query_comes_back_as_it_was_meant),
           cmocka_unit_test(a_query_may_be_unreadable_or_ambiguous))
