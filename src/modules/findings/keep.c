/* Compares what a check found with what is kept, and writes the difference. */
#include "finding_run.sql.h"
#include "modules/findings/checked.h"
#include "modules/findings/internal.h"
#include "plausibility/table.h"

enum { THERE_PAGE = 5000 };

/* What is kept of a finding that was there at the last check. */
struct there {
    int64_t id;
    struct str identity, content;
};
static const struct field there_fields[] = {
    FIELD(struct there, id, "", ""),
    FIELD(struct there, identity, "", ""),
    FIELD(struct there, content, "", ""),
};
static const SHAPE(there);

/* A finding as the check writes it. */
struct made {
    int64_t id;
    struct str identity, content, rule, kind;
    int64_t severity;
    struct str statement, statement_en, arithmetic, indicator_code, area_code;
    int64_t figure_count;
    bool sample;
    struct str own_area_code, own_department_code;
    int64_t visibility_allowed, visibility;
};
static const struct field made_fields[] = {
    FIELD(struct made, id, "", ""),
    FIELD(struct made, identity, "", ""),
    FIELD(struct made, content, "", ""),
    FIELD(struct made, rule, "", ""),
    FIELD(struct made, kind, "", ""),
    FIELD(struct made, severity, "", ""),
    FIELD(struct made, statement, "", ""),
    FIELD(struct made, statement_en, "", ""),
    FIELD(struct made, arithmetic, "", ""),
    FIELD(struct made, indicator_code, "", ""),
    FIELD(struct made, area_code, "", ""),
    FIELD(struct made, figure_count, "", ""),
    FIELD(struct made, sample, "", ""),
    FIELD(struct made, own_area_code, "", ""),
    FIELD(struct made, own_department_code, "", ""),
    FIELD(struct made, visibility_allowed, "", ""),
    FIELD(struct made, visibility, "", ""),
};
static const SHAPE(made);

struct keeping {
    struct arena *arena;
    const struct checked_set *checked;
    const struct findings *found;
    struct table identities; /* of what is there: its number is its place in `there` */
    struct there *there;
    size_t there_count, there_capacity;
    bool *seen;           /* of `there` */
    struct str *identity; /* of what was found */
    size_t first, last;   /* what this step looks at */
    struct kept_counts *counts, step;
};

/* --- What is there --------------------------------------------------------------------------- */

static enum error read_there(struct ctx *ctx, struct keeping *keeping)
{
    int64_t after = 0;
    struct records page;
    do {
        enum error error = db_all(ctx, &sql_findings_there,
                                  ARGS(arg_int("after", after), arg_int("limit", THERE_PAGE)),
                                  &there_shape, THERE_PAGE, &page);
        if (error)
            return error;
        const struct there *rows = page.items;
        if (keeping->there_count + page.count > keeping->there_capacity) {
            size_t more = 2 * (keeping->there_capacity + THERE_PAGE);
            keeping->there = arena_grow(keeping->arena, keeping->there,
                                        keeping->there_count * sizeof(struct there),
                                        more * sizeof(struct there));
            keeping->there_capacity = more;
        }
        for (size_t i = 0; i < page.count; i++) {
            keeping->there[keeping->there_count++] = rows[i];
            table_key(keeping->arena, &keeping->identities, rows[i].identity);
            after = rows[i].id;
        }
    } while (page.count == THERE_PAGE);
    return E_OK;
}

/* --- What was found -------------------------------------------------------------------------- */

/* What the check writes besides its identity, so that it need not be written again. */
static struct str content_of(struct ctx *ctx, const struct keeping *keeping,
                             const struct finding *finding, const struct made *made)
{
    char hex[DIGEST_HEX + 1];
    struct digest *digest = digest_begin(DIGEST_SHA256);
    digest_part(digest, made->kind);
    digest_part(digest, made->statement);
    digest_part(digest, made->statement_en);
    digest_part(digest, made->arithmetic);
    digest_part(digest, made->own_area_code);
    digest_part(digest, made->own_department_code);
    digest_number(digest, made->visibility_allowed);
    digest_number(digest, made->sample);
    for (size_t i = 0; i < finding->figure_count; i++)
        digest_number(digest, keeping->checked->origins[finding->figures[i]].observation_id);
    if (!digest_end(digest, hex))
        arena_exhausted(ctx->arena);
    return arena_print(ctx->arena, "%.*s", FINDING_IDENTITY, hex);
}

static struct made make(struct ctx *ctx, const struct keeping *keeping, size_t place)
{
    const struct finding *finding = &keeping->found->list[place];
    const struct figure_set *set = &keeping->checked->set;
    const struct checked_figure *first = &set->figures[finding->figures[0]];
    struct finding_access access = finding_access(keeping->checked, finding);
    struct made made = {.identity = keeping->identity[place],
                        .rule = str_of(finding->rule->name),
                        .kind = str_of(finding_kind_names[finding->rule->kind]),
                        .severity = finding->rule->kind,
                        .statement = finding->statement,
                        .statement_en = finding->statement_en,
                        .arithmetic = finding->arithmetic.data ? finding->arithmetic : STR(""),
                        .indicator_code = figure_indicator(set, first)->code,
                        .area_code = first->area_code,
                        .figure_count = (int64_t)finding->figure_count,
                        .own_area_code = access.area_code,
                        .own_department_code = access.department_code,
                        .visibility_allowed = access.visibility};
    /* The bureau's own until somebody publishes it. */
    made.visibility = access.visibility > VISIBILITY_BUREAU ? access.visibility : VISIBILITY_BUREAU;
    for (size_t i = 0; i < finding->figure_count; i++)
        made.sample |= keeping->checked->origins[finding->figures[i]].sample;
    made.content = content_of(ctx, keeping, finding, &made);
    return made;
}

/* --- Writing --------------------------------------------------------------------------------- */

static enum error write_figures(struct ctx *ctx, const struct keeping *keeping,
                                const struct finding *finding, int64_t id)
{
    const struct figure_set *set = &keeping->checked->set;
    enum error error = db_do(ctx, &sql_finding_figures_forget, ARGS(arg_int("finding_id", id)));
    for (size_t i = 0; i < finding->figure_count && !error; i++) {
        size_t place = finding->figures[i];
        const struct checked_figure *figure = &set->figures[place];
        error =
            db_do(ctx, &sql_finding_figure_insert,
                  ARGS(arg_int("finding_id", id), arg_int("position", (int64_t)i),
                       arg_text("fact_id", figure->fact_id),
                       arg_int("observation_id", keeping->checked->origins[place].observation_id),
                       arg_text("indicator_code", figure_indicator(set, figure)->code),
                       arg_text("area_code", figure->area_code)));
    }
    return error;
}

struct known {
    int64_t id;
    struct str state;
    struct maybe_int gone_seq;
};
static const struct field known_fields[] = {
    FIELD(struct known, id, "", ""),
    FIELD(struct known, state, "", ""),
    FIELD(struct known, gone_seq, "", ""),
};
static const SHAPE(known);

/* It was gone, and figures say again what they said then. */
static enum error found_again(struct ctx *ctx, struct keeping *keeping, struct made *made,
                              const struct known *known, const struct finding *finding)
{
    if (!known->gone_seq.known)
        return E_OK; /* another check was faster */
    made->id = known->id;
    enum error error = db_do(ctx, &sql_finding_renew, FROM(made, made));
    if (!error)
        error = write_figures(ctx, keeping, finding, known->id);
    if (!error)
        error = lifecycle_pass(ctx, &finding_lifecycle, known->id, known->state, "recurrence",
                               STR("所涉的数又与此前相同 · the figures say again what they said"),
                               NULL);
    keeping->step.found += !error;
    return error;
}

static enum error add(struct ctx *ctx, struct keeping *keeping, size_t place)
{
    const struct finding *finding = &keeping->found->list[place];
    struct made made = make(ctx, keeping, place);
    struct known known;
    enum error error = db_one(ctx, &sql_finding_of_identity,
                              ARGS(arg_text("identity", made.identity)), ROW(known, &known));
    if (error != E_NOT_FOUND)
        return error ? error : found_again(ctx, keeping, &made, &known, finding);
    error = db_insert(ctx, &sql_finding_insert, FROM(made, &made), &made.id);
    keeping->step.found += !error;
    return error ? error : write_figures(ctx, keeping, finding, made.id);
}

static enum error renew(struct ctx *ctx, struct keeping *keeping, size_t place,
                        const struct there *there)
{
    struct made made = make(ctx, keeping, place);
    if (str_equal(made.content, there->content))
        return E_OK;
    made.id = there->id;
    enum error error = db_do(ctx, &sql_finding_renew, FROM(made, &made));
    keeping->step.renewed += !error;
    return error ? error : write_figures(ctx, keeping, &keeping->found->list[place], there->id);
}

static enum error keep_found(struct ctx *ctx, void *state)
{
    struct keeping *keeping = state;
    enum error error = E_OK;
    uint32_t key;
    keeping->step = (struct kept_counts){0};
    for (size_t i = keeping->first; i < keeping->last && !error; i++)
        error = table_find(&keeping->identities, keeping->identity[i], &key)
                    ? renew(ctx, keeping, i, &keeping->there[key])
                    : add(ctx, keeping, i);
    return error;
}

static enum error end(struct ctx *ctx, struct keeping *keeping, int64_t id)
{
    struct known known = {.id = id};
    struct args which = ARGS(arg_int("id", id));
    enum error error = db_one(ctx, &sql_finding_end, which, ROW(known, &known));
    if (error)
        return error == E_NOT_FOUND ? E_OK : error; /* another check was faster */
    keeping->step.ended++;
    if (str_is(known.state, "corrected"))
        return E_OK;
    error = db_one(ctx, &sql_finding_figure_was_revised, which, (struct row){NULL, NULL});
    if (error && error != E_NOT_FOUND)
        return error;
    struct str reason = error
                            ? STR("规则、指标关系或其他数变了，不再发现 · found no more: a rule, a "
                                  "relation or another figure has changed")
                            : STR("所涉的数已修订 · one of the figures was revised");
    error = lifecycle_pass(ctx, &finding_lifecycle, id, known.state, "disappearance", reason, NULL);
    return error ? error
                 : db_do(ctx, &sql_finding_ended,
                         ARGS(arg_int("id", id), arg_text("reason", reason)));
}

static enum error keep_gone(struct ctx *ctx, void *state)
{
    struct keeping *keeping = state;
    enum error error = E_OK;
    keeping->step = (struct kept_counts){0};
    for (size_t i = keeping->first; i < keeping->last && !error; i++)
        if (!keeping->seen[i])
            error = end(ctx, keeping, keeping->there[i].id);
    return error;
}

/* Steps over `count` things; a step may be run again, so what it did is counted after it. */
static enum error in_steps(struct ctx *ctx, struct job_run *run, struct keeping *keeping,
                           job_step_fn *step, size_t count, int64_t done, int64_t total)
{
    enum error error = E_OK;
    for (keeping->first = 0; keeping->first < count && !error; keeping->first = keeping->last) {
        keeping->last = keeping->first + KEEP_STEP < count ? keeping->first + KEEP_STEP : count;
        if (job_is_cancelled(run))
            return fail(ctx, E_CONFLICT, "已停止；已写的留着，下次核对接着做",
                        "stopped: what is written stays, the next check goes on");
        error = job_write(ctx, run, step, keeping, false);
        if (error)
            break;
        keeping->counts->found += keeping->step.found;
        keeping->counts->ended += keeping->step.ended;
        keeping->counts->renewed += keeping->step.renewed;
        job_progress(run, done + (int64_t)keeping->last, total);
    }
    return error;
}

static void see(struct keeping *keeping)
{
    const struct findings *found = keeping->found;
    keeping->identity = arena_array(keeping->arena, found->count + 1, sizeof(struct str));
    keeping->seen = arena_array(keeping->arena, keeping->there_count + 1, sizeof(bool));
    for (size_t i = 0; i < found->count; i++) {
        uint32_t key;
        keeping->identity[i] =
            finding_identity(keeping->arena, &keeping->checked->set, &found->list[i]);
        if (table_find(&keeping->identities, keeping->identity[i], &key))
            keeping->seen[key] = true;
    }
}

enum error findings_keep(struct ctx *ctx, struct job_run *run, struct arena *arena,
                         const struct checked_set *checked, const struct findings *found,
                         struct kept_counts *counts)
{
    struct keeping keeping = {.arena = arena, .checked = checked, .found = found, .counts = counts};
    *counts = (struct kept_counts){0};
    enum db_status status = db_begin(ctx->db, false);
    enum error error = db_failed(status) ? fail_database(ctx, status) : read_there(ctx, &keeping);
    db_rollback(ctx->db);
    if (error)
        return error;
    see(&keeping);
    int64_t total = (int64_t)(found->count + keeping.there_count);
    error = in_steps(ctx, run, &keeping, keep_found, found->count, 0, total);
    /* Of a list that was cut short nobody knows what is gone. */
    if (!error && !found->truncated)
        error = in_steps(ctx, run, &keeping, keep_gone, keeping.there_count, (int64_t)found->count,
                         total);
    return error;
}
