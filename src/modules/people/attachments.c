/* Attachments: files about a person, sealed with the person's key in chunks. */
#include "attachments.sql.h"
#include "base/sniff.h"
#include "core/personal.h"
#include "modules/people/internal.h"

enum { CHUNK_BYTES = 180 * 1024, CHUNKS_MAX = ATTACHMENT_MAX / CHUNK_BYTES + 1, LIST_MAX = 1000 };

static const struct field attachment_fields[] = {
    FIELD(struct attachment, id, "编号", "Number", USE_OUT),
    FIELD(struct attachment, person_id, "人员", "Person", USE_OUT),
    FIELD(struct attachment, name, "文件名", "File name", USE_OUT, .personal = PERSONAL_TEXT,
          .column = "attachment.name"),
    FIELD(struct attachment, media_type, "格式（由内容判断）", "Media type, from its content",
          USE_OUT),
    FIELD(struct attachment, size, "字节数", "Size in bytes", USE_OUT),
    FIELD(struct attachment, added_at, "上传时间", "When it was added", USE_OUT),
    FIELD(struct attachment, added_seq, "上传时的序号", "Sequence when it was added", USE_OUT),
};
SHAPE(attachment);

static const struct field attachment_page_fields[] = {
    FIELD(struct attachment_page, items, "附件", "Attachments", .of = &attachment_shape),
};
static const SHAPE(attachment_page);

struct attachment_in {
    int64_t id;
    struct str name;
};
static const struct field attachment_in_fields[] = {
    FIELD(struct attachment_in, id, "编号", "Number", USE_OUT),
    FIELD(struct attachment_in, name, "文件名", "File name", .required = true, .length_max = 255),
};
static const SHAPE(attachment_in);

struct attachment_key {
    int64_t id;
};
static const struct field attachment_key_fields[] = {
    FIELD(struct attachment_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(attachment_key);

static const struct field attachment_revealed_fields[] = {
    FIELD(struct attachment_revealed, reason, "理由", "Reason", USE_OUT),
};
static const SHAPE_EXTENDING(attachment_revealed, attachment);

struct chunk {
    int64_t number;
    struct str data;
};
static const struct field chunk_fields[] = {
    FIELD(struct chunk, number, "序号", "Number"),
    FIELD(struct chunk, data, "内容", "Content"),
};
static const SHAPE(chunk);

/* Each chunk is bound to its place, so that none can be left out or put elsewhere. */
static struct str chunk_column(struct arena *arena, const struct attachment *attachment,
                               int64_t number)
{
    return arena_print(arena, "attachment_chunk.%lld.%lld.%lld", (long long)attachment->id,
                       (long long)attachment->size, (long long)number);
}

static enum error put_chunks(struct ctx *ctx, const struct attachment *attachment, struct str bytes)
{
    enum error error = E_OK;
    for (int64_t number = 0; !error && bytes.length; number++) {
        struct str part = str_first(bytes, CHUNK_BYTES), sealed;
        error = personal_seal(ctx, attachment->person_id,
                              chunk_column(ctx->arena, attachment, number), part, &sealed);
        if (!error)
            error = db_do(ctx, &sql_chunk_insert,
                          ARGS(arg_int("id", attachment->id), arg_int("number", number),
                               arg_text("data", sealed)));
        bytes = str_skip(bytes, CHUNK_BYTES);
    }
    return error;
}

static enum error get_chunks(struct ctx *ctx, const struct attachment *attachment,
                             struct str *bytes)
{
    struct records chunks;
    struct buf out = {.arena = ctx->arena};
    enum error error = db_all(ctx, &sql_chunks_of, ARGS(arg_int("id", attachment->id)),
                              &chunk_shape, CHUNKS_MAX, &chunks);
    const struct chunk *chunk = chunks.items;
    buf_reserve(&out, (size_t)attachment->size + 1);
    for (size_t i = 0; !error && i < chunks.count; i++) {
        struct str part;
        error =
            personal_open(ctx, attachment->person_id,
                          chunk_column(ctx->arena, attachment, (int64_t)i), chunk[i].data, &part);
        if (!error)
            buf_add(&out, part);
    }
    *bytes = buf_str(&out);
    if (!error && bytes->length != (size_t)attachment->size)
        return fail(ctx, E_INTERNAL, "附件 %lld 不完整", "attachment %lld is not complete",
                    (long long)attachment->id);
    return error;
}

static enum error find(struct ctx *ctx, int64_t id, struct attachment *attachment)
{
    return db_one(ctx, &sql_attachment_show, ARGS(arg_int("id", id)), ROW(attachment, attachment));
}

SHARED_HANDLER(attachment_add, attachment_in, attachment)
{
    struct person person;
    enum error error = person_for_reader(ctx, ADMINISTRATORS, in->id, &person);
    if (error || person_is_erased(&person))
        return error ? error : fail_erased(ctx);
    if (!ctx->body.length)
        return fail(ctx, E_INVALID, "文件是空的", "the file is empty");
    *out = (struct attachment){.person_id = in->id,
                               .name = in->name,
                               .media_type = sniff(ctx->body, ctx->body),
                               .size = (int64_t)ctx->body.length,
                               .added_at = ctx->now,
                               .added_seq = ctx->sequence};
    error = db_number(ctx, &sql_attachment_insert, FROM(attachment, out), &out->id);
    ctx->location = arena_print(ctx->arena, "/api/attachments/%lld", (long long)out->id);
    return error ? error : put_chunks(ctx, out, ctx->body);
}

enum error attachments_of(struct ctx *ctx, int64_t person_id, struct records *attachments)
{
    return db_all(ctx, &sql_attachments_of, ARGS(arg_int("person_id", person_id)),
                  &attachment_shape, LIST_MAX, attachments);
}

SHARED_HANDLER(attachments_show, attachment_key, attachment_page)
{
    struct person person;
    enum error error = person_for_reader(ctx, OVERSEERS, in->id, &person);
    return error ? error : attachments_of(ctx, in->id, &out->items);
}

static enum error give(struct ctx *ctx, const struct attachment *attachment)
{
    ctx->file_type = attachment->media_type;
    ctx->file_name = attachment->name;
    ctx->file_inline = str_starts(attachment->media_type, STR("image/")) ||
                       str_is(attachment->media_type, "application/pdf");
    return get_chunks(ctx, attachment, &ctx->file);
}

SHARED_HANDLER(attachment_show, attachment_key, attachment)
{
    struct person person;
    enum error error = find(ctx, in->id, out);
    if (!error)
        error = person_for_reader(ctx, 0, out->person_id, &person);
    return error ? error : give(ctx, out);
}

SHARED_HANDLER(attachment_reveal, reason, attachment_revealed)
{
    enum error error = find(ctx, in->id, &out->attachment);
    out->reason = in->reason;
    ctx->revealed = true;
    return error ? error : give(ctx, &out->attachment);
}
