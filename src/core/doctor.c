#include "core/doctor.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "core/app.h"
#include "core/audit_verify.h"
#include "core/rotation.h"
#include "core/route.h"
#include "doctor.sql.h"
#include "http/server.h"

enum {
    REASON_MAX = 1024,
    PATH_ROOM = 4096,
    FEW_MB = 1024, /* left on the disk: worth knowing */
    NO_MB = 100    /* has to be mended */
};

enum finding { WELL, KNOW, MEND };

struct doctor {
    const struct config *config;
    struct arena arena;
    struct ctx ctx; /* its db is NULL where there is none that can be read */
    int mend;
};

__attribute__((format(printf, 3, 4))) static void find(struct doctor *doctor, enum finding finding,
                                                       const char *format, ...)
{
    static const char *const marks[] = {"✓", "·", "✗"};
    va_list args;
    va_start(args, format);
    printf("%s ", marks[finding]);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
    doctor->mend += finding == MEND;
}

/* The file of a database in SQLite; empty for one in memory or on a server. */
static struct str database_path(struct doctor *doctor)
{
    struct str path = doctor->config->db;
    if (!str_starts(path, STR("sqlite:")))
        return STR("");
    path = str_skip(path, sizeof("sqlite:") - 1);
    path = str_first(path, str_find(path, '?'));
    return str_starts(path, STR(":memory:")) ? STR("") : arena_str(&doctor->arena, path);
}

static struct str folder_of(struct doctor *doctor, struct str path)
{
    while (path.length && path.data[path.length - 1] != '/')
        path.length--;
    return path.length ? arena_str(&doctor->arena, path) : STR(".");
}

/* --- What the machine gives ----------------------------------------------------------------- */

static void look_at_files(struct doctor *doctor)
{
    struct rlimit limit;
    rlim_t wanted = HTTP_CONNECTIONS_MAX;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    if (limit.rlim_max < wanted)
        find(doctor, KNOW,
             "最多打开 %llu 个文件，连接数会少于 %d；systemd 里写 LimitNOFILE=16384 · only %llu "
             "files "
             "may be open, so fewer than %d connections: set LimitNOFILE=16384",
             (unsigned long long)limit.rlim_max, HTTP_CONNECTIONS_MAX,
             (unsigned long long)limit.rlim_max, HTTP_CONNECTIONS_MAX);
    else
        find(doctor, WELL, "打开文件的上限够用 · enough files may be open");
}

static void look_at_disk(struct doctor *doctor)
{
    struct statvfs disk;
    struct str path = database_path(doctor), folder = folder_of(doctor, path);
    if (!path.length || statvfs(folder.data, &disk) != 0)
        return;
    unsigned long long left = (unsigned long long)disk.f_bavail * disk.f_frsize >> 20;
    enum finding finding = left < NO_MB ? MEND : left < FEW_MB ? KNOW : WELL;
    find(doctor, finding, "%s 还有 %llu MB%s", folder.data, left,
         finding == WELL ? " · left on the disk"
                         : "：满了就不能写入，请腾出空间 · left: when it is full nothing can be "
                           "written, make room");
    if (access(folder.data, W_OK) != 0)
        find(doctor, MEND,
             "%s 不能写入：%s；请把它交给运行程序的用户 · cannot be written: give it to "
             "the user that runs the program",
             folder.data, strerror(errno));
}

static void look_at_mode(struct doctor *doctor, struct str path)
{
    struct stat about;
    if (path.length && stat(path.data, &about) == 0 && (about.st_mode & 077))
        find(doctor, MEND, "%s 别的用户也能读：chmod 600 · others may read it: chmod 600 %s",
             path.data, path.data);
}

/* Whoever asks in the moment in which the port is tried. */
static void busy(void *unused, struct http_exchange *exchange)
{
    (void)unused;
    exchange->status = 503;
    http_send(exchange);
}

/* A port that is taken is most often the program itself. */
static void look_at_address(struct doctor *doctor)
{
    char reason[REASON_MAX];
    struct str listen = doctor->config->listen;
    struct http_settings settings = {.address = listen.data, .handle = busy};
    bool local = str_starts(listen, STR("127.")) || str_starts(listen, STR("localhost:")) ||
                 str_starts(listen, STR("[::1]:"));
    struct http_server *server = http_start(&settings, reason, sizeof(reason));
    if (server) {
        http_stop(server, 0);
        find(doctor, WELL, "%s 可以监听 · is free to listen on", listen.data);
    } else
        find(doctor, KNOW, "%s（程序正在运行的话就是它自己 · it may be the program itself）",
             reason);
    if (!local)
        find(doctor, MEND,
             "%s 不只是本机：密码会明文经过网络；请监听 127.0.0.1，由 nginx 做 TLS · is not this "
             "machine alone, and passwords would cross the network in the clear: listen on "
             "127.0.0.1 "
             "behind nginx with TLS",
             listen.data);
}

static void look_at_helpers(struct doctor *doctor)
{
    if (access("/usr/bin/pdftoppm", X_OK) == 0)
        find(doctor, WELL, "有 pdftoppm，能预览 PDF · pdftoppm is there: previews of PDF");
    else
        find(doctor, KNOW,
             "没有 pdftoppm，PDF 没有预览：apt install poppler-utils · no previews of "
             "PDF: apt install poppler-utils");
}

/* --- What the database says ----------------------------------------------------------------- */

static void open_database(struct doctor *doctor)
{
    char reason[REASON_MAX];
    struct str path = database_path(doctor);
    if (path.length && access(path.data, F_OK) != 0) {
        find(doctor, KNOW, "%s 还没有：首次启动时建立 · is not there yet: the first start makes it",
             path.data);
        return;
    }
    doctor->ctx.db = db_connect(doctor->config->db.data, true, reason, sizeof(reason));
    if (doctor->ctx.db)
        find(doctor, WELL, "数据库打得开 · the database can be read");
    else
        find(doctor, MEND, "数据库打不开 · the database cannot be read: %s", reason);
}

static void look_at_schema(struct doctor *doctor)
{
    int64_t there = 0, known = 0;
    for (size_t m = 0; m < module_count; m++)
        known += (int64_t)modules[m]->migration_count;
    if (db_number(&doctor->ctx, &sql_doctor_migrations, NO_ARGS, &there))
        find(doctor, MEND, "这不是 kechuang 的数据库 · this is no database of kechuang");
    else if (there > known)
        find(doctor, MEND,
             "数据库由更新的版本建立，请装那个版本 · the database was made by a newer "
             "version: install that one");
    else if (there < known)
        find(doctor, KNOW,
             "启动时会升级数据库（%lld 步）；请先备份 · the next start upgrades the "
             "database by %lld steps: back it up before",
             (long long)(known - there), (long long)(known - there));
    else
        find(doctor, WELL, "数据库的结构是这个版本的 · the schema is this version's");
}

static void look_at_clock(struct doctor *doctor)
{
    int64_t last = 0, now = time(NULL);
    if (db_number(&doctor->ctx, &sql_doctor_last_event, NO_ARGS, &last))
        return;
    if (now < last)
        find(doctor, MEND,
             "时钟比最近一次写入还早 %lld 秒：请校时（timedatectl） · the clock is %lld seconds "
             "before "
             "the last write: set it (timedatectl)",
             (long long)(last - now), (long long)(last - now));
    else
        find(doctor, WELL, "时钟没有倒退 · the clock has not run back");
}

static void look_at_pages(struct doctor *doctor)
{
    char reason[REASON_MAX] = "";
    if (!db_is_sqlite(doctor->ctx.db))
        return;
    if (db_is_whole(doctor->config->db.data, reason, sizeof(reason)))
        find(doctor, WELL, "数据库文件完好 · every page and every reference is sound");
    else
        find(doctor, MEND,
             "数据库文件损坏，请恢复最近的备份 · the file is damaged, restore the newest "
             "back-up: %s",
             reason);
}

static void look_at_log(struct doctor *doctor)
{
    struct audit_report report;
    struct audit_trust trust = {STR(""), STR("")};
    if (audit_verify(&doctor->ctx, trust, &report))
        find(doctor, MEND, "审计日志读不了 · the log of events cannot be read: %.*s",
             STR_PRINT(doctor->ctx.detail));
    else if (report.good)
        find(doctor, WELL, "审计日志完好（%lld 个事件） · the log of events holds (%lld)",
             (long long)report.events, (long long)report.events);
    else
        find(doctor, MEND, "审计日志不对 · the log of events does not hold: %s", report.fault);
}

static void look_at_keys(struct doctor *doctor)
{
    char reason[REASON_MAX] = "";
    struct key_counts counts = {0};
    if (!keys_check(doctor->config, &counts, reason, sizeof(reason)))
        find(doctor, MEND, "个人信息的密钥 · keys of personal data: %s", reason);
    else if (counts.broken)
        find(doctor, MEND,
             "%lld 个人的密钥打不开：密钥文件与数据库不是一套 · the keys of %lld persons do "
             "not open: key file and database do not belong together",
             (long long)counts.broken, (long long)counts.broken);
    else
        find(doctor, WELL, "密钥文件与数据库是一套 · key file and database belong together");
}

/* -------------------------------------------------------------------------------------------- */

int doctor_command(const struct config *config)
{
    struct doctor doctor = {.config = config, .ctx = {.who = &principal_operator}};
    if (sodium_init() < 0)
        return 2;
    doctor.ctx.arena = &doctor.arena;
    doctor.ctx.now.seconds = time(NULL);
    look_at_files(&doctor);
    look_at_disk(&doctor);
    look_at_address(&doctor);
    look_at_helpers(&doctor);
    look_at_mode(&doctor, database_path(&doctor));
    look_at_mode(&doctor, config->key_file);
    open_database(&doctor);
    if (doctor.ctx.db) {
        look_at_schema(&doctor);
        look_at_clock(&doctor);
        look_at_pages(&doctor);
        look_at_log(&doctor);
        look_at_keys(&doctor);
    }
    db_disconnect(doctor.ctx.db);
    arena_free(&doctor.arena);
    return doctor.mend ? 1 : 0;
}
