#include "stats/queueing.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* Something that happens: a case arrives (step == ARRIVAL), or a step of it is done. */
enum { ARRIVAL = 255 };
struct happening {
    double at;
    uint64_t order; /* of two at once the one that was planned first */
    size_t of;
    unsigned step;
};

struct run {
    const struct queueing *is;
    struct happening *heap;
    size_t heap_count;
    uint64_t planned, random;
    /* A role's steps that wait, a ring in order of their turn. */
    struct happening *waiting[QUEUEING_ROLES_MAX];
    size_t first[QUEUEING_ROLES_MAX], count[QUEUEING_ROLES_MAX];
    int busy[QUEUEING_ROLES_MAX];
    double worked[QUEUEING_ROLES_MAX];
    size_t ring;
    uint64_t *done; /* of each case: its steps that are */
    double *arrived, *whole;
    double *turn, *wait, *took; /* of each case and step */
};

/* splitmix64. */
static double uniform(struct run *run)
{
    uint64_t z = run->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static double exponential(struct run *run, double mean)
{
    return -mean * log1p(-uniform(run));
}

static bool is_before(const struct happening *a, const struct happening *b)
{
    return a->at < b->at || (a->at <= b->at && a->order < b->order);
}

static void plan(struct run *run, double at, size_t of, unsigned step)
{
    struct happening one = {at, run->planned++, of, step};
    size_t place = run->heap_count++;
    for (; place && is_before(&one, &run->heap[(place - 1) / 2]); place = (place - 1) / 2)
        run->heap[place] = run->heap[(place - 1) / 2];
    run->heap[place] = one;
}

static struct happening next(struct run *run)
{
    struct happening top = run->heap[0], last = run->heap[--run->heap_count];
    size_t place = 0;
    for (size_t child; (child = place * 2 + 1) < run->heap_count; place = child) {
        if (child + 1 < run->heap_count && is_before(&run->heap[child + 1], &run->heap[child]))
            child++;
        if (is_before(&last, &run->heap[child]))
            break;
        run->heap[place] = run->heap[child];
    }
    run->heap[place] = last;
    return top;
}

static void begin_work(struct run *run, double now, const struct happening *on)
{
    const struct queueing_step *step = &run->is->steps[on->step];
    double work = exponential(run, step->work_mean);
    run->busy[step->role]++;
    run->worked[step->role] += work;
    run->wait[on->of * run->is->step_count + on->step] = now - on->at;
    plan(run, now + work, on->of, on->step);
}

static void offer(struct run *run, double now, size_t of, unsigned step)
{
    size_t role = run->is->steps[step].role;
    struct happening turn = {now, 0, of, step};
    run->turn[of * run->is->step_count + step] = now;
    if (run->busy[role] < run->is->staff[role])
        begin_work(run, now, &turn);
    else
        run->waiting[role][(run->first[role] + run->count[role]++) % run->ring] = turn;
}

/* Steps all of whose predecessors are done now, the last of them just so. */
static void open_steps(struct run *run, double now, size_t of, uint64_t just)
{
    for (unsigned i = 0; i < run->is->step_count; i++) {
        uint64_t after = run->is->steps[i].after;
        if ((after & ~run->done[of]) == 0 && (after & just || (!just && !after)))
            offer(run, now, of, i);
    }
}

static void finish_step(struct run *run, const struct happening *one)
{
    size_t role = run->is->steps[one->step].role, at = one->of * run->is->step_count + one->step;
    run->took[at] = one->at - run->turn[at];
    run->busy[role]--;
    if (run->count[role]) {
        struct happening first = run->waiting[role][run->first[role]];
        run->first[role] = (run->first[role] + 1) % run->ring;
        run->count[role]--;
        begin_work(run, one->at, &first);
    }
    run->done[one->of] |= UINT64_C(1) << one->step;
    run->whole[one->of] = one->at - run->arrived[one->of];
    open_steps(run, one->at, one->of, UINT64_C(1) << one->step);
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double at_share(const double *sorted, size_t count, double share)
{
    return sorted[(size_t)((double)(count - 1) * share)];
}

static void summarise(const struct run *run, double *column, struct queueing_result *result)
{
    size_t warm = run->is->cases / 10, count = run->is->cases - warm, steps = run->is->step_count;
    for (size_t i = 0; i < steps; i++) {
        double sum = 0;
        size_t late = 0;
        for (size_t n = 0; n < count; n++) {
            size_t at = (warm + n) * steps + i;
            column[n] = run->wait[at];
            sum += run->wait[at];
            late += run->is->steps[i].limit > 0 && run->took[at] > run->is->steps[i].limit;
        }
        qsort(column, count, sizeof(*column), by_size);
        result->wait_mean[i] = sum / (double)count;
        result->wait_p50[i] = at_share(column, count, 0.5);
        result->wait_p90[i] = at_share(column, count, 0.9);
        result->late[i] = (double)late / (double)count;
    }
    for (size_t n = 0; n < count; n++)
        column[n] = run->whole[warm + n];
    qsort(column, count, sizeof(*column), by_size);
    result->whole_p50 = at_share(column, count, 0.5);
    result->whole_p90 = at_share(column, count, 0.9);
}

/* What the `of`th case finds when it arrives. */
static void look(const struct run *run, double now, size_t of, struct queueing_result *result)
{
    size_t point = of * QUEUEING_POINTS / run->is->cases;
    size_t first = (point * run->is->cases + QUEUEING_POINTS - 1) / QUEUEING_POINTS;
    double nth = (double)(of - first + 1);
    result->queue_at[point] = now;
    for (size_t i = 0; i < run->is->role_count; i++)
        result->queue[i][point] += ((double)run->count[i] - result->queue[i][point]) / nth;
}

void queueing_run(const struct queueing *is, struct arena *arena, struct queueing_result *result)
{
    assert(is->step_count && is->step_count <= QUEUEING_STEPS_MAX && is->cases >= QUEUEING_POINTS &&
           is->role_count <= QUEUEING_ROLES_MAX);
    size_t cells = is->cases * is->step_count;
    struct run run = {.is = is, .random = is->seed, .ring = cells};
    run.heap = arena_array(arena, cells + 2, sizeof(*run.heap));
    run.done = arena_array(arena, is->cases, sizeof(*run.done));
    run.arrived = arena_array(arena, is->cases, sizeof(double));
    run.whole = arena_array(arena, is->cases, sizeof(double));
    run.turn = arena_array(arena, cells, sizeof(double));
    run.wait = arena_array(arena, cells, sizeof(double));
    run.took = arena_array(arena, cells, sizeof(double));
    for (size_t i = 0; i < is->role_count; i++)
        run.waiting[i] = arena_array(arena, cells, sizeof(struct happening));
    double now = 0;
    *result = (struct queueing_result){.whole_p50 = 0};
    plan(&run, exponential(&run, is->arrivals_between), 0, ARRIVAL);
    while (run.heap_count) {
        struct happening one = next(&run);
        now = one.at;
        if (one.step != ARRIVAL) {
            finish_step(&run, &one);
            continue;
        }
        look(&run, now, one.of, result);
        run.arrived[one.of] = now;
        run.done[one.of] = 0;
        if (one.of + 1 < is->cases)
            plan(&run, now + exponential(&run, is->arrivals_between), one.of + 1, ARRIVAL);
        open_steps(&run, now, one.of, 0);
    }
    for (size_t i = 0; i < is->role_count; i++)
        result->load[i] = run.worked[i] / (now * is->staff[i]);
    summarise(&run, run.turn, result);
}
