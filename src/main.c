/* The command line: reads the settings, does one thing, says what went wrong. */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/app.h"
#include "core/audit_verify.h"
#include "core/backup.h"
#include "core/doctor.h"
#include "core/files_check.h"
#include "core/import_command.h"
#include "core/lifecycle.h"
#include "core/log.h"
#include "core/openapi.h"
#include "core/pack.h"
#include "core/rotation.h"
#include "core/search.h"
#include "core/transfer.h"
#include "modules/cases/simulate_command.h"
#include "modules/documents/documents.h"
#include "modules/findings/check_command.h"
#include "modules/indicators/digest_command.h"
#include "json/read.h"

enum { REASON_MAX = 8192 };

static int say(const char *what)
{
    fprintf(stderr, "kechuang: %s\n", what);
    return 1;
}

/* The folder of the default database, or of its keys, is made when it is not there. */
static void make_folder(struct arena *arena, struct str path)
{
    size_t slash = 0;
    for (size_t i = 0; i < path.length; i++)
        if (path.data[i] == '/')
            slash = i;
    if (slash)
        mkdir(arena_str(arena, str_first(path, slash)).data, 0755);
}

static struct app *open_app(struct arena *arena, const struct config *config)
{
    char reason[REASON_MAX] = "";
    if (str_starts(config->db, STR("sqlite:")))
        make_folder(arena, str_skip(config->db, sizeof("sqlite:") - 1));
    make_folder(arena, config->key_file);
    struct app *app = app_open(config, reason, sizeof(reason));
    if (!app)
        say(reason);
    return app;
}

static int serve(struct arena *arena, const struct config *config)
{
    char reason[REASON_MAX] = "";
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    /* Blocked before any thread starts, so that only sigwait() sees them. */
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    struct app *app = open_app(arena, config);
    if (!app)
        return 1;
    if (!app_listen(app, reason, sizeof(reason))) {
        app_close(app);
        return say(reason);
    }
    size_t colon = config->listen.length;
    while (colon && config->listen.data[colon - 1] != ':')
        colon--;
    printf("科创大脑 · kechuang\n  地址 · address  http://%.*s%d\n", (int)colon,
           config->listen.data, app_port(app));
    if (*app_first_password(app))
        printf("  管理员账户 · administrator: admin\n"
               "  一次性密码 · one-time password: %s\n"
               "  （只显示这一次，首次登录时须修改 · shown this once, to be changed at the first "
               "sign-in）\n",
               app_first_password(app));
    else if (!app_is_set_up(app))
        printf("  管理员还没有登录过；一次性密码丢了，用 kechuang users reset admin · no "
               "administrator "
               "has signed in yet; where the one-time password is lost: kechuang users reset "
               "admin\n");
    if (!app_is_set_up(app))
        printf("  一次性口令 · one-time token: %s\n"
               "  （管理员首次登录之前可用于写入，仅限本机，重启后更换 · for writing until an "
               "administrator signs in, on this machine only, new at every start）\n",
               app_token(app));
    fflush(stdout);
    int signal_number;
    sigwait(&signals, &signal_number);
    app_close(app);
    return 0;
}

static bool read_file(struct arena *arena, const char *path, struct str *text)
{
    struct ctx ctx = {.arena = arena};
    if (pack_read_file(&ctx, path, DOCUMENT_MAX, text) == E_OK)
        return true;
    fprintf(stderr, "kechuang: %.*s\n", STR_PRINT(ctx.detail));
    return false;
}

static struct str percent_encoded(struct arena *arena, const char *text)
{
    struct buf out = {.arena = arena};
    for (const char *p = text; *p; p++)
        buf_print(&out, "%%%02X", (unsigned char)*p);
    return arena_str(arena, buf_str(&out));
}

static struct str query_name(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    return arena_print(arena, "name=%s", percent_encoded(arena, slash ? slash + 1 : path).data);
}

static int documents_add(struct arena *arena, const struct config *config, int count, char **files)
{
    struct app *app = open_app(arena, config);
    int failed = app ? 0 : 1;
    for (int i = 0; app && i < count; i++) {
        struct str text;
        if (!read_file(arena, files[i], &text)) {
            failed = 1;
            continue;
        }
        struct reply reply = app_call(app, arena,
                                      (struct request){.method = STR("POST"),
                                                       .path = STR("/api/documents"),
                                                       .query = query_name(arena, files[i]),
                                                       .content_type = STR("text/plain"),
                                                       .body = text,
                                                       .who = &principal_operator});
        if (reply.status >= 300)
            failed = 1;
        printf("%s: %s %.*s\n", files[i],
               reply.status < 300 ? "已载入 · added" : "未载入 · not added", STR_PRINT(reply.body));
    }
    app_close(app);
    return failed;
}

static json_t *ask(struct app *app, struct arena *arena, const char *method, struct str path,
                   struct str query)
{
    struct json_error why;
    struct reply reply = app_call(app, arena,
                                  (struct request){.method = str_of(method),
                                                   .path = path,
                                                   .query = query,
                                                   .content_type = STR_NONE,
                                                   .who = &principal_operator});
    return json_read(arena, reply.body, &why);
}

/* For an administrator who has lost the password: whoever may write the database's file may do it.
 */
static int users_reset(struct arena *arena, const struct config *config, const char *name)
{
    struct app *app = open_app(arena, config);
    const char *token = NULL;
    if (app) {
        json_t *users = ask(app, arena, "GET", STR("/api/users"),
                            arena_print(arena, "name=%s", percent_encoded(arena, name).data));
        json_t *user = json_array_get(json_object_get(users, "items"), 0);
        struct str path = arena_print(arena, "/api/users/%lld/resets",
                                      (long long)json_integer_value(json_object_get(user, "id")));
        json_t *link = ask(app, arena, "POST", path, STR_NONE);
        token = json_string_value(json_object_get(link, "reset_token"));
        if (token)
            printf("/reset#%s\n", token);
        else
            say("没有这个用户 · there is no such user");
    }
    app_close(app);
    return !token;
}

/* A pack is right when an empty database takes it. */
static int pack_check(const struct config *config, const char *folder)
{
    struct config empty = *config;
    char reason[REASON_MAX] = "";
    empty.db = STR("sqlite::memory:");
    empty.key_file = STR(""); /* keys that end with it */
    empty.pack = str_of(folder);
    struct app *app = app_check(&empty, NULL, NULL, reason, sizeof(reason));
    if (!app)
        return say(reason);
    app_close(app);
    printf("%s: 没有错误 · no errors\n", folder);
    return 0;
}

static int keys(const struct config *config, bool rotate)
{
    char reason[REASON_MAX] = "";
    struct key_counts counts = {0};
    bool good = rotate ? keys_rotate(config, &counts, reason, sizeof(reason))
                       : keys_check(config, &counts, reason, sizeof(reason));
    if (!good)
        return say(reason);
    printf(
        "主密钥 · master key: %lld\n打得开 · keys that open: %lld\n其中由旧主密钥包裹 · of these "
        "under an older master: %lld\n打不开 · keys that do not: %lld\n",
        (long long)counts.master_id, (long long)counts.good, (long long)counts.behind,
        (long long)counts.broken);
    return counts.broken || counts.behind ? 1 : 0;
}

/* --- Commands ------------------------------------------------------------------------------- */

static int print(struct str text)
{
    printf("%.*s\n", STR_PRINT(text));
    return 0;
}

enum { MISUSED = -1, ANY_NUMBER = INT_MAX };

/* What each command is given: its words after those that name it. */
#define COMMAND(name)                                                                              \
    static int name(struct arena *arena, const struct config *config, int count, char **words)
#define UNUSED (void)arena, (void)config, (void)count, (void)words

COMMAND(command_serve)
{
    UNUSED;
    return serve(arena, config);
}

COMMAND(command_users_reset)
{
    UNUSED;
    return users_reset(arena, config, words[0]);
}

COMMAND(command_pack_check)
{
    UNUSED;
    return pack_check(config, words[0]);
}

COMMAND(command_import)
{
    UNUSED;
    int status = import_command(config, count, words);
    return status == 2 ? MISUSED : status;
}

COMMAND(command_simulate)
{
    struct simulate_words said;
    if (!simulate_words_read(arena, count, words, &said))
        return MISUSED;
    struct app *app = open_app(arena, config);
    int status = app ? simulate_command(app, arena, &said) : 1;
    app_close(app);
    return status;
}

COMMAND(command_check)
{
    UNUSED;
    int status = check_command(config, count, words);
    return status == 2 ? MISUSED : status;
}

COMMAND(command_digest)
{
    UNUSED;
    int status = digest_command(config, count, words);
    return status == 2 ? MISUSED : status;
}

COMMAND(command_keys_check)
{
    UNUSED;
    return keys(config, false);
}

COMMAND(command_keys_rotate)
{
    UNUSED;
    return keys(config, true);
}

COMMAND(command_files_check)
{
    UNUSED;
    return files_check_command(config);
}

COMMAND(command_audit_verify)
{
    UNUSED;
    return audit_verify_command(config, count, words);
}

COMMAND(command_audit_key)
{
    UNUSED;
    return audit_key_command(config);
}

COMMAND(command_backup)
{
    UNUSED;
    return backup_command(config, words[0], count > 1 ? words[1] : "0");
}

COMMAND(command_backup_check)
{
    UNUSED;
    return backup_check_command(config, words[0]);
}

COMMAND(command_restore)
{
    UNUSED;
    return restore_command(config, words[0]);
}

COMMAND(command_migrate)
{
    UNUSED;
    return transfer_command(config);
}

COMMAND(command_doctor)
{
    UNUSED;
    return doctor_command(config);
}

COMMAND(command_docs_api)
{
    UNUSED;
    return print(api_document(arena));
}

COMMAND(command_docs_configuration)
{
    UNUSED;
    return print(config_document(arena));
}

COMMAND(command_docs_lifecycles)
{
    UNUSED;
    return print(lifecycle_document(arena));
}

COMMAND(command_openapi)
{
    UNUSED;
    return print(openapi_document(arena));
}

COMMAND(command_version)
{
    UNUSED;
    return print(STR(VERSION));
}

COMMAND(command_search_rebuild)
{
    UNUSED;
    char reason[REASON_MAX] = "";
    return search_rebuild_command(config->db.data, reason, sizeof(reason)) ? 0 : say(reason);
}

static const struct command {
    const char *name, *arguments, *zh, *en;
    int least, most; /* words after the name */
    int (*run)(struct arena *arena, const struct config *config, int count, char **words);
} commands[] = {
    {"serve", "", "启动服务", "serve the program", 0, 0, command_serve},
    {"documents add", "FILE…", "载入文件，数字随即可以打开原句", "add documents", 1, ANY_NUMBER,
     documents_add},
    {"import", "TARGET FILE [--mode all|rows] [--check]", "导入表格", "import a table (CSV, XLSX)",
     0, ANY_NUMBER, command_import},
    {"simulate", "CODE [--arrivals-per-day N] [--staff bank=3] [--seed N]", "模拟一件事的忙闲",
     "what a case does under load", 1, ANY_NUMBER, command_simulate},
    {"users reset", "NAME", "给用户一次性链接设密码", "a one-time link for a password", 1, 1,
     command_users_reset},
    {"pack check", "FOLDER", "检查一个城市包", "check a city pack", 1, 1, command_pack_check},
    {"check", "[--json] [--en] [--as-of N]",
     "核对数据：哪些对不上，不宜连成一列（给 --pack 则核对城市包）",
     "what does not add up (with --pack: in that pack)", 0, 4, command_check},
    {"digest", "--since DAY [--json] [--en] [--area CODE]", "某日以来有什么变化，各带出处",
     "what has become known since a day, each with its source", 2, 6, command_digest},
    {"doctor", "", "检查设置与数据库，说明如何修", "what is wrong, and how to mend it", 0, 0,
     command_doctor},
    /* Before `backup FOLDER`: check is no folder. */
    {"backup check", "FILE", "核对一份备份", "read a back-up back", 1, 1, command_backup_check},
    {"backup", "FOLDER [KEEP]", "备份并读回核对，只留最新的 KEEP 份",
     "back up and read back; keep the newest KEEP", 1, 2, command_backup},
    {"restore", "FILE", "恢复成 --db 所指的新数据库", "restore into the new database --db", 1, 1,
     command_restore},
    {"migrate", "--from URL --to URL", "SQLite 与 PostgreSQL 互迁，迁后逐值核对",
     "from one database to the other", 0, 0, command_migrate},
    {"files check", "", "核对文件的内容是否都在", "are all files there, as they were?", 0, 0,
     command_files_check},
    {"search rebuild", "", "重做检索索引", "make the index of search anew", 0, 0,
     command_search_rebuild},
    {"keys check", "", "检查个人信息的密钥", "check the keys of personal data", 0, 0,
     command_keys_check},
    {"keys rotate", "", "更换主密钥", "change the master key", 0, 0, command_keys_rotate},
    {"audit verify", "[FILE] [HEAD]", "核对审计日志或导出的一份",
     "verify the log of events, or an export", 0, 2, command_audit_verify},
    {"audit key", "", "打印签名公钥", "print the public key of signatures", 0, 0,
     command_audit_key},
    {"docs api", "", "打印接口文档", "print docs/api.md", 0, 0, command_docs_api},
    {"docs configuration", "", "打印设置文档", "print docs/configuration.md", 0, 0,
     command_docs_configuration},
    {"docs lifecycles", "", "打印流转文档", "print docs/lifecycles.md", 0, 0,
     command_docs_lifecycles},
    {"openapi", "", "打印接口说明", "print the OpenAPI description", 0, 0, command_openapi},
    {"version", "", "打印版本", "print the version", 0, 0, command_version},
};

/* How many words name the command, when these do; else 0. */
static int named(const struct command *command, int count, char **words)
{
    struct str rest = str_of(command->name), word;
    int n = 0;
    while (str_cut(&rest, ' ', &word)) {
        if (n == count || !str_is(word, words[n]))
            return 0;
        n++;
    }
    return n;
}

static int help(struct arena *arena, bool asked)
{
    FILE *out = asked ? stdout : stderr;
    struct str settings = config_document(arena);
    fputs("kechuang 科创大脑\n\n", out);
    for (size_t i = 0; i < COUNT(commands); i++) {
        const struct command *command = &commands[i];
        struct str line = arena_print(arena, "%s %s", command->name, command->arguments);
        fprintf(out, "  kechuang %-34.*s %s · %s\n", STR_PRINT(line), command->zh, command->en);
    }
    fprintf(out, "\n%.*s\n", STR_PRINT(settings));
    return asked ? 0 : 2;
}

static int run(struct arena *arena, const struct config *config, int count, char **words)
{
    for (size_t i = 0; i < COUNT(commands); i++) {
        int used = named(&commands[i], count, words), left = count - used;
        if (used && left >= commands[i].least && left <= commands[i].most) {
            int status = commands[i].run(arena, config, left, words + used);
            return status == MISUSED ? help(arena, false) : status;
        }
    }
    return help(arena, count == 0 || str_is(str_of(words[0]), "help"));
}

int main(int count, char **words)
{
    umask(077); /* what the program makes is its owner's: digests of passwords, documents, keys */
    struct arena arena = {0};
    struct config config;
    struct str reason = STR_NONE;
    enum log_level level = LOG_INFO;
    int rest = 0, status = 2;
    if (!config_read(&arena, count - 1, words + 1, &config, &rest, &reason))
        say(reason.data);
    else if (!log_level_parse(config.log_level, &level))
        say("log-level: debug, info, warning, error");
    else {
        log_set_level(level);
        status = run(&arena, &config, rest, words + 1);
    }
    arena_free(&arena);
    return status;
}
