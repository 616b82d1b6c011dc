/* Rules that an administration may change while the program runs: whole numbers with a standard and
 * limits. A change needs two persons (proposal.h). The table is the list; /api/settings shows it.
 */
#ifndef CORE_RULES_H
#define CORE_RULES_H

#include "core/route.h"

/* code, key, standard, least, most, 中文, English */
#define RULES(R)                                                                                   \
    R(RULE_PASSWORD_LENGTH, "password_length_min", 10, 8, 64, "密码的最少字符数",                  \
      "Least characters of a password")                                                            \
    R(RULE_LOCKOUT_FAILURES, "lockout_failures", 5, 3, 20, "连续几次密码错误后锁定",               \
      "Wrong passwords in a row that lock an account")                                             \
    R(RULE_LOCKOUT_MINUTES, "lockout_minutes", 15, 1, 1440, "锁定多少分钟",                        \
      "Minutes for which it stays locked")                                                         \
    R(RULE_SESSION_HOURS, "session_hours", 12, 1, 24, "一次登录最长几小时",                        \
      "Hours that a session lasts at most")                                                        \
    R(RULE_SESSION_IDLE_MINUTES, "session_idle_minutes", 30, 5, 480, "无操作多少分钟后退出",       \
      "Idle minutes that end a session")                                                           \
    R(RULE_RESET_HOURS, "reset_hours", 24, 1, 168, "重设密码的链接几小时内有效",                   \
      "Hours for which a reset link is good")                                                      \
    R(RULE_INVITATION_DAYS, "invitation_days", 30, 1, 180, "邀请函几天内有效",                     \
      "Days for which a letter of invitation is good")                                             \
    R(RULE_TOKEN_DAYS, "token_days_max", 365, 1, 730, "接口令牌最长几天",                          \
      "Days that an API token lasts at most")                                                      \
    R(RULE_FILE_MB, "file_mb_max", 200, 1, 512, "一个附件最多几 MB",                               \
      "Megabytes that a file of a record may have")                                                \
    R(RULE_FILE_OWNER_MB, "file_owner_mb_max", 2000, 1, 1000000,                                   \
      "一个单位、部门、区县或账户的附件合计最多几 MB",                                             \
      "Megabytes that the files of one organisation, department, area or account may have")        \
    R(RULE_FILE_TOTAL_MB, "file_total_mb_max", 50000, 1, 100000000, "全部附件合计最多几 MB",       \
      "Megabytes that all files of records may have")                                              \
    R(RULE_MAIL_A_DAY, "mail_a_day", 5, 0, 1000, "一个人一天最多几封邮件（紧急的和摘要除外）",     \
      "E-mails that one person gets within a day at most (urgent ones and digests aside)")         \
    R(RULE_MAIL_A_WEEK, "mail_a_week", 15, 0, 5000, "一个人七天最多几封邮件（紧急的和摘要除外）",  \
      "The same within seven days")                                                                \
    R(RULE_ORGANISATION_MAIL_A_DAY, "organisation_mail_a_day", 10, 0, 1000,                        \
      "一个单位的人合计一天最多几封邮件（紧急的和摘要除外）",                                      \
      "E-mails that the people of one organisation get within a day at most, together")            \
    R(RULE_ORGANISATION_MAIL_A_WEEK, "organisation_mail_a_week", 30, 0, 5000,                      \
      "一个单位的人合计七天最多几封邮件（紧急的和摘要除外）", "The same within seven days")        \
    R(RULE_NOTICE_DAYS, "notice_days", 400, 30, 3650, "消息留多少天",                              \
      "Days for which notices are kept")                                                           \
    R(RULE_OUTBOX_DAYS, "outbox_days", 90, 7, 3650, "发送记录留多少天",                            \
      "Days for which it is kept what went out")

#define RULE_CODE(code, key, standard, least, most, zh, en) code,
enum rule { RULES(RULE_CODE) RULE_COUNT };
#undef RULE_CODE

enum error rule_value(struct ctx *ctx, enum rule rule, int64_t *value) MUST_USE;

extern const struct handler rule_list_handler, rule_change_handler;

#endif
