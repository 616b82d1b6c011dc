/* The yardstick of exports: one SELECT, and its rows written to a file as CSV with nothing else
 * around it. Prints seconds, megabytes of growth and rows.
 *
 *   bare_export DATABASE FILE */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static const char statement[] =
    "SELECT organisation.code, organisation.name, organisation.name_en, organisation.kind, "
    "area_code, "
    "area.name, area.name_en, state, organisation.note, sample, changed_seq "
    "FROM organisation LEFT JOIN area ON area.code = area_code ORDER BY organisation.code";

static void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static void write_cell(FILE *out, const char *text)
{
    if (!text)
        return;
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    putc_unlocked('"', out);
    for (; *text; text++) {
        if (*text == '"')
            putc_unlocked('"', out);
        putc_unlocked(*text, out);
    }
    putc_unlocked('"', out);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static long most_kilobytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

int main(int count, char **words)
{
    sqlite3 *database;
    sqlite3_stmt *select;
    FILE *out = count == 3 ? fopen(words[2], "wb") : NULL;
    if (!out || sqlite3_open_v2(words[1], &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        fail("bare_export DATABASE FILE");
    if (sqlite3_exec(database, "PRAGMA cache_size = -8000", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(database, statement, -1, &select, NULL) != SQLITE_OK)
        fail(sqlite3_errmsg(database));
    long rows = 0, before = most_kilobytes();
    double began = now();
    while (sqlite3_step(select) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(select); i++) {
            if (i)
                putc_unlocked(',', out);
            write_cell(out, (const char *)sqlite3_column_text(select, i));
        }
        fputs("\r\n", out);
        rows++;
    }
    if (fclose(out) != 0)
        fail("the file could not be written");
    printf("%.2f %.1f %ld\n", now() - began, (double)(most_kilobytes() - before) / 1024, rows);
    sqlite3_finalize(select);
    sqlite3_close(database);
    return 0;
}
