#include "core/file_erasure.h"

#include <time.h>
#include <unistd.h>

#include "base/number.h"
#include "core/audit.h"
#include "core/erasure.h"
#include "core/file_mend.h"
#include "core/files_check.h"
#include "core/key_seal.h"
#include "file_erasure.sql.h"

enum { LEFT_MAX = 10000 };

static const struct field file_erasure_fields[] = {
    FIELD(struct file_erasure, person_id, "人员编号", "Number of the person"),
    FIELD(struct file_erasure, files, "看过的文件", "Files looked at"),
    FIELD(struct file_erasure, mended, "改过的文本", "Texts that were put right"),
    FIELD(struct file_erasure, replaced, "移除的文件", "Files that were removed"),
    FIELD(struct file_erasure, unread, "读不出文字的文件（须由人查看）",
          "Files without readable text, to be looked at by people"),
    FIELD(struct file_erasure, begun_at, "开始", "Begun"),
    FIELD(struct file_erasure, done_at, "完成", "Done"),
};
SHAPE(file_erasure);

/* --- What to look for, kept sealed ---------------------------------------------------------- */

static const struct field sealed_needles_fields[] = {
    FIELD(struct key_sealed, master_key_id, "主密钥", "Master key"),
    FIELD(struct key_sealed, text, "要找的内容", "What to look for"),
};
static const struct shape sealed_needles_shape = {"sealed_needles", sizeof(struct key_sealed),
                                                  sealed_needles_fields,
                                                  COUNT(sealed_needles_fields), NULL};

static struct str bound_to(struct arena *arena, int64_t person_id)
{
    return arena_print(arena, "file_erasure:%lld", (long long)person_id);
}

enum error file_erasure_begin(struct ctx *ctx, int64_t person_id, const struct needles *needles)
{
    struct buf lines = {.arena = ctx->arena};
    struct key_sealed sealed;
    for (size_t i = 0; i < needles->count; i++)
        buf_print(&lines, "%.*s\n", STR_PRINT(needles->texts[i]));
    enum error error =
        key_seal(ctx, KEY_NEEDLES, buf_str(&lines), bound_to(ctx->arena, person_id), &sealed);
    if (!error)
        error = db_do(ctx, &sql_file_erasure_insert,
                      ARGS(arg_int("person_id", person_id),
                           arg_int("master_key_id", sealed.master_key_id),
                           arg_text("needles", sealed.text)));
    return error ? error
                 : job_start(ctx, file_erasure_job.name,
                             arena_print(ctx->arena, "%lld", (long long)person_id));
}

static enum error read_needles(struct ctx *ctx, int64_t person_id, struct needles *needles)
{
    struct key_sealed sealed;
    struct str lines, line;
    enum error error = db_one(ctx, &sql_file_erasure_sealed, ARGS(arg_int("person_id", person_id)),
                              (struct row){&sealed_needles_shape, &sealed});
    if (!error)
        error = key_open(ctx, KEY_NEEDLES, &sealed, bound_to(ctx->arena, person_id), &lines);
    *needles = (struct needles){.count = 0};
    while (!error && lines.length && needles->count < NEEDLES_MAX && str_cut(&lines, '\n', &line))
        needles->texts[needles->count++] = line;
    return error;
}

/* --- File by file --------------------------------------------------------------------------- */

struct work {
    struct job_run *run;
    struct encoded_needles encoded;
    struct file_erasure erasure;
    int64_t total;
    struct upload mended; /* what comes in the place of … */
    struct str sha256;
};

static enum error replace_step(struct ctx *ctx, void *state)
{
    struct work *work = state;
    enum error error = files_replace(ctx, work->sha256, &work->mended);
    return error
               ? error
               : audit_note(ctx, ctx_actor(ctx), "file_redacted", STR("stored_file"), work->sha256);
}

static enum error mend(struct ctx *ctx, struct work *work, int file,
                       const struct file_mentions *found)
{
    enum error error = file_mentions_mend(ctx, &work->encoded, file, found, &work->mended);
    if (error)
        return error;
    error = job_write(ctx, work->run, replace_step, work, false);
    close(work->mended.file);
    if (error)
        return error;
    file_store_remove(ctx->files, work->sha256);
    *(found->kind == MENTION_TEXT ? &work->erasure.mended : &work->erasure.replaced) += 1;
    return E_OK;
}

static enum error look_at(struct ctx *ctx, const struct named_file *named, void *state)
{
    struct work *work = state;
    struct file_mentions found;
    int file;
    if (job_is_cancelled(work->run))
        return fail(ctx, E_BUSY, "中断了，会从头再做", "broken off; it will begin again");
    enum error error = files_open(ctx, named->sha256, &file);
    if (error)
        return error == E_NOT_FOUND ? E_OK : error; /* its bytes are lost: nothing stands there */
    work->sha256 = named->sha256;
    error = file_mentions_find(ctx, &work->encoded, file, named->type, &found);
    if (!error && (found.kind == MENTION_TEXT || found.kind == MENTION_WHOLE))
        error = mend(ctx, work, file, &found);
    close(file);
    work->erasure.unread += !error && found.kind == MENTION_UNREAD;
    job_progress(work->run, ++work->erasure.files, work->total);
    return error;
}

static enum error done_step(struct ctx *ctx, void *state)
{
    struct work *work = state;
    struct erasure *scrub = ARENA_NEW(ctx->arena, struct erasure);
    *scrub = (struct erasure){STR(""), STR("file_erasure file file_chunk")};
    ctx->erasure = scrub;
    enum error error = db_do(ctx, &sql_file_erasure_done, FROM(file_erasure, &work->erasure));
    return error ? error
                 : audit_note(ctx, ctx_actor(ctx), "files_redacted", STR("person"),
                              bound_to(ctx->arena, work->erasure.person_id));
}

static enum error run(struct ctx *ctx, struct job_run *run, const struct job *job)
{
    struct work *work = ARENA_NEW(ctx->arena, struct work);
    struct needles needles;
    *work = (struct work){.run = run};
    if (!int_parse(job->subject, &work->erasure.person_id))
        return fail(ctx, E_INTERNAL, "任务没有对象", "the job has no subject");
    enum error error = read_needles(ctx, work->erasure.person_id, &needles);
    if (!error)
        error = db_number(ctx, &sql_file_count, NO_ARGS, &work->total);
    if (error)
        return error == E_NOT_FOUND ? E_OK : error; /* done already */
    needles_encode(ctx->arena, &needles, &work->encoded);
    error = files_each(ctx, look_at, work);
    return error ? error : job_write(ctx, run, done_step, work, false);
}

const struct job_kind file_erasure_job = {.name = "file_erasure",
                                          .run = run,
                                          .zh = "在已存文件里依法删除",
                                          .en = "Erase a person from stored files",
                                          .tries_max = 10,
                                          .backoff_seconds = 60};

enum error file_erasures_resume(struct ctx *ctx)
{
    struct records left;
    enum error error =
        db_all(ctx, &sql_file_erasures_left, NO_ARGS, &file_erasure_shape, LEFT_MAX, &left);
    const struct file_erasure *erasure = left.items;
    for (size_t i = 0; !error && i < left.count; i++)
        error = job_start(ctx, file_erasure_job.name,
                          arena_print(ctx->arena, "%lld", (long long)erasure[i].person_id));
    return error;
}

enum error file_erasure_find(struct ctx *ctx, int64_t person_id, struct file_erasure *erasure)
{
    return db_one(ctx, &sql_file_erasure_show, ARGS(arg_int("person_id", person_id)),
                  ROW(file_erasure, erasure));
}

/* --- Before --------------------------------------------------------------------------------- */

enum { PREVIEW_PLACES = 1000 };

struct preview {
    struct encoded_needles encoded;
    struct place *places;
    size_t count;
    int64_t unread, left;
    time_t until;
};

static enum error preview_one(struct ctx *ctx, const struct named_file *named, void *state)
{
    struct preview *preview = state;
    struct file_mentions found;
    int file;
    if (preview->count == PREVIEW_PLACES || time(NULL) > preview->until) {
        preview->left++;
        return E_OK;
    }
    enum error error = files_open(ctx, named->sha256, &file);
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    error = file_mentions_find(ctx, &preview->encoded, file, named->type, &found);
    close(file);
    preview->unread += !error && found.kind == MENTION_UNREAD;
    if (!error && found.count)
        preview->places[preview->count++] =
            (struct place){STR("file"), arena_str(ctx->arena, named->sha256), found.count};
    return error;
}

enum error file_erasure_preview(struct ctx *ctx, const struct needles *needles, int seconds,
                                struct records *places, int64_t *unread, int64_t *left)
{
    struct preview *preview = ARENA_NEW(ctx->arena, struct preview);
    *preview = (struct preview){
        .places = arena_array(ctx->arena, PREVIEW_PLACES, sizeof(*preview->places)),
        .until = time(NULL) + seconds};
    needles_encode(ctx->arena, needles, &preview->encoded);
    enum error error = files_each(ctx, preview_one, preview);
    *places = (struct records){preview->places, preview->count};
    *unread = preview->unread;
    *left = preview->left;
    return error;
}
