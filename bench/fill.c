/* Fills a database of the program with observations, for the benches that need many: every
 * indicator in every area, day after day back in time, each with a citation.
 *
 *   fill DATABASE_FILE COUNT      while nothing else has the database open */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static const char text[] =
    "PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN IMMEDIATE;"
    "CREATE TEMP TABLE series AS"
    " SELECT row_number() OVER () - 1 AS number, indicator.code AS indicator_code, version,"
    "  area.code AS area_code, unit, measure"
    " FROM indicator JOIN indicator_definition ON indicator_code = indicator.code, area"
    " WHERE measure NOT IN ('name', 'threshold', 'duration') ORDER BY area.code, indicator.code;"
    "CREATE UNIQUE INDEX temp.series_by_number ON series (number);"
    "CREATE TEMP TABLE some_source AS SELECT min(code) AS code FROM source;"

    "INSERT INTO observation (fact_id, indicator_code, definition_version, area_code, period,"
    "  period_start, period_end, value, low, high, unit, status, measure, approximation,"
    "  published, published_on, visibility, sample, recorded_seq)"
    " WITH RECURSIVE"
    "  turn (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM turn"
    "                    WHERE number + 1 < (SELECT count FROM wanted)),"
    "  total (count) AS (SELECT count(*) FROM series)"
    " SELECT 'bench-' || turn.number, indicator_code, version, area_code, day, day, day, value,"
    "  value, value, unit, 'final', measure, 'exact', day, day, 0, 1, 1"
    " FROM (SELECT number, number % count AS of_series,"
    "        date('2025-12-31', '-' || (number / count) || ' days') AS day,"
    "        1000.0 + number % 9973 AS value FROM turn, total) AS turn"
    " JOIN series ON series.number = of_series;"

    "INSERT INTO citation (subject, subject_id, source_code, line, token, visibility)"
    " SELECT 'observation', id, (SELECT code FROM some_source), 1, CAST(value AS TEXT), 0"
    " FROM observation WHERE fact_id LIKE 'bench-%';"
    "UPDATE observation_tally SET count = (SELECT count(*) FROM observation"
    " WHERE replaced_seq IS NULL AND observation.visibility = observation_tally.visibility)"
    " WHERE slot = 0;"
    "COMMIT; PRAGMA wal_checkpoint(TRUNCATE);";

static void must(sqlite3 *db, int code)
{
    if (code == SQLITE_OK)
        return;
    fprintf(stderr, "fill: %s\n", db ? sqlite3_errmsg(db) : "out of memory");
    exit(1);
}

int main(int count, char **words)
{
    sqlite3 *db = NULL;
    char wanted[100];
    if (count != 3) {
        fprintf(stderr, "usage: fill DATABASE_FILE COUNT\n");
        return 1;
    }
    snprintf(wanted, sizeof wanted, "CREATE TEMP TABLE wanted AS SELECT %lu AS count",
             strtoul(words[2], NULL, 10));
    must(db, sqlite3_open_v2(words[1], &db, SQLITE_OPEN_READWRITE, NULL));
    must(db, sqlite3_exec(db, wanted, NULL, NULL, NULL));
    must(db, sqlite3_exec(db, text, NULL, NULL, NULL));
    sqlite3_close(db);
    return 0;
}
