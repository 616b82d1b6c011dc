/* The listener when it takes longer: replies from other threads, deadlines, slow clients, stopping,
 * and many at once. */
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "unit/http_app.h"
#include "unit/http_client.h"
#include "unit/unit.h"

#define ON_HOST " HTTP/1.1\r\nHost: a\r\n"
#define HELD    "GET /held" ON_HOST "\r\n"

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void a_reply_may_come_from_another_thread(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    struct wire wire;
    struct answer answer = {0};
    assert_true(wire_open(&wire, "127.0.0.1", app.port));
    for (size_t turn = 1; turn <= 100; turn++) {
        assert_true(wire_text(&wire, "POST /later?q" ON_HOST "User-Agent: me\r\n"
                                     "Content-Length: 4\r\n\r\nbody"));
        assert_true(wire_read(&wire, &answer, true));
        assert_int_equal(answer.status, 200);
        assert_str(answer_body(&answer), "later q me [body]");
        assert_true(app_wait_for(&app.released, turn));
    }
    answer_free(&answer);
    wire_close(&wire);
    app_stop();
}

/* A connection is blind while its reply is put off. */
static void a_client_may_leave_before_its_reply(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    struct wire wire[3];
    for (size_t i = 0; i < COUNT(wire); i++) {
        assert_true(wire_open(&wire[i], "127.0.0.1", app.port));
        assert_true(wire_text(&wire[i], HELD));
    }
    assert_true(app_wait_for(&app.held_count, COUNT(wire)));
    wire_close(&wire[0]);
    setsockopt(wire[1].socket, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1},
               sizeof(struct linger));
    wire_close(&wire[1]); /* with a reset */
    app_send_held(STR("here"));
    assert_true(app_wait_for(&app.released, COUNT(wire))); /* nothing is kept */
    struct answer answer = {0};
    assert_true(wire_read(&wire[2], &answer, true));
    assert_str(answer_body(&answer), "here");
    answer_free(&answer);
    wire_close(&wire[2]);
    app_stop();
}

static void a_reply_may_be_put_off_and_sent_at_once(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    static struct wire wires[HELD_MAX + 3];
    struct answer answer = {0};
    for (size_t i = 0; i < COUNT(wires); i++) {
        assert_true(wire_open(&wires[i], "127.0.0.1", app.port));
        assert_true(wire_text(&wires[i], HELD));
        if (i < HELD_MAX) {
            assert_true(app_wait_for(&app.held_count, i + 1));
            continue;
        }
        assert_true(wire_read(&wires[i], &answer, true));
        assert_str(answer_body(&answer), "no room");
    }
    app_send_held(STR("held"));
    for (size_t i = 0; i < COUNT(wires); i++) {
        if (i < HELD_MAX)
            assert_true(wire_read(&wires[i], &answer, true));
        wire_close(&wires[i]);
    }
    answer_free(&answer);
    app_stop();
}

static void past_its_deadline_a_request_is_refused(void **state)
{
    (void)state;
    app_start(&(struct http_settings){.later_ms = 30});
    struct wire wire[4];
    struct answer answer = {0};
    for (size_t i = 0; i < COUNT(wire); i++) {
        assert_true(wire_open(&wire[i], "127.0.0.1", app.port));
        assert_true(wire_text(&wire[i], "GET /held?x" ON_HOST "Accept-Language: en\r\n\r\n"));
    }
    for (size_t i = 0; i < COUNT(wire); i++) {
        assert_true(wire_read(&wire[i], &answer, true));
        assert_int_equal(answer.status, 503);
        assert_str(answer_body(&answer), "refused 503 /held en");
        assert_true(wire_text(&wire[i], "GET /echo" ON_HOST "\r\n"));
        assert_true(wire_read(&wire[i], &answer, true)); /* the connection goes on */
        assert_int_equal(answer.status, 200);
    }
    /* Whoever was at it can still read the request; his reply is too late, and frees it. */
    assert_true(app_wait_for(&app.held_count, COUNT(wire)));
    assert_int_equal(app.released, 0);
    for (size_t i = 0; i < COUNT(wire); i++) {
        assert_str(app.held[i]->query, "x");
        assert_str(http_header(app.held[i], "Accept-Language"), "en");
        wire_close(&wire[i]);
    }
    app_send_held(STR("late"));
    assert_true(app_wait_for(&app.released, COUNT(wire)));
    answer_free(&answer);
    app_stop();
}

/* Sends `text` again and again, until the server has closed the connection. */
static bool drip(struct wire *wire, const char *text)
{
    double end = now() + 10;
    for (;;) {
        struct pollfd closed = {.fd = wire->socket, .events = POLLIN};
        if (poll(&closed, 1, 10) > 0)
            return true;
        if (now() > end)
            return false;
        if (send(wire->socket, text, strlen(text), MSG_NOSIGNAL) < 0)
            return errno == EPIPE || errno == ECONNRESET;
    }
}

static void a_client_that_dawdles_is_cut_off(void **state)
{
    (void)state;
    /* As long as something comes, idle_seconds do not help. */
    app_start(&(struct http_settings){.request_ms = 50, .idle_seconds = 1});
    static const struct {
        const char *start, *more;
    } cases[] = {
        {"", ""},
        {"GET /echo HT", ""},
        {"GET /echo" ON_HOST, "X: y\r\n"},
        {"POST /echo" ON_HOST "Content-Length: 900\r\n\r\n", "x"},
        {"POST /echo" ON_HOST "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"},
        {"GET /echo" ON_HOST "\r\n", ""}, /* idle after its reply */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct wire wire;
        struct answer answer = {0};
        assert_true(wire_open(&wire, "127.0.0.1", app.port));
        assert_true(wire_text(&wire, cases[i].start));
        if (i == COUNT(cases) - 1)
            assert_true(wire_read(&wire, &answer, true));
        if (!drip(&wire, cases[i].more))
            fail_msg("case %zu: still connected", i);
        answer_free(&answer);
        wire_close(&wire);
    }
    app_stop();
}

/* Whoever opens connections only to hold them takes no file handle that others need. */
static void a_crowd_of_clients_leaves_file_handles_to_others(void **state)
{
    (void)state;
    struct rlimit before, few = {.rlim_cur = 400};
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    app_start(WITH_DEFAULTS);
    struct rlimit raised;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &raised), 0);
    assert_true(raised.rlim_cur == raised.rlim_max || raised.rlim_cur > HTTP_CONNECTIONS_MAX);
    app_stop();
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* ---- stopping ---- */

struct stopping {
    pthread_t thread;
    int seconds;
    double took;
};

static void *stop_server(void *state)
{
    struct stopping *stopping = state;
    double start = now();
    http_stop(app.server, stopping->seconds);
    stopping->took = now() - start;
    return NULL;
}

static void begin_to_stop(struct stopping *stopping, int seconds)
{
    stopping->seconds = seconds;
    assert_int_equal(pthread_create(&stopping->thread, NULL, stop_server, stopping), 0);
}

static void is_stopped(struct stopping *stopping)
{
    assert_int_equal(pthread_join(stopping->thread, NULL), 0);
    app.server = NULL;
}

static void stopping_waits_for_what_is_in_work(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    struct wire waiting[8], idle, late;
    struct answer answer = {0};
    assert_true(wire_open(&idle, "127.0.0.1", app.port));
    assert_true(wire_text(&idle, "GET /echo" ON_HOST "\r\n") && wire_read(&idle, &answer, true));
    for (size_t i = 0; i < COUNT(waiting); i++) {
        assert_true(wire_open(&waiting[i], "127.0.0.1", app.port));
        assert_true(wire_text(&waiting[i], HELD));
    }
    assert_true(app_wait_for(&app.held_count, COUNT(waiting)));
    struct stopping stopping;
    begin_to_stop(&stopping, 30);
    for (double end = now() + 10; wire_open(&late, "127.0.0.1", app.port);) {
        wire_close(&late); /* until nobody listens any more */
        assert_true(now() < end);
    }
    assert_true(wire_text(&idle, "GET /echo" ON_HOST "\r\n") && wire_read(&idle, &answer, true));
    assert_int_equal(answer.status, 503);
    assert_str(answer_header(&answer, "Connection"), "close");
    app_send_held(STR("still"));
    for (size_t i = 0; i < COUNT(waiting); i++) {
        assert_true(wire_read(&waiting[i], &answer, true));
        assert_str(answer_body(&answer), "still");
        assert_str(answer_header(&answer, "Connection"), "close");
        assert_true(wire_ended(&waiting[i]));
        wire_close(&waiting[i]);
    }
    is_stopped(&stopping);
    assert_true(stopping.took < 10);
    answer_free(&answer);
    wire_close(&idle);
    app_stop();
}

static void stopping_does_not_wait_for_ever(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    struct wire waiting[8];
    struct answer answer = {0};
    for (size_t i = 0; i < COUNT(waiting); i++) {
        assert_true(wire_open(&waiting[i], "127.0.0.1", app.port));
        assert_true(wire_text(&waiting[i], HELD));
    }
    assert_true(app_wait_for(&app.held_count, COUNT(waiting)));
    struct stopping stopping;
    begin_to_stop(&stopping, 0);
    is_stopped(&stopping);
    assert_true(stopping.took < 5);
    for (size_t i = 0; i < COUNT(waiting); i++) {
        assert_true(wire_read(&waiting[i], &answer, true));
        assert_int_equal(answer.status, 503);
        wire_close(&waiting[i]);
    }
    answer_free(&answer);
    app_send_held(STR("after the server has gone")); /* which is what frees it */
    assert_int_equal(app.released, COUNT(waiting));
    app_stop();
}

/* ---- many at once ---- */

enum { THREADS = 8, ROUNDS = 300, PIPELINED = 4 };

static pthread_barrier_t common_start;
static atomic_int wrong;

/* What a thread asks, and what it must get. */
static void make_request(uint64_t *seed, char *request, size_t room, char *wanted,
                         size_t wanted_room)
{
    unsigned number = (unsigned)unit_random(seed);
    char body[16];
    int size = snprintf(body, sizeof body, "%u", number);
    switch (unit_random(seed) % 4) {
    case 0:
        snprintf(request, room, "GET /api/%u?%u" ON_HOST "\r\n", number, number);
        snprintf(wanted, wanted_room, "no /api/%u ? %u", number, number);
        break;
    case 1:
        snprintf(request, room, "POST /echo" ON_HOST "Content-Length: %d\r\n\r\n%s", size, body);
        snprintf(wanted, wanted_room, "POST %u", number);
        break;
    case 2:
        snprintf(request, room, "GET /later?%u" ON_HOST "User-Agent: %u\r\n\r\n", number, number);
        snprintf(wanted, wanted_room, "later %u %u []", number, number);
        break;
    default:
        snprintf(request, room,
                 "POST /later?%u" ON_HOST "Transfer-Encoding: chunked\r\n\r\n"
                 "%x\r\n%s\r\n0\r\n\r\n",
                 number, (unsigned)size, body);
        snprintf(wanted, wanted_room, "later %u  [%u]", number, number);
        break;
    }
}

static bool one_round(struct wire *wire, uint64_t *seed)
{
    char requests[PIPELINED * 200] = "", wanted[PIPELINED][80];
    struct answer answer = {0};
    for (size_t i = 0, used = 0; i < PIPELINED; i++, used = strlen(requests))
        make_request(seed, requests + used, sizeof requests - used, wanted[i], sizeof wanted[i]);
    bool good = wire_text(wire, requests);
    for (size_t i = 0; good && i < PIPELINED; i++)
        good = wire_read(wire, &answer, true) && str_is(answer_body(&answer), wanted[i]);
    answer_free(&answer);
    return good;
}

static void *make_requests(void *state)
{
    struct wire wire;
    uint64_t seed = *(const uint64_t *)state;
    bool good = wire_open(&wire, "127.0.0.1", app.port);
    pthread_barrier_wait(&common_start);
    for (int round = 0; good && round < ROUNDS; round++) {
        if (round % 50 == 49) { /* on a new connection, too */
            wire_close(&wire);
            good = wire_open(&wire, "127.0.0.1", app.port);
        }
        good = good && one_round(&wire, &seed);
    }
    wire_close(&wire);
    wrong += !good;
    return NULL;
}

static void thousands_of_requests_at_once_get_their_own_replies(void **state)
{
    (void)state;
    app_start(WITH_DEFAULTS);
    pthread_t threads[THREADS];
    uint64_t seeds[THREADS];
    pthread_barrier_init(&common_start, NULL, THREADS);
    for (size_t i = 0; i < THREADS; i++) {
        seeds[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, make_requests, &seeds[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&common_start);
    assert_int_equal(wrong, 0);
    app_stop();
}

/* Deadlines, replies, clients that leave and the end of the server, all at the same moment. */
static void *ask_and_leave(void *state)
{
    uint64_t seed = *(const uint64_t *)state;
    pthread_barrier_wait(&common_start);
    for (struct wire wire; wire_open(&wire, "127.0.0.1", app.port); wire_close(&wire)) {
        char byte;
        struct pollfd reply = {.fd = wire.socket, .events = POLLIN};
        bool sent = wire_text(&wire, "GET /later" ON_HOST "\r\n");
        if (sent && poll(&reply, 1, (int)(unit_random(&seed) % 4)) > 0)
            (void)!recv(wire.socket, &byte, 1, 0);
    }
    return NULL;
}

static void deadlines_replies_and_the_end_may_coincide(void **state)
{
    (void)state;
    for (int turn = 0; turn < 20; turn++) {
        app_start(&(struct http_settings){.later_ms = 1, .request_ms = 20});
        pthread_t threads[THREADS];
        uint64_t seeds[THREADS];
        struct stopping stopping;
        pthread_barrier_init(&common_start, NULL, THREADS + 1);
        for (size_t i = 0; i < THREADS; i++) {
            seeds[i] = i;
            assert_int_equal(pthread_create(&threads[i], NULL, ask_and_leave, &seeds[i]), 0);
        }
        pthread_barrier_wait(&common_start);
        assert_true(app_wait_for(&app.released, 20));
        begin_to_stop(&stopping, turn % 2);
        for (size_t i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        is_stopped(&stopping);
        assert_true(stopping.took < 10);
        pthread_barrier_destroy(&common_start);
        app_stop();
    }
}

UNIT_GROUP(http_later, cmocka_unit_test(a_reply_may_come_from_another_thread),
           cmocka_unit_test(a_client_may_leave_before_its_reply),
           cmocka_unit_test(a_reply_may_be_put_off_and_sent_at_once),
           cmocka_unit_test(past_its_deadline_a_request_is_refused),
           cmocka_unit_test(a_client_that_dawdles_is_cut_off),
           cmocka_unit_test(a_crowd_of_clients_leaves_file_handles_to_others),
           cmocka_unit_test(stopping_waits_for_what_is_in_work),
           cmocka_unit_test(stopping_does_not_wait_for_ever),
           cmocka_unit_test(thousands_of_requests_at_once_get_their_own_replies),
           cmocka_unit_test(deadlines_replies_and_the_end_may_coincide))
