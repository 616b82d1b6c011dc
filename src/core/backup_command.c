#include <stdio.h>

#include "base/number.h"
#include "core/backup.h"

static int say(bool good, const char *what, const struct backup *backup, const char *reason)
{
    if (!good) {
        fprintf(stderr, "kechuang: %s\n", reason);
        return 1;
    }
    printf("%s: %s\n  数据库 · database %lld 字节 bytes；文件 · files %lld（%lld 字节 bytes，"
           "与上一份共用 · shared %lld）\n  事件 · events %lld，链头 · head %lld %s\n",
           backup->path, what, (long long)backup->bytes, (long long)backup->files,
           (long long)backup->file_bytes, (long long)backup->shared,
           (long long)backup->audit.events, (long long)backup->audit.last_seal, backup->audit.head);
    return 0;
}

int backup_command(const struct config *config, const char *folder, const char *keep)
{
    struct backup backup;
    char reason[BACKUP_PATH_MAX] = "";
    int64_t number;
    if (!int_parse(str_of(keep), &number) || number < 0)
        return -1;
    return say(backup_make(config, folder, number, &backup, reason, sizeof(reason)),
               "已备份，读回无误 · made, and read back without fault", &backup, reason);
}

int backup_check_command(const struct config *config, const char *path)
{
    struct backup backup;
    char reason[BACKUP_PATH_MAX] = "";
    return say(backup_check(config, path, &backup, reason, sizeof(reason)),
               "读回无误 · read back without fault", &backup, reason);
}

int restore_command(const struct config *config, const char *path)
{
    struct backup backup;
    char reason[BACKUP_PATH_MAX] = "";
    return say(backup_restore(config, path, &backup, reason, sizeof(reason)),
               "已恢复，读回无误 · restored, and read back without fault", &backup, reason);
}
