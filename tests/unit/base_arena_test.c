/* The arena: what a request may rely on when memory is short. */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "unit/memory.h"
#include "unit/unit.h"

static void take_64_bytes(struct arena *arena)
{
    arena_alloc(arena, 64);
}

static void memory_is_zeroed_and_aligned_for_anything(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (int round = 0; round < 2; round++) { /* the second time in used memory */
        for (size_t size = 0; size < 5000; size += 7) {
            char *memory = arena_alloc(&arena, size);
            assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(memory[i], 0);
            memset(memory, 0xAA, size);
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void allocations_do_not_overlap(void **state)
{
    (void)state;
    struct arena arena = {0};
    unsigned char *pieces[200];
    for (size_t i = 0; i < COUNT(pieces); i++)
        memset(pieces[i] = arena_alloc(&arena, i * 13 + 1), (int)i, i * 13 + 1);
    for (size_t i = 0; i < COUNT(pieces); i++)
        for (size_t k = 0; k < i * 13 + 1; k++)
            assert_int_equal(pieces[i][k], i);
    arena_free(&arena);
}

static void growing_keeps_the_contents(void **state)
{
    (void)state;
    struct arena arena = {0};
    char *text = arena_alloc(&arena, 4);
    memcpy(text, "abc", 4);
    char *grown = arena_grow(&arena, text, 4, 100);
    assert_ptr_equal(grown, text); /* nothing was allocated meanwhile */
    arena_alloc(&arena, 1);
    char *moved = arena_grow(&arena, grown, 100, 200000);
    assert_ptr_not_equal(moved, grown);
    assert_string_equal(moved, "abc");
    assert_non_null(arena_grow(&arena, NULL, 0, 10));
    arena_free(&arena);
}

static void reserve_a_megabyte_more(struct arena *arena)
{
    arena_alloc(arena, 1 << 20);
}

static void more_than_the_ceiling_escapes(void **state)
{
    (void)state;
    struct arena arena = {.ceiling = 1 << 20};
    assert_false(memory_escapes(&arena, take_64_bytes));
    assert_true(memory_escapes(&arena, reserve_a_megabyte_more));
    assert_false(memory_escapes(&arena, take_64_bytes)); /* what was there still serves */
    size_t count = 0;
    while (!memory_escapes(&arena, take_64_bytes))
        count++;
    assert_in_range(count, 5000, (1 << 20) / 64);
    assert_true(arena.used <= arena.ceiling);
    arena_reset(&arena);
    assert_false(memory_escapes(&arena, take_64_bytes));
    arena_free(&arena);
}

static void take_all_there_is(struct arena *arena)
{
    arena_array(arena, SIZE_MAX / 2, 3);
}

static void take_nearly_all_there_is(struct arena *arena)
{
    arena_alloc(arena, SIZE_MAX - 8);
}

static void grow_to_all_there_is(struct arena *arena)
{
    arena_grow(arena, arena_alloc(arena, 8), 8, SIZE_MAX - 8);
}

static void sizes_that_overflow_escape(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_true(memory_escapes(&arena, take_all_there_is));
    assert_true(memory_escapes(&arena, take_nearly_all_there_is));
    assert_true(memory_escapes(&arena, grow_to_all_there_is));
    arena_free(&arena);
}

static void a_machine_without_memory_escapes(void **state)
{
    (void)state;
    struct arena arena = {0};
    memory_fail_after(0);
    bool escaped = memory_escapes(&arena, take_64_bytes);
    assert_true(memory_recover() && escaped);
    arena_free(&arena);
}

static void after_a_reset_a_request_allocates_nothing(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (int i = 0; i < 100000; i++)
        arena_alloc(&arena, 10);
    arena_reset(&arena);
    memory_fail_after(0);
    arena_alloc(&arena, 10000);
    assert_false(memory_recover());
    arena_free(&arena);
    assert_int_equal(arena.used, 0);
}

static char order[8];

static void note(void *what)
{
    snprintf(order + strlen(order), sizeof(order) - strlen(order), "%s", (const char *)what);
}

static char a[] = "a", b[] = "b";

static void cleanups_run_once_last_first(void **state)
{
    (void)state;
    struct arena arena = {0};
    *order = '\0';
    arena_defer(&arena, note, a);
    arena_defer(&arena, note, b);
    arena_reset(&arena);
    arena_reset(&arena);
    assert_string_equal(order, "ba");
    arena_free(&arena);
}

static void defer_once(struct arena *arena)
{
    arena_defer(arena, note, a);
}

static void what_cannot_be_deferred_is_released_at_once(void **state)
{
    (void)state;
    struct arena arena = {0};
    *order = '\0';
    memory_fail_after(0);
    bool escaped = memory_escapes(&arena, defer_once);
    assert_true(memory_recover() && escaped);
    assert_string_equal(order, "a");
    arena_free(&arena);
    assert_string_equal(order, "a");
}

static void copies_end_with_nul_and_no_text_stays_none(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct str copy = arena_str(&arena, str_first(STR("科技创新"), 6));
    assert_string_equal(copy.data, "科技");
    assert_null(arena_str(&arena, STR_NONE).data);
    assert_non_null(arena_str(&arena, STR("")).data);
    assert_str(arena_print(&arena, "%d-%s", 7, "x"), "7-x");
    arena_free(&arena);
}

static void a_buffer_grows_and_keeps_everything(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf out = {.arena = &arena}, other = {.arena = &arena};
    assert_str(buf_str(&out), "");
    for (int i = 0; i < 20000; i++) {
        buf_print(&out, "%d,", i);
        if (i % 1000 == 0)
            buf_char(&other, 'x'); /* so that it has to move now and then */
    }
    const char *at = out.data;
    for (int i = 0; i < 20000; i++) {
        char *end;
        assert_int_equal(strtol(at, &end, 10), i);
        at = end + 1;
    }
    assert_ptr_equal(at, out.data + out.length);
    arena_free(&arena);
}

/* Cutting and comparing slices. */
static void slices_are_cut_without_copying(void **state)
{
    (void)state;
    struct str rest = STR("a,,b"), part;
    assert_true(str_cut(&rest, ',', &part));
    assert_str(part, "a");
    assert_true(str_cut(&rest, ',', &part));
    assert_str(part, "");
    assert_true(str_cut(&rest, ',', &part));
    assert_str(part, "b");
    assert_false(str_cut(&rest, ',', &part));
    rest = STR("a,");
    assert_true(str_cut(&rest, ',', &part) && str_cut(&rest, ',', &part));
    assert_str(part, ""); /* an empty part stands behind the last comma */
    assert_false(str_cut(&rest, ',', &part));
    assert_str(str_skip(STR("abc"), 9), "");
    assert_str(str_first(STR("abc"), 9), "abc");
    assert_null(str_skip(STR_NONE, 3).data);
    assert_true(str_starts(STR("abc"), STR("ab")) && !str_starts(STR("a"), STR("ab")));
    assert_true(str_ends(STR("abc"), STR("bc")) && !str_ends(STR("c"), STR("bc")));
    assert_true(
        str_equal(STR(""), STR_NONE)); /* as texts; whether there is one is another matter */
}

UNIT_GROUP(arena, cmocka_unit_test(memory_is_zeroed_and_aligned_for_anything),
           cmocka_unit_test(allocations_do_not_overlap),
           cmocka_unit_test(growing_keeps_the_contents),
           cmocka_unit_test(more_than_the_ceiling_escapes),
           cmocka_unit_test(sizes_that_overflow_escape),
           cmocka_unit_test(a_machine_without_memory_escapes),
           cmocka_unit_test(after_a_reset_a_request_allocates_nothing),
           cmocka_unit_test(cleanups_run_once_last_first),
           cmocka_unit_test(what_cannot_be_deferred_is_released_at_once),
           cmocka_unit_test(copies_end_with_nul_and_no_text_stays_none),
           cmocka_unit_test(a_buffer_grows_and_keeps_everything),
           cmocka_unit_test(slices_are_cut_without_copying))
