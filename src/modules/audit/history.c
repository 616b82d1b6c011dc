/* What a record was: for whoever may see the record, and, of its past states, those that were his
 * to see even then. */
#include <jansson.h>

#include "core/audit_sealer.h"
#include "core/import.h"
#include "core/ownership.h"
#include "core/personal.h"
#include "core/record.h"
#include "core/sequence.h"
#include "history.sql.h"
#include "modules/audit/internal.h"
#include "json/read.h"

enum { HISTORY_MAX = 500 };

/* --- States --------------------------------------------------------------------------------- */

static enum error write_shown(struct ctx *ctx, struct json *out, const json_t *value)
{
    const char *key;
    json_t *item;
    size_t index;
    enum error error = E_OK;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        json_open(out, '{');
        json_object_foreach((json_t *)(uintptr_t)value, key, item)
        {
            json_key(out, key);
            if (!error)
                error = write_shown(ctx, out, item);
        }
        json_close(out, '}');
        return error;
    case JSON_ARRAY:
        json_open(out, '[');
        json_array_foreach(value, index, item) if (!error) error = write_shown(ctx, out, item);
        json_close(out, ']');
        return error;
    case JSON_STRING: {
        struct str text = {json_string_value(value), json_string_length(value)};
        error = personal_show(ctx, text, &text);
        json_text(out, text);
        return error;
    }
    case JSON_INTEGER:
        json_int(out, json_integer_value(value));
        return E_OK;
    case JSON_REAL:
        json_number(out, json_real_value(value));
        return E_OK;
    case JSON_TRUE:
    case JSON_FALSE:
        json_bool(out, json_is_true(value));
        return E_OK;
    case JSON_NULL:
        break;
    }
    json_none(out);
    return E_OK;
}

static enum error state_parse(struct ctx *ctx, struct str body, json_t **state)
{
    struct json_error why;
    *state = json_read(ctx->arena, body, &why);
    return *state ? E_OK
                  : fail(ctx, E_INTERNAL, "记录的内容不是 JSON", "a recorded state is no JSON");
}

enum error state_shown(struct ctx *ctx, struct str body, struct str *shown)
{
    struct buf text = {.arena = ctx->arena};
    struct json json = {.out = &text};
    json_t *state;
    enum error error = state_parse(ctx, body, &state);
    if (!error)
        error = write_shown(ctx, &json, state);
    *shown = buf_str(&text);
    return error;
}

/* --- Who may see ---------------------------------------------------------------------------- */

static struct str member(const json_t *state, const char *name)
{
    const json_t *item = json_object_get(state, name);
    return json_is_string(item) ? (struct str){json_string_value(item), json_string_length(item)}
                                : STR_NONE;
}

/* Whose the record was then: what of it says so. */
struct owner {
    struct str organisation_code, area_code, department_code;
    struct maybe_int account_id;
};
static const struct field owner_fields[] = {
    FIELD(struct owner, organisation_code, "单位", "Organisation"),
    FIELD(struct owner, area_code, "区域", "Area"),
    FIELD(struct owner, department_code, "部门", "Department"),
    FIELD(struct owner, account_id, "账户", "Account"),
};
static const SHAPE(owner);
static const struct ownership owner_owned = {.organisation = "organisation_code",
                                             .area = "area_code",
                                             .department = "department_code",
                                             .account = "account_id"};

/* For a reader who sees only his own; `*says` = it can be told. */
static enum error was_own(struct ctx *ctx, const json_t *state, bool *own, bool *says)
{
    const json_t *account = json_object_get(state, "account_id");
    struct owner owner = {member(state, "organisation_code"),
                          member(state, "area_code"),
                          member(state, "department_code"),
                          {json_integer_value(account), json_is_integer(account)}};
    const bool said[] = {[SCOPE_ALL] = false,
                         [SCOPE_ORGANISATION] = owner.organisation_code.data != NULL,
                         [SCOPE_AREA] = owner.area_code.data != NULL,
                         [SCOPE_DEPARTMENT] = owner.department_code.data != NULL,
                         [SCOPE_ACCOUNT] = owner.account_id.known};
    *says = said[role_infos[ctx->who->role].scope];
    return ownership_holds(ctx, &owner_owned, ROW(owner, &owner), own);
}

/* A record with a visibility shows itself by that, any other one by whose it is. */
static enum error may_see_state(struct ctx *ctx, const json_t *state, bool *may)
{
    struct str visibility = member(state, "visibility");
    bool says, own;
    enum error error = was_own(ctx, state, &own, &says);
    *may = own || !says;
    for (int64_t level = 0; visibility.data && visibility_names[level]; level++)
        if (str_is(visibility, visibility_names[level]))
            *may = level <= clearance(ctx) || (own && says);
    return error;
}

/* --- The history ---------------------------------------------------------------------------- */

struct past_row {
    int64_t sequence;
    struct instant recorded_at;
    struct str actor, action, body, digest;
};
static const struct field past_row_fields[] = {
    FIELD(struct past_row, sequence, "序号", "Sequence number"),
    FIELD(struct past_row, recorded_at, "时刻", "When"),
    FIELD(struct past_row, actor, "操作人", "Who"),
    FIELD(struct past_row, action, "操作", "What was done"),
    FIELD(struct past_row, body, "内容", "Content"),
    FIELD(struct past_row, digest, "已删除内容的摘要", "Digest of what was removed"),
};
static const SHAPE(past_row);

struct history_query {
    struct str kind, key;
};
static const struct field history_query_fields[] = {
    FIELD(struct history_query, kind, "记录类型，如 observation", "Kind, such as observation",
          .required = true),
    FIELD(struct history_query, key, "记录编号", "Id or code of the record", .required = true),
};
static const SHAPE(history_query);

struct change {
    int64_t sequence;
    struct instant recorded_at;
    struct str actor_name, action, state, changed;
    bool removed;
};
static const struct field change_fields[] = {
    FIELD(struct change, sequence, "序号", "Sequence number"),
    FIELD(struct change, recorded_at, "时刻", "When"),
    FIELD(struct change, actor_name, "操作人（公众不可见）", "Who; the public is not told"),
    FIELD(struct change, action, "操作", "What was done"),
    FIELD(struct change, state, "当时的记录", "The record as it was", .json = true),
    FIELD(struct change, changed, "变动的字段", "Fields that changed", .json = true),
    FIELD(struct change, removed, "内容已依法删除", "Was the content removed by law?"),
};
static const SHAPE(change);

struct history {
    struct records items;
    bool truncated;
};
static const struct field history_fields[] = {
    FIELD(struct history, items, "历次变动，新的在前", "Changes, the newest first",
          .of = &change_shape),
    FIELD(struct history, truncated, "只列出最近的", "Only the newest are listed"),
};
static const SHAPE(history);

static enum error is_same(struct ctx *ctx, const json_t *old, const json_t *item, bool *same)
{
    *same = json_equal(old, item);
    if (*same || !json_is_string(old) || !json_is_string(item))
        return E_OK;
    struct str a = {json_string_value(old), json_string_length(old)};
    struct str b = {json_string_value(item), json_string_length(item)};
    return personal_equal(ctx, a, b, same);
}

/* Names of the members that differ, as a JSON list. */
static enum error changed_members(struct ctx *ctx, const json_t *before, const json_t *after,
                                  struct str *changed)
{
    struct buf text = {.arena = ctx->arena};
    struct json json = {.out = &text};
    enum error error = E_OK;
    const char *key;
    json_t *item;
    json_open(&json, '[');
    json_object_foreach((json_t *)(uintptr_t)after, key, item)
    {
        bool same = true;
        if (before && !error)
            error = is_same(ctx, json_object_get(before, key), item, &same);
        if (!same)
            json_text(&json, str_of(key));
    }
    json_close(&json, ']');
    *changed = buf_str(&text);
    return error;
}

/* Imports and their undoings have one event for all their records; what they did to this one stands
 * in their rows. Merged, the newest first. */
static void merge_pasts(struct ctx *ctx, struct records events, struct records imports,
                        size_t limit, struct records *out)
{
    const struct past_row *event = events.items;
    const struct import_past *import = imports.items;
    struct past_row *rows = arena_array(ctx->arena, limit + 1, sizeof(*rows));
    size_t e = 0, i = 0, count = 0;
    while (count < limit && (e < events.count || i < imports.count)) {
        bool is_event =
            i == imports.count || (e < events.count && event[e].sequence >= import[i].sequence);
        if (is_event) {
            rows[count++] = event[e++];
            continue;
        }
        rows[count++] = (struct past_row){.sequence = import[i].sequence,
                                          .recorded_at = import[i].recorded_at,
                                          .actor = import[i].actor,
                                          .action = str_of(import[i].action),
                                          .body = import[i].body};
        i++;
    }
    *out = (struct records){rows, count};
}

static enum error read_past(struct ctx *ctx, const struct history_query *in, int64_t last,
                            int64_t limit, struct records *rows)
{
    struct records events, imports = {NULL, 0};
    enum error error = db_all(ctx, &sql_history_of_record,
                              ARGS(arg_text("kind", in->kind), arg_text("key", in->key),
                                   arg_int("last", last), arg_int("limit", limit)),
                              &past_row_shape, HISTORY_MAX, &events);
    if (!error)
        error = import_pasts(ctx, in->kind, in->key, last, HISTORY_MAX, &imports);
    if (!error)
        merge_pasts(ctx, events, imports, (size_t)limit, rows);
    return error;
}

/* One state for the reader; false where it was not his to see. */
static enum error make_change(struct ctx *ctx, const struct past_row *row, json_t **before,
                              struct change *change, bool *seen)
{
    json_t *state = NULL;
    *change = (struct change){.sequence = row->sequence,
                              .recorded_at = row->recorded_at,
                              .action = row->action,
                              .changed = STR("[]"),
                              .removed = !row->body.data && row->digest.data};
    *seen = role_infos[ctx->who->role].scope == SCOPE_ALL && clearance(ctx) == VISIBILITY_DRAFT;
    if (!row->body.data)
        return E_OK;
    enum error error = state_parse(ctx, row->body, &state);
    if (error)
        return error;
    if ((error = may_see_state(ctx, state, seen)) || !*seen)
        return error;
    error = changed_members(ctx, *before, state, &change->changed);
    *before = state;
    return error ? error : state_shown(ctx, row->body, &change->state);
}

SHARED_HANDLER(history_list, history_query, history)
{
    struct records rows;
    enum error error = record_must_see(ctx, in->kind, in->key, NULL);
    if (!error)
        error = read_past(ctx, in, INT64_MAX, HISTORY_MAX, &rows);
    if (error)
        return error;
    const struct past_row *past = rows.items;
    struct change *changes = arena_array(ctx->arena, rows.count + 1, sizeof(*changes));
    struct actor_names names = {STR_NONE, STR_NONE};
    json_t *before = NULL;
    size_t count = 0;
    bool seen;
    /* From the oldest on, so that each is compared with what the reader saw before it; they are put
     * down from the end, so that the newest stands first. */
    for (size_t i = rows.count; i-- > 0 && !error;) {
        struct change *change = &changes[rows.count - 1 - count];
        error = make_change(ctx, &past[i], &before, change, &seen);
        if (!error && seen && ctx->who->role != ROLE_PUBLIC)
            error = actor_name(ctx, &names, past[i].actor, &change->actor_name);
        count += seen;
    }
    out->items = (struct records){changes + (rows.count - count), count};
    out->truncated = rows.count == HISTORY_MAX;
    return error;
}

struct past_query {
    struct str kind, key;
    int64_t sequence;
};
static const struct field past_query_fields[] = {
    FIELD(struct past_query, kind, "记录类型，如 observation", "Kind, such as observation",
          .required = true),
    FIELD(struct past_query, key, "记录编号", "Id or code of the record", .required = true),
    FIELD(struct past_query, sequence, "序号", "Sequence number", .required = true),
};
static const SHAPE(past_query);

SHARED_HANDLER(past_show, past_query, nothing)
{
    struct records rows;
    struct change change;
    json_t *before = NULL;
    bool seen = false;
    (void)out;
    struct history_query record = {in->kind, in->key};
    enum error error = sequence_read(ctx);
    if (!error && (in->sequence < 1 || in->sequence > ctx->sequence))
        return complain(ctx, STR("sequence"), "应为 1 到 %lld", "must be from 1 to %lld",
                        (long long)ctx->sequence);
    if (!error)
        error = sequence_settled(ctx, in->sequence);
    if (!error)
        error = record_must_see(ctx, in->kind, in->key, NULL);
    if (!error)
        error = read_past(ctx, &record, in->sequence, 1, &rows);
    if (!error && rows.count)
        error = make_change(ctx, rows.items, &before, &change, &seen);
    if (error || !seen)
        return error ? error : E_NOT_FOUND;
    if (change.removed)
        return fail(ctx, E_ERASED, "那时的内容已依法删除", "what it was then was removed by law");
    ctx->file = change.state.data ? change.state : STR("{}");
    ctx->file_type = STR("application/json");
    return E_OK;
}
