#include "unit/plan.h"

#include "unit/unit.h"

static bool contains(struct str text, struct str words)
{
    return text.length && memmem(text.data, text.length, words.data, words.length);
}

/* What stands behind `words`, where `line` has them. */
static bool after(struct str line, struct str words, struct str *rest)
{
    const char *at = line.length ? memmem(line.data, line.length, words.data, words.length) : NULL;
    if (at)
        *rest = str_skip(line, (size_t)(at - line.data) + words.length);
    return at;
}

/* "Seq Scan on area a  (cost=…": its alias, or else its name, stands before two blanks. */
static bool postgres_scan(struct str line, struct str *name)
{
    if (!after(line, STR("Seq Scan on "), name))
        return false;
    struct str cost = *name;
    if (after(*name, STR("  "), &cost))
        *name = str_first(*name, name->length - cost.length - 2);
    for (size_t blank; (blank = str_find(*name, ' ')) < name->length;)
        *name = str_skip(*name, blank + 1);
    return true;
}

/* "SCAN area", "SCAN a USING INDEX …", "SEARCH a USING AUTOMATIC COVERING INDEX (…)": the last
 * builds an index for this once, and reads the whole table to do so. */
static bool sqlite_scan(struct str line, struct str *name)
{
    struct str scan = STR("SCAN "), search = STR("SEARCH ");
    bool scans = str_starts(line, scan) && !contains(line, STR(" USING ")) &&
                 !contains(line, STR(" VIRTUAL TABLE ")) && !contains(line, STR(" CONSTANT ROW"));
    bool builds = str_starts(line, search) && contains(line, STR(" USING AUTOMATIC "));
    *name = str_skip(line, scans ? scan.length : search.length);
    *name = str_first(*name, str_find(*name, ' '));
    return (scans || builds) && !str_starts(*name, STR("("));
}

/* A part of the statement itself that is read like a table. */
static bool is_made_here(struct str plan, struct str name)
{
    struct str line, made;
    while (str_cut(&plan, '\n', &line))
        if ((after(line, STR("MATERIALIZE "), &made) || after(line, STR("CO-ROUTINE "), &made)) &&
            str_equal(made, name))
            return true;
    return false;
}

static void must(struct db_conn *conn, enum db_status status, struct str text)
{
    if (db_failed(status))
        fail_msg("%s: %.*s", db_message(conn), STR_PRINT(text));
}

struct str plan_scans(struct arena *arena, struct db_conn *conn, struct str text,
                      db_param_fn *param, void *state)
{
    bool sqlite = db_is_sqlite(conn);
    struct buf plan = {.arena = arena}, names = {.arena = arena};
    if (!sqlite)
        must(conn, db_run(conn, "SET enable_seqscan = off"), text);
    must(conn, db_explain(conn, text, param, state, &plan), text);
    if (!sqlite)
        must(conn, db_run(conn, "RESET enable_seqscan"), text);
    struct str rest = buf_str(&plan), line, name;
    while (str_cut(&rest, '\n', &line)) {
        if (!(sqlite ? sqlite_scan : postgres_scan)(line, &name) ||
            is_made_here(buf_str(&plan), name))
            continue;
        if (names.length)
            buf_char(&names, ' ');
        buf_add(&names, name);
    }
    return buf_str(&names);
}
