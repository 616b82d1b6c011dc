/* What keeps the program well by itself: back-ups, the test that one can be restored, tidying up.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/backup.h"
#include "modules/jobs/internal.h"
#include "upkeep.sql.h"

enum { REASON_SIZE = 500, JOBS_KEPT_SECONDS = 90 * 86400, BACKUPS_SHOWN = 1000 };

const struct notice_kind upkeep_notices[UPKEEP_NOTICES] = {
    {"backup.failed", "备份有问题", "A back-up is not good", CHANNEL_EMAIL, true, false}};

static enum error warn_step(struct ctx *ctx, void *what)
{
    const char *const *texts = what;
    struct notice notice = {.kind = "backup.failed",
                            .role = role_names[ROLE_ADMINISTRATOR],
                            .subject_kind = STR("backup"),
                            .subject_key = str_of(texts[2]),
                            .text = str_of(texts[0]),
                            .text_en = str_of(texts[1]),
                            .address = STR("/admin/jobs")};
    return notice_send(ctx, &notice);
}

/* The administrators are told, and the job fails for the reason. */
static enum error not_good(struct ctx *ctx, struct job_run *run, const char *kind,
                           const char *reason)
{
    const char *texts[] = {
        strcmp(kind, JOB_BACKUP) == 0 ? "备份没有做成，原因见作业页" : "备份不能恢复，原因见作业页",
        strcmp(kind, JOB_BACKUP) == 0 ? "The back-up was not made: the page of jobs says why"
                                      : "The back-up cannot be restored: the page of jobs says why",
        kind};
    enum error error = job_write(ctx, run, warn_step, texts, false);
    return error ? error : fail(ctx, E_CONFLICT, "%s", "%s", reason);
}

static enum error must_have_folder(struct ctx *ctx)
{
    if (!ctx->config->backup.length)
        return fail(ctx, E_CONFLICT, "没有设置备份文件夹（--backup）",
                    "no folder for back-ups is set (--backup)");
    return E_OK;
}

static struct str said_of(struct ctx *ctx, const struct backup *backup)
{
    return arena_print(ctx->arena, "%s · %lld MB", backup->path,
                       (long long)(backup->bytes / 1000000));
}

static enum error make_backup(struct ctx *ctx, struct job_run *run, const struct job *job)
{
    char reason[REASON_SIZE] = "";
    struct backup backup = {.path = ""};
    (void)job;
    enum error error = must_have_folder(ctx);
    if (error)
        return error;
    if (!backup_make(ctx->config, ctx->config->backup.data, ctx->config->backup_keep_count, &backup,
                     reason, sizeof(reason)))
        return not_good(ctx, run, JOB_BACKUP, reason);
    job_conclude(run, said_of(ctx, &backup));
    return E_OK;
}

static enum error test_restore(struct ctx *ctx, struct job_run *run, const struct job *job)
{
    char reason[REASON_SIZE] = "";
    struct backup backup = {.path = ""};
    (void)job;
    enum error error = must_have_folder(ctx);
    if (error)
        return error;
    if (!backup_restore_test(ctx->config, ctx->config->backup.data, &backup, reason,
                             sizeof(reason)))
        return not_good(ctx, run, JOB_RESTORE_TEST, reason);
    job_conclude(run, said_of(ctx, &backup));
    return E_OK;
}

enum error jobs_tidy(struct ctx *ctx, int64_t *gone)
{
    struct job_key {
        int64_t id;
    };
    static const struct field job_key_fields[] = {FIELD(struct job_key, id, "编号", "Number")};
    static const SHAPE(job_key);
    struct records rows;
    int64_t before = ctx->now.seconds - JOBS_KEPT_SECONDS;
    enum error error =
        db_all(ctx, &sql_jobs_old, ARGS(arg_int("before", before)), &job_key_shape, 1000, &rows);
    *gone = error ? 0 : (int64_t)rows.count;
    return error;
}

/* A portion of one module. */
struct tidying {
    const struct module *module;
    int64_t gone;
};

static enum error tidy_step(struct ctx *ctx, void *state)
{
    struct tidying *tidying = state;
    return tidying->module->tidy(ctx, &tidying->gone);
}

static enum error tidy_up(struct ctx *ctx, struct job_run *run, const struct job *job)
{
    int64_t all = 0;
    enum error error = E_OK;
    (void)job;
    for (size_t m = 0; m < module_count; m++)
        for (struct tidying tidying = {modules[m], modules[m]->tidy ? 1 : 0};
             tidying.gone && !error && !job_is_cancelled(run);) {
            error = job_write(ctx, run, tidy_step, &tidying, false);
            all += error ? 0 : tidying.gone;
            job_progress(run, all, all);
        }
    job_conclude(run, arena_print(ctx->arena, "%lld", (long long)all));
    return error;
}

const struct job_kind upkeep_kinds[UPKEEP_KINDS] = {
    {JOB_BACKUP, make_backup, NULL, "备份", "Back-up", 3, 60, LANE_WORK},
    {JOB_RESTORE_TEST, test_restore, NULL, "恢复试验", "Restore test", 3, 60, LANE_WORK},
    {JOB_TIDYING, tidy_up, NULL, "清理旧记录", "Tidying up", 3, 2, LANE_WORK}};

/* --- The folder ----------------------------------------------------------------------------- */

struct backup_file {
    struct str name;
    int64_t size;
    struct instant made_at;
};
static const struct field backup_file_fields[] = {
    FIELD(struct backup_file, name, "名称", "Name"),
    FIELD(struct backup_file, size, "字节数", "Bytes"),
    FIELD(struct backup_file, made_at, "做成的时间", "When it was made"),
};
static const SHAPE(backup_file);
struct backup_files {
    struct records items;
};
static const struct field backup_files_fields[] = {
    FIELD(struct backup_files, items, "备份，新的在前", "Back-ups, the newest first",
          .of = &backup_file_shape),
};
static const SHAPE(backup_files);

static int is_copy(const struct dirent *entry)
{
    struct str name = str_of(entry->d_name);
    return str_starts(name, STR("kechuang-")) && str_ends(name, STR(".db"));
}

SHARED_HANDLER(backup_table, nothing, backup_files)
{
    struct dirent **entries = NULL;
    (void)in;
    if (!ctx->config || !ctx->config->backup.length)
        return E_OK;
    int count = scandir(ctx->config->backup.data, &entries, is_copy, alphasort);
    struct backup_file *files =
        arena_alloc(ctx->arena, (size_t)(count > 0 ? count : 1) * sizeof(*files));
    for (int i = count; i-- > 0; free(entries[i])) {
        struct str path =
            arena_print(ctx->arena, "%.*s/%s", STR_PRINT(ctx->config->backup), entries[i]->d_name);
        struct stat stat_of;
        if (out->items.count < BACKUPS_SHOWN && stat(path.data, &stat_of) == 0)
            files[out->items.count++] =
                (struct backup_file){arena_str(ctx->arena, str_of(entries[i]->d_name)),
                                     stat_of.st_size,
                                     {stat_of.st_mtime}};
    }
    free(entries);
    out->items.items = files;
    return E_OK;
}
