/* Every failure that a client can see, said once: C code, HTTP status, wire name (the last part of
 * the problem's type), and a title in both languages. docs/api.md lists them. */
#ifndef CORE_ERRORS_H
#define CORE_ERRORS_H

#define ERRORS(E)                                                                                  \
    E(E_OK, 200, "ok", "成功", "OK")                                                               \
    E(E_PROPOSED, 202, "proposed", "已提请另一人批准", "Another person has to approve it")         \
    E(E_NOT_MODIFIED, 304, "not_modified", "没有变化", "Not modified")                             \
    E(E_MALFORMED, 400, "malformed", "请求无法读懂", "The request cannot be read")                 \
    E(E_UNAUTHORISED, 401, "unauthorised", "需要先登录", "You need to sign in")                    \
    E(E_FORBIDDEN, 403, "forbidden", "没有权限", "You may not do this")                            \
    E(E_NOT_FOUND, 404, "not_found", "没有找到", "Not found")                                      \
    E(E_METHOD, 405, "method_not_allowed", "这里不支持这种操作",                                   \
      "This address does not take that method")                                                    \
    E(E_CONFLICT, 409, "conflict", "与已有内容冲突", "It conflicts with what is there")            \
    E(E_NOT_JOINABLE, 409, "not_joinable", "不能连成一条数列", "These cannot form one series")     \
    E(E_ERASED, 410, "erased", "依法删除", "Removed by law")                                       \
    E(E_CHANGED, 412, "changed", "内容已被别人改动", "Someone has changed it meanwhile")           \
    E(E_TOO_LARGE, 413, "too_large", "内容过大", "Too large")                                      \
    E(E_URI_TOO_LONG, 414, "uri_too_long", "地址过长", "The address is too long")                  \
    E(E_MEDIA_TYPE, 415, "media_type", "不支持这种格式", "This format is not taken")               \
    E(E_INVALID, 422, "invalid", "有些内容需要改正", "Some of it needs correcting")                \
    E(E_KEY_REUSED, 422, "key_reused", "幂等键已用于另一个请求",                                   \
      "This idempotency key belongs to another request")                                           \
    E(E_MATCH_REQUIRED, 428, "match_required", "需要 If-Match", "If-Match is required")            \
    E(E_TOO_MANY, 429, "too_many_tries", "尝试次数过多", "Too many tries")                         \
    E(E_RATE, 429, "too_many_requests", "请求太频繁", "Too many requests")                         \
    E(E_HEADERS, 431, "headers_too_large", "请求头过大", "The headers are too large")              \
    E(E_INTERNAL, 500, "internal", "程序出错", "The program failed")                               \
    E(E_UNSURE, 500, "unsure", "不能确定是否已保存", "It is not certain that it was saved")        \
    E(E_BUSY, 503, "busy", "系统忙", "The system is busy")                                         \
    E(E_TIMEOUT, 503, "timeout", "用时过长，已停止", "It took too long and was stopped")           \
    E(E_READ_ONLY, 503, "read_only", "数据库只读", "The database is read-only")                    \
    E(E_NOT_WRITING, 503, "not_writing", "不能写入", "Nothing can be written")                     \
    E(E_DATABASE, 503, "database_lost", "数据库暂时连不上", "The database cannot be reached")      \
    E(E_DISK_FULL, 507, "disk_full", "磁盘已满", "The disk is full")

#define ERROR_CODE(code, status, name, zh, en) code,
enum error { ERRORS(ERROR_CODE) ERROR_COUNT };
#undef ERROR_CODE

struct error_info {
    int status;
    const char *name, *title_zh, *title_en;
};
extern const struct error_info error_infos[ERROR_COUNT];

#endif
