/* The yardstick of imports: the same rows of the same file into the same table with the same
 * indexes, in one transaction of bare SQLite. No check, no lineage, no search, no log.
 *
 *   bare_import DATABASE FILE.csv      prints the seconds and the rows */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { LINE_MAX_BYTES = 4096, COLUMNS = 5 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int fail(sqlite3 *db, const char *what)
{
    fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(db));
    return 1;
}

/* No cell of the made-up file is quoted. */
static int insert_line(sqlite3_stmt *insert, char *line)
{
    line[strcspn(line, "\r\n")] = '\0';
    for (int column = 1; column <= COLUMNS; column++) {
        char *end = strchr(line, ',');
        int length = end ? (int)(end - line) : (int)strlen(line);
        sqlite3_bind_text(insert, column, line, length, SQLITE_STATIC);
        line += length + (end != NULL);
    }
    int code = sqlite3_step(insert);
    sqlite3_reset(insert);
    return code;
}

int main(int count, char **words)
{
    char line[LINE_MAX_BYTES];
    sqlite3 *db = NULL;
    sqlite3_stmt *insert = NULL;
    FILE *in = count == 3 ? fopen(words[2], "r") : NULL;
    if (!in || sqlite3_open(words[1], &db) != SQLITE_OK)
        return fail(db, "bare_import DATABASE FILE.csv");
    if (sqlite3_exec(db,
                     "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                     "PRAGMA foreign_keys = ON; PRAGMA cache_size = -64000",
                     NULL, NULL, NULL) ||
        sqlite3_prepare_v2(db,
                           "INSERT INTO organisation (code, name, kind, area_code, state, sample, "
                           "changed_seq) VALUES (?1, ?2, ?3, ?4, ?5, 0, 1)",
                           -1, &insert, NULL) != SQLITE_OK)
        return fail(db, words[1]);
    double began = now();
    long rows = 0;
    sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    for (int first = 1; fgets(line, sizeof(line), in); first = 0)
        if (!first && insert_line(insert, line) != SQLITE_DONE)
            return fail(db, line);
        else
            rows += !first;
    if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        return fail(db, "COMMIT");
    printf("%.1f %ld\n", now() - began, rows);
    sqlite3_finalize(insert);
    sqlite3_close(db);
    fclose(in);
    return 0;
}
