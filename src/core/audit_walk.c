#include "core/audit_walk.h"

#include <stdlib.h>

#include "audit_walk.sql.h"
#include "json/read.h"

enum { SEALS_PAGE = 500, EVENTS_PAGE = 2000, LINE_MAX_BYTES = 80 << 20 };

/* --- From the database ---------------------------------------------------------------------- */

struct walk {
    const struct audit_visitor *visitor;
    int64_t last_event; /* shown */
};

static enum error read_page(struct ctx *ctx, const struct sql *sql, struct args args,
                            const struct shape *shape, size_t most, struct records *out)
{
    *out = (struct records){NULL, 0};
    enum db_status status = db_begin(ctx->db, false);
    enum error error =
        db_failed(status) ? fail_database(ctx, status) : db_all(ctx, sql, args, shape, most, out);
    db_rollback(ctx->db);
    return error;
}

/* Events after the last one shown, up to `last`. */
static enum error read_events(struct ctx *ctx, const struct walk *walk, int64_t last,
                              struct records *events)
{
    return read_page(ctx, &sql_event_page,
                     ARGS(arg_int("after", walk->last_event), arg_int("last", last),
                          arg_int("limit", EVENTS_PAGE)),
                     &event_shape, EVENTS_PAGE, events);
}

/* Shows the events up to `last`, page by page. `page` keeps what was read ahead. */
struct ahead {
    struct arena arena;
    struct records events;
    size_t next;
};

static enum error show_events(struct ctx *ctx, struct walk *walk, struct ahead *ahead, int64_t last,
                              int64_t page_last)
{
    struct arena *own = ctx->arena;
    for (;;) {
        const struct event *events = ahead->events.items;
        while (ahead->next < ahead->events.count && events[ahead->next].sequence <= last) {
            const struct event *event = &events[ahead->next++];
            walk->last_event = event->sequence;
            enum error error = walk->visitor->event(ctx, walk->visitor->state, event);
            if (error)
                return error;
        }
        if (ahead->next < ahead->events.count)
            return E_OK; /* it belongs to the next seal */
        arena_reset(&ahead->arena);
        ahead->arena.escape = own->escape;
        ahead->next = 0;
        ctx->arena = &ahead->arena;
        enum error error = read_events(ctx, walk, page_last, &ahead->events);
        ctx->detail = error ? arena_str(own, ctx->detail) : ctx->detail;
        ctx->arena = own;
        if (error || !ahead->events.count)
            return error;
    }
}

static enum error show_seals(struct ctx *ctx, struct walk *walk, struct ahead *ahead,
                             struct records seals, struct records signatures)
{
    const struct seal *all = seals.items;
    const struct seal_signature *signature = signatures.items;
    const struct audit_visitor *visitor = walk->visitor;
    size_t signed_count = 0;
    enum error error = E_OK;
    for (size_t i = 0; i < seals.count && !error; i++) {
        error = visitor->seal(ctx, visitor->state, &all[i]);
        if (!error)
            error = show_events(ctx, walk, ahead, all[i].last_sequence,
                                all[seals.count - 1].last_sequence);
        if (!error && signed_count < signatures.count &&
            signature[signed_count].seal_id == all[i].id)
            error = visitor->signature(ctx, visitor->state, &signature[signed_count++]);
    }
    return error;
}

static enum error walk_page(struct ctx *ctx, struct walk *walk, struct ahead *ahead, int64_t *after,
                            int64_t last)
{
    struct records seals, signatures;
    enum error error = read_page(
        ctx, &sql_seal_page,
        ARGS(arg_int("after", *after), arg_int("last", last), arg_int("limit", SEALS_PAGE)),
        &seal_shape, SEALS_PAGE, &seals);
    if (error || !seals.count) {
        *after = last;
        return error;
    }
    int64_t page_last = ((const struct seal *)seals.items)[seals.count - 1].id;
    error = read_page(ctx, &sql_signature_page,
                      ARGS(arg_int("after", *after), arg_int("last", page_last)),
                      &seal_signature_shape, SEALS_PAGE, &signatures);
    *after = page_last;
    return error ? error : show_seals(ctx, walk, ahead, seals, signatures);
}

/* Where the walk begins: behind the seal before the first. */
static enum error events_before(struct ctx *ctx, int64_t from_seal, int64_t *last)
{
    struct records before;
    *last = INT64_MIN; /* whatever stands before the first is looked at, too */
    enum error error =
        read_page(ctx, &sql_seal_find, ARGS(arg_int("id", from_seal - 1)), &seal_shape, 1, &before);
    if (!error && before.count)
        *last = ((const struct seal *)before.items)->last_sequence;
    return error;
}

static void free_arena(void *arena)
{
    arena_free(arena);
}

enum error audit_walk(struct ctx *ctx, struct audit_range range,
                      const struct audit_visitor *visitor)
{
    struct walk walk = {visitor, 0};
    struct arena *whole = ctx->arena;
    struct ahead *ahead = ARENA_NEW(whole, struct ahead);
    struct arena *page = ARENA_NEW(whole, struct arena);
    arena_defer(whole, free_arena, &ahead->arena);
    arena_defer(whole, free_arena, page);
    enum error error = events_before(ctx, range.from_seal, &walk.last_event);
    for (int64_t after = range.from_seal - 1; !error && after < range.to_seal;) {
        page->escape = whole->escape;
        ctx->arena = page;
        error = walk_page(ctx, &walk, ahead, &after, range.to_seal);
        ctx->arena = whole;
        ctx->detail = arena_str(whole, ctx->detail);
        arena_reset(page);
    }
    if (!error && range.tail)
        error = show_events(ctx, &walk, ahead, INT64_MAX, INT64_MAX);
    return error;
}

/* --- As a text ------------------------------------------------------------------------------ */

struct writing {
    FILE *out;
    int64_t seals, events;
    struct arena line;
};

static enum error write_line(struct ctx *ctx, struct writing *writing, const char *name,
                             struct row row)
{
    struct arena *whole = ctx->arena;
    writing->line.escape = whole->escape;
    struct buf text = {.arena = &writing->line};
    struct json json = {.out = &text};
    json_open(&json, '{');
    json_key(&json, name);
    fields_to_json(ctx, &json, row);
    json_close(&json, '}');
    buf_char(&text, '\n');
    bool good = fwrite(text.data, 1, text.length, writing->out) == text.length;
    arena_reset(&writing->line);
    return good ? E_OK : fail(ctx, E_DISK_FULL, "导出文件写不进去", "the export cannot be written");
}

static enum error write_seal(struct ctx *ctx, void *state, const struct seal *seal)
{
    struct writing *writing = state;
    writing->seals++;
    return write_line(ctx, writing, "seal", ROW(seal, (void *)(uintptr_t)seal));
}

static enum error write_event(struct ctx *ctx, void *state, const struct event *event)
{
    struct writing *writing = state;
    writing->events++;
    return write_line(ctx, writing, "event", ROW(event, (void *)(uintptr_t)event));
}

static enum error write_signature(struct ctx *ctx, void *state,
                                  const struct seal_signature *signature)
{
    return write_line(ctx, state, "signature", ROW(seal_signature, (void *)(uintptr_t)signature));
}

struct frame {
    struct str format;
    int64_t from_seal, to_seal, seals, events;
};
static const struct field frame_fields[] = {
    FIELD(struct frame, format, "格式", "Format"),
    FIELD(struct frame, from_seal, "封存起", "First seal"),
    FIELD(struct frame, to_seal, "封存止", "Last seal"),
    FIELD(struct frame, seals, "封存数", "Seals"),
    FIELD(struct frame, events, "事件数", "Events"),
};
static const SHAPE(frame);
static const struct str format_1 = STR_INIT("kechuang-audit-1");

enum error audit_export(struct ctx *ctx, struct audit_range range, FILE *out)
{
    struct writing *writing = ARENA_NEW(ctx->arena, struct writing);
    writing->out = out;
    arena_defer(ctx->arena, free_arena, &writing->line);
    struct audit_visitor visitor = {writing, write_seal, write_event, write_signature};
    struct frame frame = {format_1, range.from_seal, range.to_seal, 0, 0};
    enum error error = write_line(ctx, writing, "audit", ROW(frame, &frame));
    if (!error)
        error = audit_walk(ctx, range, &visitor);
    frame.seals = writing->seals;
    frame.events = writing->events;
    return error ? error : write_line(ctx, writing, "end", ROW(frame, &frame));
}

static enum error malformed(struct ctx *ctx, int64_t line)
{
    return fail(ctx, E_MALFORMED, "第 %lld 行不是审计导出的内容",
                "line %lld is not of an audit export", (long long)line);
}

struct reading {
    const struct audit_visitor *visitor;
    int64_t line, seals, events;
    bool ended;
};

static enum error read_line(struct ctx *ctx, struct reading *reading, struct str text)
{
    struct json_error why;
    struct field_set given;
    json_t *object = json_read(ctx->arena, text, &why), *item;
    if (!json_is_object(object) || json_object_size(object) != 1)
        return malformed(ctx, reading->line);
    const struct audit_visitor *visitor = reading->visitor;
    struct seal seal;
    struct event event;
    struct seal_signature signature;
    struct frame frame;
    if (reading->ended)
        return malformed(ctx, reading->line);
    if ((item = json_object_get(object, "seal")) &&
        fields_from_json(ctx, item, ROW(seal, &seal), false, &given) == E_OK) {
        reading->seals++;
        return visitor->seal(ctx, visitor->state, &seal);
    }
    if ((item = json_object_get(object, "event")) &&
        fields_from_json(ctx, item, ROW(event, &event), false, &given) == E_OK) {
        reading->events++;
        return visitor->event(ctx, visitor->state, &event);
    }
    if ((item = json_object_get(object, "signature")) &&
        fields_from_json(ctx, item, ROW(seal_signature, &signature), false, &given) == E_OK)
        return visitor->signature(ctx, visitor->state, &signature);
    if ((item = json_object_get(object, "audit")) && reading->line == 1 &&
        fields_from_json(ctx, item, ROW(frame, &frame), false, &given) == E_OK &&
        str_equal(frame.format, format_1))
        return E_OK;
    if ((item = json_object_get(object, "end")) &&
        fields_from_json(ctx, item, ROW(frame, &frame), false, &given) == E_OK) {
        reading->ended = frame.seals == reading->seals && frame.events == reading->events;
        return reading->ended ? E_OK
                              : fail(ctx, E_MALFORMED, "结尾行的数目不对：有内容被删去或添加",
                                     "the numbers in the last line are others: something was "
                                     "removed or added");
    }
    if (ctx->complaints)
        return fail(ctx, E_MALFORMED, "第 %lld 行：%.*s：%.*s", "line %lld: %.*s: %.*s",
                    (long long)reading->line, STR_PRINT(ctx->complaints->field),
                    STR_PRINT(ctx->complaints->message));
    return malformed(ctx, reading->line);
}

enum error audit_read(struct ctx *ctx, FILE *in, const struct audit_visitor *visitor)
{
    struct reading reading = {.visitor = visitor};
    struct arena *whole = ctx->arena, *page = ARENA_NEW(whole, struct arena);
    arena_defer(whole, free_arena, page);
    char *line = NULL;
    size_t room = 0;
    enum error error = E_OK;
    for (ssize_t length; !error && (length = getline(&line, &room, in)) > 0;) {
        reading.line++;
        page->escape = whole->escape;
        ctx->arena = page;
        error = length > LINE_MAX_BYTES
                    ? malformed(ctx, reading.line)
                    : read_line(ctx, &reading, (struct str){line, (size_t)length});
        ctx->arena = whole;
        ctx->detail = arena_str(whole, ctx->detail);
        arena_reset(page);
    }
    free(line);
    ctx->complaints = NULL; /* they lay in the page */
    if (!error && !reading.ended)
        error = fail(ctx, E_MALFORMED, "文件不完整：没有结尾行",
                     "the file is not whole: it has no end");
    return error;
}
