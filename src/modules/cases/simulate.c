/* What a template does under load, before anybody has to do it. */
#include "base/number.h"
#include "modules/cases/flaws.h"
#include "modules/cases/handlers.h"
#include "modules/clocks/clocks.h"
#include "stats/queueing.h"

enum { CASES = 5000, STAFF_MAX = 10000, ARRIVALS_MAX = 100000, HOUR = 3600 };

struct simulation_query {
    struct str code;
    struct maybe_int version;
    struct maybe_real arrivals_per_day;
    struct str staff;
    struct maybe_int seed;
};
static const struct field simulation_query_fields[] = {
    FIELD(struct simulation_query, code, "哪一件事", "Template", USE_OUT),
    FIELD(struct simulation_query, version, "版本；没说的为最新",
          "Version; the newest where none is said", USE_IN),
    FIELD(struct simulation_query, arrivals_per_day, "每个工作日来几件（默认 10）",
          "Cases on a workday; 10 where nothing is said", USE_IN),
    FIELD(struct simulation_query, staff, "各角色几个人：bank=3 institute=2（没说的按 1 人）",
          "Staff of the roles: bank=3 institute=2; one where nothing is said", USE_IN,
          .length_max = 400),
    FIELD(struct simulation_query, seed, "随机种子", "Seed", USE_IN),
};
static const SHAPE(simulation_query);

struct simulated_step {
    struct str code, name, name_en, role;
    int64_t staff;
    double load, wait_p50_hours, wait_p90_hours, late_share;
};
static const struct field simulated_step_fields[] = {
    FIELD(struct simulated_step, code, "步骤", "Step"),
    FIELD(struct simulated_step, name, "名称", "Name"),
    FIELD(struct simulated_step, name_en, "英文名", "Name in English"),
    FIELD(struct simulated_step, role, "角色", "Role"),
    FIELD(struct simulated_step, staff, "人数", "Staff"),
    FIELD(struct simulated_step, load, "该角色忙的时间占比", "Share of time that the role is busy"),
    FIELD(struct simulated_step, wait_p50_hours, "等待的中位数（工作小时）",
          "Median wait, in working hours"),
    FIELD(struct simulated_step, wait_p90_hours, "等待的第 90 百分位（工作小时）",
          "90th percentile of the wait, in working hours"),
    FIELD(struct simulated_step, late_share, "超期占比", "Share that is late"),
};
static const SHAPE(simulated_step);

struct simulated_queue {
    struct str role;
    double workday, waiting;
};
static const struct field simulated_queue_fields[] = {
    FIELD(struct simulated_queue, role, "角色", "Role"),
    FIELD(struct simulated_queue, workday, "到第几个工作日", "Up to which workday"),
    FIELD(struct simulated_queue, waiting, "这段时间平均有几步在等", "Steps that wait, on average"),
};
static const SHAPE(simulated_queue);

struct case_simulation {
    struct str template_key;
    double arrivals_per_day, whole_p50_hours, whole_p90_hours;
    int64_t seed, cases;
    struct str assumption, assumption_en;
    struct records items, queues;
};
static const struct field case_simulation_fields[] = {
    FIELD(struct case_simulation, template_key, "模板和版本", "Template and version"),
    FIELD(struct case_simulation, arrivals_per_day, "每个工作日来几件", "Cases on a workday"),
    FIELD(struct case_simulation, whole_p50_hours, "整件事的中位数（工作小时）",
          "Median of a whole case, in working hours"),
    FIELD(struct case_simulation, whole_p90_hours, "整件事的第 90 百分位（工作小时）",
          "90th percentile of a whole case, in working hours"),
    FIELD(struct case_simulation, seed, "随机种子", "Seed"),
    FIELD(struct case_simulation, cases, "模拟了几件", "Cases that were simulated"),
    FIELD(struct case_simulation, assumption, "假设", "What is assumed, in Chinese"),
    FIELD(struct case_simulation, assumption_en, "假设（英文）", "What is assumed"),
    FIELD(struct case_simulation, items, "各步骤", "Step by step", .of = &simulated_step_shape),
    FIELD(struct case_simulation, queues, "各角色排队的变化", "How the roles' queues went",
          .of = &simulated_queue_shape),
};
static const SHAPE(case_simulation);

static enum error staff_of(struct ctx *ctx, struct str said, struct str role, int *staff)
{
    struct str rest = said, one;
    *staff = 1;
    while (str_cut(&rest, ' ', &one)) {
        size_t at = str_find(one, '=');
        int64_t number;
        if (at == one.length || !int_parse(str_skip(one, at + 1), &number) || number < 1 ||
            number > STAFF_MAX)
            return complain(ctx, STR("staff"), "应写成 bank=3 institute=2",
                            "write it so: bank=3 institute=2");
        if (str_equal(str_first(one, at), role))
            *staff = (int)number;
    }
    return E_OK;
}

struct model {
    struct queueing_step steps[CASE_STEPS_MAX];
    struct str roles[QUEUEING_ROLES_MAX];
    int staff[QUEUEING_ROLES_MAX];
    size_t role_count;
};

static size_t role_number(struct model *model, struct str role)
{
    size_t i = 0;
    while (i < model->role_count && !str_equal(model->roles[i], role))
        i++;
    if (i == model->role_count)
        model->roles[model->role_count++] = role;
    return i;
}

static void fill_step(struct model *model, const struct template_view *view, size_t n,
                      const struct working_time *time)
{
    const struct template_step *all = view->steps.items, *of = &all[n];
    struct queueing_step *step = &model->steps[n];
    struct str rest = of->after, code;
    *step = (struct queueing_step){.role = role_number(model, of->role), .work_mean = HOUR};
    while (str_cut(&rest, ' ', &code))
        step->after |= UINT64_C(1) << (template_step_of(view, code) - all);
    if (of->limit_amount.known) {
        enum limit_unit unit = template_limit_unit(of->limit_unit);
        int64_t amount = template_limit_amount(of->limit_amount.value, unit);
        step->limit = (double)limit_seconds(time, amount, unit);
        if (unit == LIMIT_NATURAL_DAYS) /* five of seven are worked */
            step->limit *= 5.0 / 7;
        step->work_mean = step->limit / 4;
    }
}

static void show(struct ctx *ctx, const struct template_view *view, const struct model *model,
                 const struct queueing_result *result, struct case_simulation *out)
{
    const struct template_step *of = view->steps.items;
    struct simulated_step *items = arena_array(ctx->arena, view->steps.count, sizeof(*items));
    for (size_t i = 0; i < view->steps.count; i++) {
        size_t role = model->steps[i].role;
        items[i] = (struct simulated_step){of[i].code,
                                           of[i].name,
                                           of[i].name_en,
                                           of[i].role,
                                           model->staff[role],
                                           result->load[role],
                                           result->wait_p50[i] / HOUR,
                                           result->wait_p90[i] / HOUR,
                                           result->late[i]};
    }
    out->items = (struct records){items, view->steps.count};
    out->template_key = view->template.template_key;
    out->whole_p50_hours = result->whole_p50 / HOUR;
    out->whole_p90_hours = result->whole_p90 / HOUR;
    out->assumption =
        STR("按工作时间模拟；来件随机，每步用时平均为时限的四分之一（没有时限的一小时）；"
            "有条件的步骤都算需要，每步都办成；本项目约定");
    out->assumption_en =
        STR("In working time; cases come at random; a step takes a quarter of its limit on average "
            "(an hour without one); conditional steps are all needed and each is done; our "
            "assumptions");
}

static struct records queues_of(struct ctx *ctx, const struct model *model, double day,
                                const struct queueing_result *result)
{
    size_t count = model->role_count * QUEUEING_POINTS;
    struct simulated_queue *list = arena_array(ctx->arena, count + 1, sizeof(*list));
    for (size_t i = 0; i < count; i++) {
        size_t role = i / QUEUEING_POINTS, point = i % QUEUEING_POINTS;
        list[i] = (struct simulated_queue){model->roles[role], result->queue_at[point] / day,
                                           result->queue[role][point]};
    }
    return (struct records){list, count};
}

SHARED_HANDLER(case_simulate, simulation_query, case_simulation)
{
    struct template_view view;
    struct office office;
    struct model *model = ARENA_NEW(ctx->arena, struct model);
    *model = (struct model){.role_count = 0};
    out->arrivals_per_day = in->arrivals_per_day.known ? in->arrivals_per_day.value : 10;
    out->seed = in->seed.known ? in->seed.value : 1;
    out->cases = CASES;
    if (!(out->arrivals_per_day > 0 && out->arrivals_per_day <= ARRIVALS_MAX))
        return complain(ctx, STR("arrivals_per_day"), "应大于 0，不超过 %d",
                        "must be more than 0 and at most %d", ARRIVALS_MAX);
    enum error error =
        template_read(ctx, in->code, in->version.known ? in->version.value : 0, &view);
    if (!error)
        error = office_read(ctx, &office);
    struct records flaws = {NULL, 0};
    if (!error)
        error = template_flaws(ctx, &view, &flaws);
    if (!error && flaws.count)
        return fail(ctx, E_CONFLICT, "模板有误", "the template has a flaw");
    for (size_t i = 0; !error && i < view.steps.count; i++)
        fill_step(model, &view, i, office.time);
    for (size_t i = 0; !error && i < model->role_count; i++)
        error = staff_of(ctx, in->staff, model->roles[i], &model->staff[i]);
    if (error)
        return error;
    struct queueing queueing = {.steps = model->steps,
                                .step_count = view.steps.count,
                                .role_count = model->role_count,
                                .staff = model->staff,
                                .arrivals_between =
                                    (double)working_time_day(office.time) / out->arrivals_per_day,
                                .cases = CASES,
                                .seed = (uint64_t)out->seed};
    struct queueing_result result;
    queueing_run(&queueing, ctx->arena, &result);
    show(ctx, &view, model, &result, out);
    out->queues = queues_of(ctx, model, (double)working_time_day(office.time), &result);
    return E_OK;
}
