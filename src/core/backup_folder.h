/* The folder of back-ups: which are there, what they are called, which have to go. */
#ifndef CORE_BACKUP_FOLDER_H
#define CORE_BACKUP_FOLDER_H

#include "core/backup.h"

enum { BACKUP_ENDING = 3 /* .db */, BACKUP_NAME_ROOM = 64 };

/* False, with "PATH: WHAT" as the reason. */
bool backup_note(char *reason, size_t reason_size, const char *what, const char *path);
/* sqlite:PATH; false when that is too long. */
bool backup_url(const char *path, char *url, size_t size) MUST_USE;

/* The newest there is, as a URL ("" = none); and all but `keep` of them go, the oldest first (0 =
 * all stay). */
void backup_folder_look(const char *folder, int64_t keep, char *newest, size_t size);
/* The database and the folder of its files; harmless where there is none. */
void backup_remove(const char *path);
/* A folder, and folders in it as deep as `depth`. */
void backup_remove_folder(const char *path, int depth);
/* Both get their names, the database last: it is what makes a back-up. */
bool backup_rename(const char *made, const char *path, char *reason, size_t reason_size) MUST_USE;

#endif
