/* The board: for each data set and month what has come and what has not; who is missing.
 *
 * It reads the catalogue and the deliveries of the months asked for, and no more. */
#include <stdlib.h>

#include "board.sql.h"
#include "modules/collection/internal.h"

enum { MONTHS = 12, MONTHS_MAX = 36, CELLS_MAX = 200000, MONTH_TEXT = 7 };

struct board_query {
    struct maybe_int months;
    struct str department_code;
};
static const struct field board_query_fields[] = {
    FIELD(struct board_query, months, "最近几个月，1 到 36，缺省 12",
          "How many months up to now, 1 to 36, usually 12"),
    FIELD(struct board_query, department_code, "只看一个部门", "Only this department",
          .refers = "department"),
};
static const SHAPE(board_query);

/* Several periods of one month share a cell: it shows the worst. */
struct board_cell {
    struct str period, state;
    int64_t delivery_id;
    struct str delivery_period;
    struct date due_on;
    int64_t count;
};
static const struct field board_cell_fields[] = {
    FIELD(struct board_cell, period, "月份", "Month"),
    FIELD(struct board_cell, state, "状态，几期中最差的", "State: the worst of its periods"),
    FIELD(struct board_cell, delivery_id, "那一期的编号", "Number of that delivery"),
    FIELD(struct board_cell, delivery_period, "那一期", "Its period"),
    FIELD(struct board_cell, due_on, "应报日", "Due on"),
    FIELD(struct board_cell, count, "这个月有几期", "How many periods the month has"),
};
static const SHAPE(board_cell);

struct board_row {
    struct str data_set_code, name, name_en, kind, department_code, department_name,
        department_name_en, rhythm, target;
    struct instant last_arrived_at;
    struct str freshness;
    struct records cells;
};
static const struct field board_row_fields[] = {
    FIELD(struct board_row, data_set_code, "数据集", "Data set"),
    FIELD(struct board_row, name, "名称", "Name"),
    FIELD(struct board_row, name_en, "英文名", "English name"),
    FIELD(struct board_row, kind, "类别", "Class of data"),
    FIELD(struct board_row, department_code, "责任部门", "Department in charge"),
    FIELD(struct board_row, department_name, "部门名称", "Name of the department"),
    FIELD(struct board_row, department_name_en, "部门英文名", "Department in English"),
    FIELD(struct board_row, rhythm, "周期", "Rhythm"),
    FIELD(struct board_row, target, "导入目标", "Import target"),
    FIELD(struct board_row, last_arrived_at, "最近报送时间", "When data came last"),
    FIELD(struct board_row, freshness, "新鲜度", "Freshness"),
    FIELD(struct board_row, cells, "各月", "Months", .of = &board_cell_shape),
};
static const SHAPE(board_row);

struct board_missing {
    struct str department_code, department_name, department_name_en;
    int64_t late, rejected;
    struct date oldest_due_on;
    struct str data_set_codes;
};
static const struct field board_missing_fields[] = {
    FIELD(struct board_missing, department_code, "部门", "Department"),
    FIELD(struct board_missing, department_name, "部门名称", "Name of the department"),
    FIELD(struct board_missing, department_name_en, "部门英文名", "Department in English"),
    FIELD(struct board_missing, late, "逾期期数", "Periods that are late"),
    FIELD(struct board_missing, rejected, "退回待重报期数", "Periods to be sent again"),
    FIELD(struct board_missing, oldest_due_on, "最早的应报日", "The earliest day that has passed"),
    FIELD(struct board_missing, data_set_codes, "哪些数据集", "Which data sets", .json = true),
};
static const SHAPE(board_missing);

struct board_totals {
    int64_t expected, arrived, late, rejected, accepted;
};
static const struct field board_totals_fields[] = {
    FIELD(struct board_totals, expected, "待报", "Expected"),
    FIELD(struct board_totals, arrived, "已报", "Arrived"),
    FIELD(struct board_totals, late, "逾期", "Late"),
    FIELD(struct board_totals, rejected, "退回", "Rejected"),
    FIELD(struct board_totals, accepted, "已验收", "Accepted"),
};
static const SHAPE(board_totals);

struct board {
    struct str periods;
    struct records rows, missing;
    struct record totals;
};
static const struct field board_fields[] = {
    FIELD(struct board, periods, "月份，旧的在前", "Months, oldest first", .json = true),
    FIELD(struct board, rows, "各数据集", "Data sets", .of = &board_row_shape),
    FIELD(struct board, missing, "哪些部门还欠报", "Departments that owe something",
          .of = &board_missing_shape),
    FIELD(struct board, totals, "合计期数", "Periods in all", .of = &board_totals_shape),
};
static const SHAPE(board);

/* --- Cells ---------------------------------------------------------------------------------- */

/* Worst first. */
static const char *const by_weight[] = {"late", "rejected", "expected", "arrived", "accepted"};

static size_t weight(struct str state)
{
    size_t i = 0;
    while (i + 1 < COUNT(by_weight) && !str_is(state, by_weight[i]))
        i++;
    return i;
}

static void count(struct board_totals *totals, struct str state)
{
    int64_t *const counters[] = {&totals->late, &totals->rejected, &totals->expected,
                                 &totals->arrived, &totals->accepted};
    ++*counters[weight(state)];
}

/* The month in which the period ends; what still runs, the present one. */
static struct str month_of(struct ctx *ctx, struct date day)
{
    char text[DATE_TEXT];
    date_print(day.days < ctx->today.days ? day : ctx->today, text);
    return arena_str(ctx->arena, str_first(str_of(text), MONTH_TEXT));
}

/* What is late is so from the first second of the day, whether it has been written down or not. */
static struct str state_today(const struct ctx *ctx, const struct delivery *delivery)
{
    bool passed = delivery->due_on.days < ctx->today.days;
    return passed && str_is(delivery->state, "expected") ? STR("late") : delivery->state;
}

static struct board_cell cell_of(const struct delivery *delivery, struct str month,
                                 struct str state)
{
    return (struct board_cell){.period = month,
                               .state = state,
                               .delivery_id = delivery->id,
                               .delivery_period = delivery->period,
                               .due_on = delivery->due_on};
}

/* The row's part of the deliveries, which are in the order of data sets and days. */
static void fill_row(struct ctx *ctx, struct board_row *row, const struct delivery *deliveries,
                     size_t n, struct board_totals *totals, struct board_missing *missing)
{
    struct board_cell *cells = arena_array(ctx->arena, n ? n : 1, sizeof(*cells));
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        struct str month = month_of(ctx, deliveries[i].period_end);
        struct str state = state_today(ctx, &deliveries[i]);
        if (!used || !str_equal(cells[used - 1].period, month))
            cells[used++] = cell_of(&deliveries[i], month, state);
        struct board_cell *cell = &cells[used - 1];
        int64_t periods = cell->count + 1;
        if (weight(state) < weight(cell->state))
            *cell = cell_of(&deliveries[i], month, state);
        cell->count = periods;
        count(totals, state);
        missing->late += str_is(state, "late");
        missing->rejected += str_is(state, "rejected");
        bool owed = str_is(state, "late") || str_is(state, "rejected");
        bool older = !date_known(missing->oldest_due_on) ||
                     deliveries[i].due_on.days < missing->oldest_due_on.days;
        if (owed && older)
            missing->oldest_due_on = deliveries[i].due_on;
    }
    row->cells = (struct records){cells, used};
}

/* --- Who is missing ------------------------------------------------------------------------- */

struct missing_list {
    struct board_missing *items;
    struct buf *codes; /* of each */
    size_t count;
};

static void add_missing(struct ctx *ctx, struct missing_list *list, const struct board_row *row,
                        const struct board_missing *of_row)
{
    if (!of_row->late && !of_row->rejected)
        return;
    size_t i = 0;
    while (i < list->count && !str_equal(list->items[i].department_code, row->department_code))
        i++;
    struct board_missing *missing = &list->items[i];
    if (i == list->count) {
        list->count++;
        *missing = (struct board_missing){.department_code = row->department_code,
                                          .department_name = row->department_name,
                                          .department_name_en = row->department_name_en,
                                          .oldest_due_on = of_row->oldest_due_on};
        list->codes[i] = (struct buf){.arena = ctx->arena};
    }
    missing->late += of_row->late;
    missing->rejected += of_row->rejected;
    if (of_row->oldest_due_on.days < missing->oldest_due_on.days)
        missing->oldest_due_on = of_row->oldest_due_on;
    /* Codes are small letters, digits and underlines. */
    buf_print(&list->codes[i], "%c\"%.*s\"", list->codes[i].length ? ',' : '[',
              STR_PRINT(row->data_set_code));
}

static int by_delay(const void *a, const void *b)
{
    const struct board_missing *x = a, *y = b;
    int64_t owed_x = x->late + x->rejected, owed_y = y->late + y->rejected;
    if (owed_x != owed_y)
        return owed_x > owed_y ? -1 : 1;
    size_t common = x->department_code.length < y->department_code.length
                        ? x->department_code.length
                        : y->department_code.length;
    return memcmp(x->department_code.data, y->department_code.data, common);
}

static struct records finish_missing(struct missing_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        buf_char(&list->codes[i], ']');
        list->items[i].data_set_codes = buf_str(&list->codes[i]);
    }
    if (list->count)
        qsort(list->items, list->count, sizeof(*list->items), by_delay);
    return (struct records){list->items, list->count};
}

/* --- The whole ------------------------------------------------------------------------------ */

static struct str name_months(struct arena *arena, struct date first, int64_t months)
{
    struct buf out = {.arena = arena};
    for (int64_t i = 0; i < months; i++) {
        char text[DATE_TEXT];
        date_print(date_add_months(first, (int)i), text);
        buf_print(&out, "%s\"%.*s\"", i ? "," : "[", MONTH_TEXT, text);
    }
    buf_char(&out, ']');
    return buf_str(&out);
}

static struct board_row row_of(const struct data_set *data_set)
{
    return (struct board_row){.data_set_code = data_set->code,
                              .name = data_set->name,
                              .name_en = data_set->name_en,
                              .kind = data_set->kind,
                              .department_code = data_set->department_code,
                              .department_name = data_set->department_name,
                              .department_name_en = data_set->department_name_en,
                              .rhythm = data_set->rhythm,
                              .target = data_set->target,
                              .last_arrived_at = data_set->last_arrived_at,
                              .freshness = data_set->freshness};
}

/* Both are in the order of codes. */
static void join(struct ctx *ctx, const struct str *department, const struct records *data_sets,
                 const struct records *deliveries, struct board *out)
{
    const struct data_set *data_set = data_sets->items;
    const struct delivery *delivery = deliveries->items;
    struct board_row *rows = arena_array(ctx->arena, data_sets->count + 1, sizeof(*rows));
    struct board_totals *totals = ARENA_NEW(ctx->arena, struct board_totals);
    struct missing_list list = {
        arena_array(ctx->arena, data_sets->count + 1, sizeof(struct board_missing)),
        arena_array(ctx->arena, data_sets->count + 1, sizeof(struct buf)), 0};
    size_t used = 0, at = 0;
    for (size_t i = 0; i < data_sets->count; i++) {
        if (department->data && !str_equal(data_set[i].department_code, *department))
            continue;
        while (at < deliveries->count &&
               str_compare(delivery[at].data_set_code, data_set[i].code) < 0)
            at++;
        size_t end = at;
        while (end < deliveries->count && str_equal(delivery[end].data_set_code, data_set[i].code))
            end++;
        struct board_missing of_row = {.oldest_due_on = DATE_NONE};
        rows[used] = row_of(&data_set[i]);
        fill_row(ctx, &rows[used], delivery + at, end - at, totals, &of_row);
        add_missing(ctx, &list, &rows[used], &of_row);
        used++;
        at = end;
    }
    out->rows = (struct records){rows, used};
    out->totals = (struct record){totals};
    out->missing = finish_missing(&list);
}

SHARED_HANDLER(board_show, board_query, board)
{
    int64_t months = in->months.known ? in->months.value : MONTHS;
    if (months < 1 || months > MONTHS_MAX)
        return complain(ctx, STR("months"), "应在 1 到 %d 之间", "must be from 1 to %d",
                        MONTHS_MAX);
    int year, month, day;
    date_split(ctx->today, &year, &month, &day);
    struct date first = date_add_months(date_of(year, month, 1), 1 - (int)months);
    struct records data_sets, deliveries;
    enum error error = data_sets_in_charge(ctx, &data_sets);
    if (!error)
        error = db_all(ctx, &sql_board_deliveries, ARGS(arg_date(ctx->arena, "from_day", first)),
                       &delivery_shape, CELLS_MAX, &deliveries);
    if (error)
        return error;
    out->periods = name_months(ctx->arena, first, months);
    join(ctx, &in->department_code, &data_sets, &deliveries, out);
    return E_OK;
}
