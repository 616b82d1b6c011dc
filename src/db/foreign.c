#include "db/foreign.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PORTION = 1000, POLL_MS = 100, HOST_MAX = 300, OPTIONS_MAX = 200 };

const char *foreign_words(enum foreign_fault fault, bool english)
{
    static const char *const words[][2] = {
#define FOREIGN_FAULT_WORDS(code, zh, en) [code] = {zh, en},
        FOREIGN_FAULTS(FOREIGN_FAULT_WORDS)
#undef FOREIGN_FAULT_WORDS
    };
    return words[fault][english];
}

/* --- The address ---------------------------------------------------------------------------- */

static const char *option_of(const PQconninfoOption *options, const char *name)
{
    for (; options->keyword; options++)
        if (strcmp(options->keyword, name) == 0)
            return options->val && *options->val ? options->val : NULL;
    return NULL;
}

/* Whatever else could be said in an address (another host, a service, a file of this machine such
 * as sslrootcert) is refused. Certificates to trust are the administrator's to set:
 * ~/.postgresql/root.crt or PGSSLROOTCERT of the service. */
static bool only_known(const PQconninfoOption *options)
{
    static const char *const known[] = {"host", "port", "dbname", "user", "sslmode"};
    for (; options->keyword; options++) {
        size_t i = 0;
        while (i < COUNT(known) && strcmp(options->keyword, known[i]) != 0)
            i++;
        if (i == COUNT(known) && options->val)
            return false;
    }
    return true;
}

/* Is "host:port", or "host" for any port, among the words of the list? */
static bool is_listed(const char *hosts, const char *host, const char *port)
{
    char wanted[HOST_MAX];
    struct str rest = str_of(hosts ? hosts : ""), word;
    snprintf(wanted, sizeof(wanted), "%s:%s", host, port ? port : "5432");
    while (str_cut(&rest, ' ', &word))
        if (word.length && (str_is(word, host) || str_is(word, wanted)))
            return true;
    return false;
}

static enum foreign_fault check_options(const PQconninfoOption *options, const char *hosts)
{
    const char *host = option_of(options, "host"), *port = option_of(options, "port");
    if (option_of(options, "password"))
        return FOREIGN_SECRET;
    if (!host || !option_of(options, "dbname") || !option_of(options, "user") ||
        !only_known(options) || strlen(host) > HOST_MAX / 2 || (port && strlen(port) > 5))
        return FOREIGN_ADDRESS;
    /* A list of hosts has commas. */
    return !strchr(host, ',') && is_listed(hosts, host, port) ? FOREIGN_GOOD : FOREIGN_HOST;
}

static bool is_address(const char *address)
{
    return strncmp(address, "postgres://", 11) == 0 || strncmp(address, "postgresql://", 13) == 0;
}

static enum foreign_fault parse(const struct foreign_query *query, PQconninfoOption **options)
{
    *options = is_address(query->address) ? PQconninfoParse(query->address, NULL) : NULL;
    return *options ? check_options(*options, query->hosts) : FOREIGN_ADDRESS;
}

enum foreign_fault foreign_check(const struct foreign_query *query)
{
    PQconninfoOption *options;
    enum foreign_fault fault = parse(query, &options);
    PQconninfoFree(options);
    return fault || foreign_is_query(str_of(query->statement)) ? fault : FOREIGN_STATEMENT;
}

/* --- Waiting -------------------------------------------------------------------------------- */

struct reading {
    const struct foreign_query *query;
    PGconn *conn;
    time_t end; /* of everything */
    enum foreign_fault fault;
    char *detail;
};

static time_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec;
}

static bool set(struct reading *reading, enum foreign_fault fault, const char *detail)
{
    reading->fault = fault;
    snprintf(reading->detail, FOREIGN_DETAIL, "%.*s", (int)strcspn(detail, "\n"), detail);
    return false;
}

/* Until there is something to read or written (`events`); false when it is to end. */
static bool wait_for(struct reading *reading, short events, time_t end)
{
    for (;;) {
        struct pollfd one = {.fd = PQsocket(reading->conn), .events = events};
        if (reading->query->stop && atomic_load(reading->query->stop))
            return set(reading, FOREIGN_STOPPED, "");
        if (now() >= end)
            return set(reading, FOREIGN_TIMEOUT, "");
        if (one.fd < 0)
            return set(reading, FOREIGN_CONNECT, PQerrorMessage(reading->conn));
        if (poll(&one, 1, POLL_MS) > 0)
            return true;
    }
}

static void cancel(PGconn *conn)
{
    char why[256];
    PGcancel *handle = PQgetCancel(conn);
    if (handle)
        PQcancel(handle, why, sizeof(why));
    PQfreeCancel(handle);
}

/* --- Connecting ----------------------------------------------------------------------------- */

static bool connect_with(struct reading *reading, const PQconninfoOption *options)
{
    const struct foreign_query *query = reading->query;
    char limits[OPTIONS_MAX];
    snprintf(limits, sizeof(limits),
             "-c default_transaction_read_only=on -c statement_timeout=%ds -c lock_timeout=5s"
             " -c idle_in_transaction_session_timeout=%ds",
             query->statement_seconds, query->seconds);
    const char *const keys[] = {"host",
                                "port",
                                "dbname",
                                "user",
                                "sslmode",
                                "passfile",
                                "password",
                                "options",
                                "application_name",
                                "client_encoding",
                                NULL};
    const char *const values[] = {option_of(options, "host"),
                                  option_of(options, "port"),
                                  option_of(options, "dbname"),
                                  option_of(options, "user"),
                                  option_of(options, "sslmode"),
                                  query->passfile && *query->passfile ? query->passfile
                                                                      : "/dev/null",
                                  NULL,
                                  limits,
                                  "kechuang",
                                  "UTF8",
                                  NULL};
    reading->conn = PQconnectStartParams(keys, values, 0);
    if (!reading->conn || PQstatus(reading->conn) == CONNECTION_BAD)
        return set(reading, FOREIGN_CONNECT, reading->conn ? PQerrorMessage(reading->conn) : "");
    time_t end = now() + query->connect_seconds;
    for (PostgresPollingStatusType state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK;
         state = PQconnectPoll(reading->conn)) {
        if (state == PGRES_POLLING_FAILED)
            return set(reading, FOREIGN_CONNECT, PQerrorMessage(reading->conn));
        if (!wait_for(reading, state == PGRES_POLLING_READING ? POLLIN : POLLOUT, end)) {
            if (reading->fault == FOREIGN_TIMEOUT)
                set(reading, FOREIGN_CONNECT, "timeout");
            return false;
        }
    }
    return true;
}

/* --- Asking --------------------------------------------------------------------------------- */

static enum foreign_fault fault_of(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state && strcmp(state, "57014") == 0 ? FOREIGN_TIMEOUT : FOREIGN_QUERY;
}

/* The answer to one statement, which the extended protocol allows no second one beside. NULL when
 * there is none. */
static PGresult *ask(struct reading *reading, const char *statement)
{
    if (!PQsendQueryParams(reading->conn, statement, 0, NULL, NULL, NULL, NULL, 0)) {
        set(reading, FOREIGN_CONNECT, PQerrorMessage(reading->conn));
        return NULL;
    }
    while (PQisBusy(reading->conn)) {
        if (!wait_for(reading, POLLIN, reading->end)) {
            cancel(reading->conn);
            return NULL;
        }
        if (!PQconsumeInput(reading->conn)) {
            set(reading, FOREIGN_CONNECT, PQerrorMessage(reading->conn));
            return NULL;
        }
    }
    PGresult *result = PQgetResult(reading->conn);
    for (PGresult *more; (more = PQgetResult(reading->conn));)
        PQclear(more);
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        return result;
    set(reading, fault_of(result),
        result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : "");
    PQclear(result);
    return NULL;
}

static bool run(struct reading *reading, const char *statement)
{
    PGresult *result = ask(reading, statement);
    PQclear(result);
    return result != NULL;
}

static bool is_no_superuser(struct reading *reading)
{
    PGresult *result =
        ask(reading, "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user");
    bool super = result && (PQntuples(result) != 1 || *PQgetvalue(result, 0, 0) == 't');
    bool asked = result != NULL;
    PQclear(result);
    return asked && (!super || set(reading, FOREIGN_SUPERUSER, ""));
}

static bool open_cursor(struct reading *reading)
{
    static const char before[] = "DECLARE pulled NO SCROLL CURSOR FOR ";
    struct str statement = str_of(reading->query->statement);
    while (statement.length && strchr("; \t\r\n", statement.data[statement.length - 1]))
        statement.length--;
    size_t size = sizeof(before) + statement.length + 2;
    char *text = malloc(size);
    if (!text)
        return set(reading, FOREIGN_QUERY, "out of memory");
    /* A comment at its end must not swallow anything, hence the line. */
    snprintf(text, size, "%s%.*s\n", before, STR_PRINT(statement));
    bool good = run(reading, text);
    free(text);
    return good;
}

/* --- Rows ----------------------------------------------------------------------------------- */

struct counters {
    int64_t rows, bytes;
};

static bool give_names(struct reading *reading, const PGresult *result, foreign_row_fn *visit,
                       void *state)
{
    struct str cells[FOREIGN_COLUMNS_MAX];
    int columns = PQnfields(result);
    if (columns < 1 || columns > FOREIGN_COLUMNS_MAX)
        return set(reading, FOREIGN_QUERY, "1 to 64 columns are taken");
    for (int i = 0; i < columns; i++)
        cells[i] = str_of(PQfname(result, i));
    return visit(state, cells, (size_t)columns) || set(reading, FOREIGN_STOPPED, "");
}

static bool give_rows(struct reading *reading, const PGresult *result, foreign_row_fn *visit,
                      void *state, struct counters *counters)
{
    struct str cells[FOREIGN_COLUMNS_MAX];
    int columns = PQnfields(result);
    for (int row = 0; row < PQntuples(result); row++) {
        for (int i = 0; i < columns; i++) {
            size_t length = (size_t)PQgetlength(result, row, i);
            cells[i] = PQgetisnull(result, row, i)
                           ? STR_NONE
                           : (struct str){PQgetvalue(result, row, i), length};
            counters->bytes += (int64_t)length + 1;
        }
        if (++counters->rows > reading->query->rows_max)
            return set(reading, FOREIGN_ROWS, "");
        if (counters->bytes > reading->query->bytes_max)
            return set(reading, FOREIGN_BYTES, "");
        if (!visit(state, cells, (size_t)columns))
            return set(reading, FOREIGN_STOPPED, "");
    }
    return true;
}

static bool fetch_all(struct reading *reading, foreign_row_fn *visit, void *state,
                      struct counters *counters)
{
    char fetch[60];
    bool more = true;
    snprintf(fetch, sizeof(fetch), "FETCH FORWARD %d FROM pulled", PORTION);
    for (bool first = true; more; first = false) {
        PGresult *result = ask(reading, fetch);
        if (!result)
            return false;
        bool good = (!first || give_names(reading, result, visit, state)) &&
                    give_rows(reading, result, visit, state, counters);
        more = PQntuples(result) == PORTION;
        PQclear(result);
        if (!good)
            return false;
    }
    return true;
}

enum foreign_fault foreign_read(const struct foreign_query *query, foreign_row_fn *visit,
                                void *state, int64_t *rows, char detail[FOREIGN_DETAIL])
{
    struct reading reading = {.query = query, .end = now() + query->seconds, .detail = detail};
    struct counters counters = {0, 0};
    PQconninfoOption *options = NULL;
    *detail = '\0';
    reading.fault = foreign_check(query);
    if (!reading.fault)
        reading.fault = parse(query, &options);
    if (!reading.fault && connect_with(&reading, options) && is_no_superuser(&reading) &&
        run(&reading, "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY") &&
        open_cursor(&reading))
        fetch_all(&reading, visit, state, &counters);
    PQfinish(reading.conn); /* what was begun is rolled back */
    PQconninfoFree(options);
    *rows = counters.rows;
    return reading.fault;
}
