/* The guard before another database: which texts are one query, and which addresses may be asked.
 */
#include "base/buf.h"
#include "db/foreign.h"
#include "unit/unit.h"

static void queries_are_told_from_other_statements(void **state)
{
    static const char *const good[] = {
        "SELECT 1",
        "select a from b;",
        "  -- why\n /* a /* nested */ one */ SELECT 1 ; ; ",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "(SELECT 1) UNION (SELECT 2)",
        "VALUES (1), (2)",
        "TABLE a",
        "SELECT ';', \"a;b\", $$ ; $$, $x$ ; $$ ; $x$, 'it''s;', E'\\';' FROM a",
        "SELECT a -- ; DROP\nFROM b",
        "SELECT $1x, a$b FROM c"};
    static const char *const bad[] = {"",
                                      "   ",
                                      ";",
                                      "-- SELECT 1",
                                      "DROP TABLE a",
                                      "selected",
                                      "SELECT1",
                                      "SELECT 1; SELECT 2",
                                      "SELECT 1;;x",
                                      "SELECT 'a' ; DROP TABLE b --'",
                                      "SELECT $$a$$; DROP TABLE b",
                                      "SELECT 'open",
                                      "SELECT \"open",
                                      "SELECT $a$ open",
                                      "SELECT /* open",
                                      "SELECT E'\\'; DROP TABLE b --'; DROP TABLE c",
                                      "EXPLAIN ANALYZE SELECT 1",
                                      "COPY a TO STDOUT",
                                      "BEGIN",
                                      "SET ROLE x"};
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        if (!foreign_is_query(str_of(good[i])))
            fail_msg("refused: %s", good[i]);
    for (size_t i = 0; i < COUNT(bad); i++)
        if (foreign_is_query(str_of(bad[i])))
            fail_msg("taken: %s", bad[i]);
    assert_false(foreign_is_query((struct str){"SELECT 1\0 ", 10}));
}

/* A semicolon that is put anywhere outside of what is quoted, with a word behind it, is found; one
 * inside is not. */
static void a_second_statement_is_found_wherever_it_stands(void **state)
{
    static const char *const pieces[] = {"a",         "'x;y'", "\"x;y\"", "$t$x;y$t$",
                                         "/* x;y */", "1.5",   "f(b)",    "-- x;y\n"};
    uint64_t seed = 21;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct arena arena = {0};
        struct buf text = {.arena = &arena};
        int count = (int)(unit_random(&seed) % 8), at = (int)(unit_random(&seed) % 9);
        buf_add(&text, STR("SELECT 1"));
        for (int i = 0; i < count; i++)
            buf_print(&text, "%s , %s", i == at ? " ; DROP" : "",
                      pieces[unit_random(&seed) % COUNT(pieces)]);
        assert_int_equal(foreign_is_query(buf_str(&text)), at >= count);
        arena_free(&arena);
    }
}

static void only_what_is_listed_is_connected_to(void **state)
{
    static const struct {
        const char *address, *hosts;
        enum foreign_fault fault;
    } cases[] = {{"postgres://r@db/x", "db", FOREIGN_GOOD},
                 {"postgresql://r@db:5433/x?sslmode=require", "other db:5433", FOREIGN_GOOD},
                 {"postgres://r@/x?host=/run/db", "/run/db", FOREIGN_GOOD},
                 {"postgres://r@db/x", "", FOREIGN_HOST},
                 {"postgres://r@db/x", NULL, FOREIGN_HOST},
                 {"postgres://r@db/x", "db:5433", FOREIGN_HOST},
                 {"postgres://r@db/x", "db2 b d", FOREIGN_HOST},
                 {"postgres://r@db,evil/x", "db db,evil", FOREIGN_HOST},
                 {"postgres://r@db/x?hostaddr=10.0.0.1", "db", FOREIGN_ADDRESS},
                 {"postgres://r@db/x?service=y", "db", FOREIGN_ADDRESS},
                 {"postgres://r@db/x?options=-cx=y", "db", FOREIGN_ADDRESS},
                 {"postgres://r:s@db/x", "db", FOREIGN_SECRET},
                 {"postgres://r@db/x?password=s", "db", FOREIGN_SECRET},
                 {"postgres://db/x", "db", FOREIGN_ADDRESS},
                 {"postgres://r@db", "db", FOREIGN_ADDRESS},
                 {"host=db user=r dbname=x", "db", FOREIGN_ADDRESS},
                 {"", "db", FOREIGN_ADDRESS}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct foreign_query query = {
            .address = cases[i].address, .hosts = cases[i].hosts, .statement = "SELECT 1"};
        if (foreign_check(&query) != cases[i].fault)
            fail_msg("%s: %s", cases[i].address, foreign_words(foreign_check(&query), true));
    }
}

UNIT_GROUP(foreign, cmocka_unit_test(queries_are_told_from_other_statements),
           cmocka_unit_test(a_second_statement_is_found_wherever_it_stands),
           cmocka_unit_test(only_what_is_listed_is_connected_to))
