/* Children that try what they should not. They are written in Perl, which every Debian has. */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "core/child.h"
#include "unit/unit.h"

static struct arena arena;

static int forget(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static enum child_end run(const char *script, struct child with, struct str *result)
{
    struct child child = with;
    child.words[0] = "perl";
    child.words[1] = "-e";
    child.words[2] = script;
    child.input = with.input ? with.input : -1;
    child.seconds = with.seconds ? with.seconds : 10;
    child.memory = with.memory ? with.memory : (size_t)1 << 30;
    child.output_max = with.output_max ? with.output_max : 1 << 20;
    enum child_end end = child_run(&arena, &child, result);
    if (end == CHILD_UNAVAILABLE)
        skip(); /* a kernel without Landlock: there are no children at all */
    return end;
}

static void must_say(const char *script, const char *words)
{
    struct str said;
    assert_int_equal(run(script, (struct child){.seconds = 10}, &said), CHILD_DONE);
    assert_str(said, words);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void it_reads_its_input_and_gives_what_it_prints_or_writes(void **state)
{
    (void)state;
    struct str result;
    int input = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    assert_int_equal(write(input, "hello", 5), 5);
    assert_int_equal(
        run("open F, '<in'; print 'in:', <F>", (struct child){.input = input}, &result),
        CHILD_DONE);
    assert_str(result, "in:hello");
    assert_int_equal(run("open F, '>out'; print F 'written'; print 'printed'",
                         (struct child){.output = "out"}, &result),
                     CHILD_DONE);
    assert_str(result, "written");
    assert_int_equal(run("1", (struct child){.output = "out"}, &result), CHILD_FAILED);
    close(input);
}

static void it_sees_no_files_but_programs_and_its_own(void **state)
{
    (void)state;
    must_say("print open(F, '<', '/etc/passwd') ? 'read' : 'no'", "no");
    must_say("print opendir(D, '/proc') ? 'read' : 'no'", "no");
    must_say("print opendir(D, '/tmp') ? 'read' : 'no'", "no");
    must_say("print opendir(D, '..') ? 'read' : 'no'", "no");
    must_say("print open(F, '>', '/tmp/kechuang-child-was-here') ? 'wrote' : 'no'", "no");
    must_say("print open(F, '>', '/dev/shm/kechuang') ? 'wrote' : 'no'", "no");
    must_say("print open(F, '<', '/usr/bin/perl') ? 'read' : 'no'", "read");
    must_say("print symlink('/etc/passwd', 'out') || mkdir('a') ? 'made' : 'no'", "no");
    must_say("print join ',', sort keys %ENV", "HOME,LANG,PATH,TMPDIR");
    /* Nothing that we have open: only 0, 1, 2 (and what Perl opens: its script has no file). */
    must_say("for (3 .. 63) { print $_ if open(F, '<&=', $_) && -e F && !-p F } print 'none'",
             "none");
}

static void it_has_no_network(void **state)
{
    (void)state;
    must_say("use Socket; print socket(S, PF_INET, SOCK_STREAM, 0) ? 'socket' : 'no'", "no");
    must_say("use Socket; print socket(S, PF_UNIX, SOCK_STREAM, 0) ? 'socket' : 'no'", "no");
    must_say("use Socket; print socketpair(A, B, PF_UNIX, SOCK_STREAM, 0) ? 'pair' : 'no'", "no");
}

static void it_starts_and_touches_no_process(void **state)
{
    (void)state;
    must_say("print defined(fork) ? 'forked' : 'no'; ", "no");
    must_say("print ((system 'true') == 0 ? 'ran' : 'no')", "no");
    must_say("print kill(9, getppid()) ? 'killed' : 'no'", "no");
    must_say("$n = 0; $n += defined fork for 1 .. 1000; print $n", "0");
}

static void it_ends_in_time(void **state)
{
    (void)state;
    struct str result;
    double began = now();
    assert_int_equal(run("sleep 100", (struct child){.seconds = 1}, &result), CHILD_TIMEOUT);
    assert_int_equal(run("1 while 1", (struct child){.seconds = 1}, &result), CHILD_TIMEOUT);
    /* It closes what it prints into, ignores what it can, and sleeps on. */
    assert_int_equal(run("$SIG{$_} = 'IGNORE' for qw(TERM HUP INT XCPU); close STDOUT; sleep 100",
                         (struct child){.seconds = 1}, &result),
                     CHILD_TIMEOUT);
    assert_true(now() - began < 9);
}

static void it_takes_no_more_than_it_may(void **state)
{
    (void)state;
    struct str result;
    assert_int_equal(
        run("print 'x' x 65536 while 1", (struct child){.output_max = 100000}, &result),
        CHILD_TOO_LARGE);
    assert_int_equal(run("open F, '>out'; $| = 1; print F 'x' x 65536 while 1",
                         (struct child){.output = "out", .output_max = 100000}, &result),
                     CHILD_TOO_LARGE);
    assert_int_equal(run("$x = 'x' x (1 << 29); print length $x",
                         (struct child){.memory = (size_t)1 << 28}, &result),
                     CHILD_FAILED);
    must_say("$n = 0; for (1 .. 1000) { open($f[$_], '<', '/usr/bin/perl') and $n++ } "
             "print $n < 64 ? 'few' : 'many'",
             "few");
}

static void what_fails_or_is_not_there_is_said(void **state)
{
    (void)state;
    struct str result;
    struct child nothing = {
        .words = {"no-such-program"}, .input = -1, .seconds = 1, .output_max = 10};
    assert_int_equal(child_run(&arena, &nothing, &result), CHILD_MISSING);
    assert_int_equal(run("exit 3", (struct child){.seconds = 5}, &result), CHILD_FAILED);
    assert_int_equal(run("kill 9, $$; sleep 1; exit 4", (struct child){.seconds = 5}, &result),
                     CHILD_FAILED);
    assert_false(child_is_installed("no-such-program"));
}

UNIT_GROUP(child,
           cmocka_unit_test_teardown(it_reads_its_input_and_gives_what_it_prints_or_writes, forget),
           cmocka_unit_test_teardown(it_sees_no_files_but_programs_and_its_own, forget),
           cmocka_unit_test_teardown(it_has_no_network, forget),
           cmocka_unit_test_teardown(it_starts_and_touches_no_process, forget),
           cmocka_unit_test_teardown(it_ends_in_time, forget),
           cmocka_unit_test_teardown(it_takes_no_more_than_it_may, forget),
           cmocka_unit_test_teardown(what_fails_or_is_not_there_is_said, forget))
