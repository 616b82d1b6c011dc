/* The yardstick for durable writes: a bare group commit on SQLite and nothing else. Producers hand
 * a small record to one writer and wait until it is on the disk; the writer takes all that wait,
 * writes each in a savepoint of one transaction, commits, and wakes them.
 *
 *   bare_commit DATABASE_FILE PRODUCERS SECONDS      prints writes per second */
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PRODUCERS_MAX = 256, BATCH_MAX = 64 };

struct item {
    bool done;
    pthread_cond_t changed;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t waiting;
    struct item *queue[PRODUCERS_MAX]; /* a producer has at most one item in it */
    size_t count;
    bool stop;
} shared = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, {0}, 0, false};

static void must(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "bare_commit: %s\n", what);
        exit(1);
    }
}

static void *produce(void *unused)
{
    (void)unused;
    struct item item = {.changed = PTHREAD_COND_INITIALIZER};
    pthread_mutex_lock(&shared.lock);
    while (!shared.stop) {
        item.done = false;
        shared.queue[shared.count++] = &item;
        pthread_cond_signal(&shared.waiting);
        while (!item.done)
            pthread_cond_wait(&item.changed, &shared.lock);
    }
    pthread_mutex_unlock(&shared.lock);
    return NULL;
}

static void run(sqlite3 *db, const char *sql)
{
    must(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(db));
}

static sqlite3_stmt *prepared(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement;
    must(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, sqlite3_errmsg(db));
    return statement;
}

static void step(sqlite3_stmt *statement)
{
    must(sqlite3_step(statement) == SQLITE_DONE, sqlite3_errmsg(sqlite3_db_handle(statement)));
    sqlite3_reset(statement);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Takes what waits, at least one item; 0 when the producers have stopped. */
static size_t take(struct item **batch)
{
    pthread_mutex_lock(&shared.lock);
    while (shared.count == 0 && !shared.stop)
        pthread_cond_wait(&shared.waiting, &shared.lock);
    size_t count = shared.count < BATCH_MAX ? shared.count : BATCH_MAX;
    for (size_t i = 0; i < count; i++)
        batch[i] = shared.queue[i];
    shared.count -= count;
    for (size_t i = 0; i < shared.count; i++)
        shared.queue[i] = shared.queue[i + count];
    pthread_mutex_unlock(&shared.lock);
    return count;
}

static void wake(struct item **batch, size_t count)
{
    pthread_mutex_lock(&shared.lock);
    for (size_t i = 0; i < count; i++) {
        batch[i]->done = true;
        pthread_cond_signal(&batch[i]->changed);
    }
    pthread_mutex_unlock(&shared.lock);
}

static long write_until(sqlite3 *db, double end)
{
    sqlite3_stmt *begin = prepared(db, "BEGIN IMMEDIATE");
    sqlite3_stmt *savepoint = prepared(db, "SAVEPOINT item");
    sqlite3_stmt *insert = prepared(db, "INSERT INTO note(area, period, value) VALUES (?, ?, ?)");
    sqlite3_stmt *release = prepared(db, "RELEASE item");
    sqlite3_stmt *commit = prepared(db, "COMMIT");
    struct item *batch[BATCH_MAX];
    long written = 0;

    for (size_t count; (count = take(batch)) > 0;) {
        step(begin);
        for (size_t i = 0; i < count; i++) {
            step(savepoint);
            sqlite3_bind_text(insert, 1, "CQ", 2, SQLITE_STATIC);
            sqlite3_bind_text(insert, 2, "2025", 4, SQLITE_STATIC);
            sqlite3_bind_int64(insert, 3, written + (long)i);
            step(insert);
            step(release);
        }
        step(commit);
        written += (long)count;
        if (now() >= end) {
            pthread_mutex_lock(&shared.lock);
            shared.stop = true;
            pthread_mutex_unlock(&shared.lock);
        }
        wake(batch, count);
    }
    sqlite3_stmt *all[] = {begin, savepoint, insert, release, commit};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        sqlite3_finalize(all[i]);
    return written;
}

int main(int count, char **words)
{
    if (count != 4) {
        fprintf(stderr, "usage: bare_commit DATABASE_FILE PRODUCERS SECONDS\n");
        return 1;
    }
    long producers = strtol(words[2], NULL, 10);
    must(producers > 0 && producers <= PRODUCERS_MAX, "1 to 256 producers");
    sqlite3 *db;
    must(sqlite3_open(words[1], &db) == SQLITE_OK, "cannot open the database");
    run(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE note(id INTEGER PRIMARY KEY AUTOINCREMENT, area TEXT NOT NULL,"
            " period TEXT NOT NULL, value INTEGER NOT NULL) STRICT");

    pthread_t threads[PRODUCERS_MAX];
    for (long i = 0; i < producers; i++)
        must(pthread_create(&threads[i], NULL, produce, NULL) == 0, "cannot start a thread");
    double start = now();
    long written = write_until(db, start + strtod(words[3], NULL));
    printf("%.0f\n", (double)written / (now() - start));
    for (long i = 0; i < producers; i++)
        pthread_join(threads[i], NULL);
    sqlite3_close(db);
    return 0;
}
