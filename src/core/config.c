#include "core/config.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/number.h"
#include "core/mail.h"

struct setting {
    const char *name; /* --db, KECHUANG_DB, `db = …` */
    const char *standard, *zh, *en;
    size_t offset;  /* of a struct str */
    bool is_switch; /* as a flag it needs no value */
};
#define SETTING(member) .offset = offsetof(struct config, member)

static const struct setting settings[] = {
    {"db", "sqlite:var/kechuang.db", "数据库：sqlite:路径 或 postgres://…",
     "The database: sqlite:PATH or postgres://…", SETTING(db)},
    {"key-file", "", "个人信息的主密钥文件；缺省在数据库旁边，如 var/kechuang.key。请另行备份",
     "File of the master keys of personal data; by default beside the database, as "
     "var/kechuang.key. Back it up, elsewhere",
     SETTING(key_file)},
    {"listen", "127.0.0.1:8080", "监听地址与端口", "Address and port to listen on",
     SETTING(listen)},
    {"pack", "packs/chongqing", "城市包文件夹，首次启动时载入",
     "Folder of the city pack, loaded at the first start", SETTING(pack)},
    {"demo", "off", "同时载入样例登记册（一律标注“样例”）",
     "Also load the sample registers (marked 样例 everywhere)", SETTING(demo_text),
     .is_switch = true},
    {"workers", "4", "处理较长请求的线程数，1 到 64", "Threads for longer requests, 1 to 64",
     SETTING(workers)},
    {"rate-limit", "200",
     "同一个客户地址每秒至多几个请求（可一次来 5 秒的量），0 为不限；本机直接连接不受限",
     "Requests a second that one client address may make (5 seconds' worth at once), 0 = any "
     "number; direct connections from this machine are not limited",
     SETTING(rate_limit)},
    {"drop", "", "投放文件夹：每个报送通道一个子文件夹；缺省不收",
     "Folder into which files are dropped, a folder in it for each feed; otherwise none are taken",
     SETTING(drop)},
    {"drop-settle", "10", "投放的文件几秒不变才算写完，1 到 3600（有 文件名.done 的立即收）",
     "Seconds without a change after which a dropped file is complete, 1 to 3600 (at once where "
     "NAME.done is beside it)",
     SETTING(drop_settle)},
    {"pull-hosts", "",
     "可以从哪些主机的 PostgreSQL 拉取，空格分隔：主机 或 主机:端口；缺省一个也不连",
     "Hosts whose PostgreSQL may be pulled from, with blanks between: HOST or HOST:PORT; otherwise "
     "none",
     SETTING(pull_hosts)},
    {"pull-passfile", "",
     "拉取用的密码文件（PostgreSQL 的 .pgpass 格式，权限 0600）；密码不进数据库",
     "File of the passwords for pulling (as PostgreSQL's .pgpass, mode 0600); none are in the "
     "database",
     SETTING(pull_passfile)},
    {"check-after", "5", "观测变动后静候几秒自动核对，0 到 86400；0 为不自动（夜里的那次照做）",
     "Seconds without a change of observations after which they are checked by themselves, 0 to "
     "86400; 0 = never (but at night)",
     SETTING(check_after)},
    {"backup", "", "备份文件夹：按时备份、做恢复试验；缺省不做",
     "Folder for back-ups, made and tested by the clock; otherwise none are made", SETTING(backup)},
    {"backup-keep", "14", "留几个备份，0 为全部", "How many back-ups are kept, 0 = all",
     SETTING(backup_keep)},
    {"smtp", "", "发邮件的服务器：smtp://主机:587 或 smtps://主机:465；缺省不发邮件",
     "Server that sends e-mail: smtp://HOST:587 or smtps://HOST:465; otherwise none is sent",
     SETTING(smtp)},
    {"smtp-from", "", "发件地址，也是登录名", "Address of the sender, and user name",
     SETTING(smtp_from)},
    {"smtp-password-file", "", "存放邮件密码的文件（权限 0600）；缺省不登录",
     "File of the password for it (mode 0600); otherwise there is no log-in",
     SETTING(smtp_password_file)},
    {"webhook-hosts", "",
     "webhook 可以发往的主机，空格分隔：主机 或 主机:端口；前面加 + 的可以在内网；缺省一个也不连",
     "Hosts to which webhooks may go, with blanks between: HOST or HOST:PORT; with a + in front it "
     "may lie in one's own network; otherwise none",
     SETTING(webhook_hosts)},
    {"site", "", "网页的地址，写进邮件，如 https://kechuang.example",
     "Address of the web pages, for e-mails: https://kechuang.example", SETTING(site)},
    {"audit-hash", "sha256", "新的事件与封存用的摘要算法：sha256，或国密 sm3",
     "Digest of new events and seals: sha256 or sm3", SETTING(audit_hash)},
    {"log-level", "info", "日志级别：debug、info、warning、error",
     "Log level: debug, info, warning or error", SETTING(log_level)},
    {"from", "", "只用于 kechuang migrate：从哪个数据库",
     "Of kechuang migrate only: from which database", SETTING(from)},
    {"to", "", "只用于 kechuang migrate：到哪个（空的）数据库",
     "Of kechuang migrate only: into which (empty) database", SETTING(to)},
    {"config", "", "配置文件：每行 名称 = 值；# 开头的行是注释",
     "Configuration file: lines NAME = VALUE; a line that begins with # is a comment",
     SETTING(file)},
};

static void put(struct config *config, const struct setting *setting, struct str value)
{
    memcpy((char *)config + setting->offset, &value, sizeof(value));
}

static bool read_switch(struct str text, bool *on)
{
    static const char *const words[] = {"true", "false", "1", "0", "yes", "no", "on", "off"};
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_is(text, words[i])) {
            *on = i % 2 == 0;
            return true;
        }
    return false;
}

static const struct setting *find(struct str name)
{
    for (size_t i = 0; i < COUNT(settings); i++)
        if (str_is(name, settings[i].name))
            return &settings[i];
    return NULL;
}

static void put_standard(struct config *config)
{
    for (size_t i = 0; i < COUNT(settings); i++)
        put(config, &settings[i], str_of(settings[i].standard));
}

/* log-level → LOG_LEVEL */
static char upper(char byte)
{
    static const char from[] = "abcdefghijklmnopqrstuvwxyz-", to[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    const char *at = byte ? strchr(from, byte) : NULL;
    if (at)
        byte = to[at - from];
    return byte;
}

static void put_environment(struct arena *arena, struct config *config)
{
    for (size_t i = 0; i < COUNT(settings); i++) {
        struct str name = arena_print(arena, "KECHUANG_%s", settings[i].name);
        char *text = (char *)(uintptr_t)name.data;
        for (char *p = text; *p; p++)
            *p = upper(*p);
        const char *value = getenv(text);
        if (value)
            put(config, &settings[i], str_of(value));
    }
}

static struct str trim(struct str text)
{
    while (text.length && (*text.data == ' ' || *text.data == '\t'))
        text = str_skip(text, 1);
    while (text.length && strchr(" \t\r\n", text.data[text.length - 1]))
        text.length--;
    return text;
}

static bool put_file(struct arena *arena, struct config *config, struct str *reason)
{
    if (!config->file.length)
        return true;
    FILE *in = fopen(config->file.data, "r");
    if (!in) {
        *reason = arena_print(arena, "无法打开配置文件 · cannot open %s", config->file.data);
        return false;
    }
    char line[2048];
    bool good = true;
    for (int number = 1; good && fgets(line, sizeof(line), in); number++) {
        struct str text = trim(str_of(line));
        if (!text.length || *text.data == '#')
            continue;
        size_t at = str_find(text, '=');
        const struct setting *setting = find(trim(str_first(text, at)));
        good = setting && at < text.length;
        if (good)
            put(config, setting, arena_str(arena, trim(str_skip(text, at + 1))));
        else
            *reason = arena_print(arena, "%s:%d: 应为“名称 = 值” · NAME = VALUE is expected",
                                  config->file.data, number);
    }
    fclose(in);
    return good;
}

/* These commands have flags of their own. */
static bool takes_flags(const char *command)
{
    static const char *const commands[] = {"import", "simulate", "check", "digest"};
    for (size_t i = 0; i < COUNT(commands); i++)
        if (strcmp(command, commands[i]) == 0)
            return true;
    return false;
}

/* --db URL or --db=URL. */
static bool put_flags(struct arena *arena, struct config *config, int count, char **words,
                      int *rest_count, struct str *reason)
{
    *rest_count = 0;
    for (int i = 0; i < count; i++) {
        struct str word = str_of(words[i]);
        if (!str_starts(word, STR("--"))) {
            words[(*rest_count)++] = words[i];
            continue;
        }
        size_t at = str_find(word, '=');
        const struct setting *setting = find(str_skip(str_first(word, at), 2));
        if (!setting && *rest_count && takes_flags(words[0])) {
            words[(*rest_count)++] = words[i];
            continue;
        }
        if (!setting) {
            *reason = arena_print(arena, "没有这个选项 · no such option: %s", words[i]);
            return false;
        }
        config->pack_given |= setting->offset == offsetof(struct config, pack);
        if (at < word.length)
            put(config, setting, str_skip(word, at + 1));
        else if (setting->is_switch)
            put(config, setting, STR("true"));
        else if (i + 1 < count)
            put(config, setting, str_of(words[++i]));
        else {
            *reason = arena_print(arena, "%s 后面要有值 · needs a value", words[i]);
            return false;
        }
    }
    return true;
}

/* var/kechuang.db has its keys in var/kechuang.key, and so has a database on a server. */
static struct str standard_key_file(struct arena *arena, struct str db)
{
    struct str path = str_skip(db, sizeof("sqlite:") - 1);
    if (!str_starts(db, STR("sqlite:")))
        return STR("var/kechuang.key");
    if (str_starts(path, STR(":memory:")))
        return STR("");
    path = str_first(path, str_find(path, '?'));
    if (str_ends(path, STR(".db")))
        path.length -= sizeof(".db") - 1;
    return arena_print(arena, "%.*s.key", STR_PRINT(path));
}

bool config_read(struct arena *arena, int count, char **words, struct config *config,
                 int *rest_count, struct str *reason)
{
    *config = (struct config){.demo = false};
    put_standard(config);
    put_environment(arena, config);
    struct config first = *config;
    char **copy = arena_array(arena, (size_t)count + 1, sizeof(*copy));
    memcpy(copy, words, (size_t)count * sizeof(*copy));
    /* The flags are read twice: they name the file, and they outrank it. */
    if (!put_flags(arena, &first, count, copy, rest_count, reason))
        return false;
    struct config standard = {.file = first.file};
    put_standard(&standard);
    standard.file = first.file;
    if (!put_file(arena, &standard, reason))
        return false;
    *config = standard;
    put_environment(arena, config);
    if (!put_flags(arena, config, count, words, rest_count, reason))
        return false;
    int64_t workers;
    if (!int_parse(config->workers, &workers) || workers < 1 || workers > 64) {
        *reason = STR("workers: 1…64");
        return false;
    }
    config->worker_count = (int)workers;
    int64_t rate;
    if (!int_parse(config->rate_limit, &rate) || rate < 0 || rate > 100000) {
        *reason = STR("rate-limit: 应为 0 到 100000 · must be from 0 to 100000");
        return false;
    }
    config->requests_per_second = (int)rate;
    int64_t settle;
    if (!int_parse(config->drop_settle, &settle) || settle < 1 || settle > 3600) {
        *reason = STR("drop-settle: 1…3600");
        return false;
    }
    config->drop_settle_seconds = (int)settle;
    int64_t check;
    if (!int_parse(config->check_after, &check) || check < 0 || check > 86400) {
        *reason = STR("check-after: 应为 0 到 86400 · must be from 0 to 86400");
        return false;
    }
    config->check_after_seconds = (int)check;
    int64_t keep;
    if (!int_parse(config->backup_keep, &keep) || keep < 0 || keep > 10000) {
        *reason = STR("backup-keep: 应为 0 到 10000 · must be from 0 to 10000");
        return false;
    }
    config->backup_keep_count = (int)keep;
    if (config->smtp.length &&
        !(mail_url_is_good(config->smtp) && mail_address_is_good(config->smtp_from))) {
        *reason = STR("smtp, smtp-from: smtp://HOST:PORT, smtps://HOST:PORT, name@host");
        return false;
    }
    if (!digest_find(config->audit_hash, &config->digest)) {
        *reason = STR("audit-hash: sha256, sm3");
        return false;
    }
    if (!config->key_file.length)
        config->key_file = standard_key_file(arena, config->db);
    if (!read_switch(config->demo_text, &config->demo)) {
        *reason = STR("demo: on, off");
        return false;
    }
    return true;
}

struct str config_document(struct arena *arena)
{
    struct buf out = {.arena = arena};
    buf_add(&out, STR("| 选项 · flag | 环境变量 · environment | 缺省 · default | 含义 · meaning |\n"
                      "|---|---|---|---|\n"));
    for (size_t i = 0; i < COUNT(settings); i++) {
        buf_print(&out, "| `--%s` | `KECHUANG_", settings[i].name);
        for (const char *p = settings[i].name; *p; p++)
            buf_char(&out, upper(*p));
        buf_print(&out, "` | %s | %s<br>%s |\n", *settings[i].standard ? settings[i].standard : "–",
                  settings[i].zh, settings[i].en);
    }
    return buf_str(&out);
}
