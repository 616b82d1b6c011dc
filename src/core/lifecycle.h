/* Lifecycles: the states of a kind of record, and the steps between them, said once in a table.
 *
 *   static const struct transition delivery_steps[] = {
 *       STEP("arrival", "expected", "arrived", "到达", "Arrival"),
 *       STEP("rejection", "arrived", "rejected", "退回", "Send back", .roles = STAFF, .reason =
 * true), …
 *   };
 *
 * A record's `state` changes by lifecycle_take() and by nothing else (make lint refuses an UPDATE
 * of one); each step leaves a row in the table `step`: which, when, by whom, why. From the table
 * come the check of who may, the next steps in the API, the clock of the work (its rows are the
 * clock's events, base/work_clock.h), and the diagrams in docs/lifecycles.md. */
#ifndef CORE_LIFECYCLE_H
#define CORE_LIFECYCLE_H

#include "base/work_clock.h"
#include "core/query.h"

struct lifecycle_state {
    const char *name, *zh, *en;
    bool final; /* nothing need follow */
};

/* What a step does to the clock of the work. */
enum clock_effect { CLOCK_KEEPS, CLOCK_STARTS, CLOCK_PAUSES, CLOCK_RESUMES, CLOCK_ENDS };

struct transition {
    const char *event;     /* rejection: in addresses and events */
    const char *from, *to; /* names of states */
    const char *zh, *en;   /* as a button says it */
    uint32_t roles; /* who may; 0 = nobody: the program does it when time passes or data arrive */
    bool reason;    /* has to be given */
    bool data; /* with no roles: data that arrive do it, not time, so it may leave a final state */
    enum clock_effect clock;
    /* Says by fail() why it cannot be now; may be NULL. */
    enum error (*guard)(struct ctx *ctx, const void *record);
    /* What else happens, in the same transaction; may be NULL. */
    enum error (*effect)(struct ctx *ctx, const void *record);
};

/* What follows the states: 中文, English, and further members. */
#define STEP(event_, from_, to_, ...)                                                              \
    {                                                                                              \
        .event = (event_), .from = (from_), .to = (to_), __VA_ARGS__                               \
    }

struct lifecycle {
    const char *name, *zh, *en; /* the kind of record */
    const char *table, *key; /* with the columns `state` and `changed_seq`; the key is a number */
    const struct lifecycle_state *states; /* the first is that of a new record */
    size_t state_count;
    const struct transition *steps;
    size_t step_count;
};
#define LIFECYCLE(tag, table_, zh_, en_)                                                           \
    const struct lifecycle tag##_lifecycle = {#tag,                                                \
                                              zh_,                                                 \
                                              en_,                                                 \
                                              table_,                                              \
                                              "id",                                                \
                                              tag##_states,                                        \
                                              COUNT(tag##_states),                                 \
                                              tag##_steps,                                         \
                                              COUNT(tag##_steps)}

enum { LIFECYCLE_STATES_MAX = 64, LIFECYCLE_REASON_MAX = 1000 };

/* The first flaw of the table, in the arena, or NULL: a name that is no state, two steps of one
 * name from one state, a state that cannot be reached or from which no end can be, a final state
 * that is left by the program alone. */
const char *lifecycle_flaw(const struct lifecycle *lifecycle, struct arena *arena);

/* The step, or NULL when it is none from this state. */
const struct transition *lifecycle_step(const struct lifecycle *lifecycle, struct str state,
                                        struct str event);
/* May whoever asks take it, as far as his role goes? */
bool transition_is_for(const struct transition *step, const struct ctx *ctx);

/* Takes the step that `event` names: checks who asks, the reason and the guard, moves the record,
 * writes the row and runs the effect. E_CONFLICT, with the steps that there are, when it is none
 * from this state, or when somebody else was faster. `record` is what guard and effect are given.
 */
enum error lifecycle_take(struct ctx *ctx, const struct lifecycle *lifecycle, int64_t key,
                          struct str state, const char *event, struct str reason,
                          const void *record) MUST_USE;
/* The same for what the program does by itself: no role is asked. */
enum error lifecycle_pass(struct ctx *ctx, const struct lifecycle *lifecycle, int64_t key,
                          struct str state, const char *event, struct str reason,
                          const void *record) MUST_USE;

/* A step as the API shows it. */
struct next_step {
    struct str event, to, name, name_en;
    bool reason;
};
extern const struct shape next_step_shape;
/* What whoever asks may do next with a record in this state; guards are not asked. */
struct records lifecycle_next(struct ctx *ctx, const struct lifecycle *lifecycle, struct str state);

/* A step that was taken. */
struct step_taken {
    int64_t id, record_id;
    struct str lifecycle, event, from_state, to_state;
    struct instant at;
    struct str actor, reason;
    int64_t sequence;
};
extern const struct shape step_taken_shape;
/* Oldest first; at most `most`. */
enum error lifecycle_history(struct ctx *ctx, const struct lifecycle *lifecycle, int64_t key,
                             size_t most, struct records *out) MUST_USE;

/* docs/lifecycles.md: those of all modules, as tables and as diagrams in Mermaid's language. */
struct str lifecycle_document(struct arena *arena);

#endif
