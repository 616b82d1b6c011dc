/* The yardstick for durable writes: a bare group commit on SQLite and nothing else. Producers hand
 * a record to one writer and wait until it is on the disk; the writer takes all that wait, writes
 * each in a savepoint of one transaction, commits, and wakes them.
 *
 *   bare_commit DATABASE_FILE PRODUCERS SECONDS      prints writes per second
 *
 * In a new file a record is one small row without an index. In a database of the program it is what
 * the program stores for one observation, the same rows with the same indexes: observation, tally,
 * citation, event with its payload, idempotency key, and a seal for each group. */
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

/* What one record is. A statement takes the record's number, wherever it says ?1. */
struct record {
    const char *each[8]; /* statements for each record */
    const char *group;   /* and for each group; may be NULL */
};

static const struct record small = {
    .each = {"INSERT INTO note(area, period, value) VALUES ('CQ', '2025', ?1)"}};

#define HEX_64 "'6a1f3b0c9d8e7f60514233241506f7e8d9cabbac9d8e7f60514233241506f7e8'"
static const struct record same_as_ours = {
    .each =
        {"INSERT INTO idempotency (principal, claim_key, request_hash, expires_at, status,"
         " location, etag, event_sequence) VALUES ('operator', 'load-1a2b3c4d-' || ?1, " HEX_64 ","
         " 1795500000, 201, '/api/observations/' || ?1, ?1, ?1)",
         "INSERT INTO observation (fact_id, indicator_code, definition_version, area_code, period,"
         " period_start, period_end, value, low, high, unit, status, measure, approximation, note,"
         " visibility, sample, recorded_seq) VALUES ('B' || ?1, 'GDP', 1, '500101', '2025',"
         " '2025-01-01', '2025-12-31', ?1, ?1, ?1, '元', 'estimate', 'flow', 'exact', 'bench', 0,"
         " 0, ?1)",
         "UPDATE observation_tally SET count = count + 1 WHERE visibility = 0 AND slot = 0",
         "INSERT INTO citation (subject, subject_id, source_code, line, token, visibility)"
         " VALUES ('observation', last_insert_rowid(), 'S030', 1, CAST(?1 AS TEXT), 0)",
         "INSERT INTO event_payload (sequence, salt, body) SELECT max(sequence) + 1,"
         " '514233241506f7e8d9cabbac9d8e7f60', payload FROM event, like_ours",
         "INSERT INTO event (sequence, recorded_at, actor, role, action, route, kind, key,"
         " algorithm, hash) SELECT max(sequence) + 1, 1795500000, 'operator', 'operator', 'create',"
         " 'POST /api/observations', 'observation', CAST(?1 AS TEXT), 'sha256', " HEX_64
         " FROM event"},
    .group =
        "INSERT INTO seal (id, first_sequence, last_sequence, count, algorithm, previous, head,"
        " sealed_at) SELECT max(id) + 1, ?1, ?1, 1, 'sha256', " HEX_64 ", " HEX_64
        ", 1795500000 FROM seal"};

static void store(sqlite3_stmt *statement, long number)
{
    if (sqlite3_bind_parameter_count(statement) > 0)
        sqlite3_bind_int64(statement, 1, number);
    step(statement);
}

static long write_until(sqlite3 *db, const struct record *record, double end)
{
    enum { MOST = sizeof record->each / sizeof record->each[0] };
    sqlite3_stmt *begin = prepared(db, "BEGIN IMMEDIATE");
    sqlite3_stmt *savepoint = prepared(db, "SAVEPOINT item");
    sqlite3_stmt *release = prepared(db, "RELEASE item");
    sqlite3_stmt *commit = prepared(db, "COMMIT");
    sqlite3_stmt *group = record->group ? prepared(db, record->group) : NULL;
    sqlite3_stmt *each[MOST] = {NULL};
    for (size_t i = 0; i < MOST && record->each[i]; i++)
        each[i] = prepared(db, record->each[i]);
    struct item *batch[BATCH_MAX];
    long written = 0;

    for (size_t count; (count = take(batch)) > 0;) {
        step(begin);
        for (size_t i = 0; i < count; i++) {
            step(savepoint);
            for (size_t j = 0; j < MOST && each[j]; j++)
                store(each[j], 1000000 + written + (long)i);
            step(release);
        }
        if (group)
            store(group, 1000000 + written);
        step(commit);
        written += (long)count;
        if (now() >= end) {
            pthread_mutex_lock(&shared.lock);
            shared.stop = true;
            pthread_mutex_unlock(&shared.lock);
        }
        wake(batch, count);
    }
    sqlite3_stmt *all[] = {begin, savepoint, release, commit, group};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        sqlite3_finalize(all[i]);
    for (size_t i = 0; i < MOST; i++)
        sqlite3_finalize(each[i]);
    return written;
}

static bool has_table(sqlite3 *db, const char *name)
{
    sqlite3_stmt *find = prepared(db, "SELECT 1 FROM sqlite_schema WHERE name = ?");
    sqlite3_bind_text(find, 1, name, -1, SQLITE_STATIC);
    bool there = sqlite3_step(find) == SQLITE_ROW;
    sqlite3_finalize(find);
    return there;
}

/* The payload is that of an observation that the program has stored. */
static const struct record *prepare(sqlite3 *db)
{
    run(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-8000; PRAGMA temp_store=MEMORY");
    if (!has_table(db, "observation")) {
        run(db, "CREATE TABLE note(id INTEGER PRIMARY KEY AUTOINCREMENT, area TEXT NOT NULL,"
                " period TEXT NOT NULL, value INTEGER NOT NULL) STRICT");
        return &small;
    }
    run(db, "CREATE TEMP TABLE like_ours AS SELECT body AS payload FROM event_payload"
            " WHERE body LIKE '%\"indicator_code\"%' ORDER BY sequence DESC LIMIT 1");
    return &same_as_ours;
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
    const struct record *record = prepare(db);

    pthread_t threads[PRODUCERS_MAX];
    for (long i = 0; i < producers; i++)
        must(pthread_create(&threads[i], NULL, produce, NULL) == 0, "cannot start a thread");
    double start = now();
    long written = write_until(db, record, start + strtod(words[3], NULL));
    printf("%.0f\n", (double)written / (now() - start));
    for (long i = 0; i < producers; i++)
        pthread_join(threads[i], NULL);
    sqlite3_close(db);
    return 0;
}
