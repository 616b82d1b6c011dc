#include "core/backup_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool backup_note(char *reason, size_t reason_size, const char *what, const char *path)
{
    snprintf(reason, reason_size, "%s: %s", path, what);
    return false;
}

bool backup_url(const char *path, char *url, size_t size)
{
    return snprintf(url, size, "sqlite:%s", path) < (int)size;
}

static int is_backup(const struct dirent *entry)
{
    struct str name = str_of(entry->d_name);
    return str_starts(name, STR("kechuang-")) && str_ends(name, STR("Z.db"));
}

static void files_folder(const char *path, char *folder, size_t size)
{
    snprintf(folder, size, "%.*s.files", (int)strlen(path) - BACKUP_ENDING, path);
}

/* Files lie two deep: FOLDER/ab/abcd… */
void backup_remove_folder(const char *path, int depth)
{
    char inner[BACKUP_PATH_MAX];
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name) >= (int)sizeof(inner))
            continue;
        if (unlink(inner) != 0 && depth > 0)
            backup_remove_folder(inner, depth - 1);
    }
    if (folder)
        closedir(folder);
    rmdir(path);
}

void backup_remove(const char *path)
{
    char folder[BACKUP_PATH_MAX];
    files_folder(path, folder, sizeof(folder));
    unlink(path);
    backup_remove_folder(folder, 1);
}

void backup_folder_look(const char *folder, int64_t keep, char *newest, size_t size)
{
    struct dirent **entries;
    char path[BACKUP_PATH_MAX];
    int count = scandir(folder, &entries, is_backup, alphasort);
    *newest = '\0';
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        if (keep > 0 && i < count - keep)
            backup_remove(path);
        else if (i == count - 1 && !backup_url(path, newest, size))
            *newest = '\0';
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

static bool sync_folder(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0)
        close(folder);
    return good;
}

bool backup_rename(const char *made, const char *path, char *reason, size_t reason_size)
{
    char from[BACKUP_PATH_MAX], to[BACKUP_PATH_MAX], folder[BACKUP_PATH_MAX];
    files_folder(made, from, sizeof(from));
    files_folder(path, to, sizeof(to));
    snprintf(folder, sizeof(folder), "%s", path);
    *(strrchr(folder, '/') + 1) = '\0';
    bool named = rename(from, to) == 0 && sync_folder(folder) && rename(made, path) == 0 &&
                 sync_folder(folder);
    return named || backup_note(reason, reason_size, strerror(errno), path);
}
