/* `kechuang import TARGET FILE [--mode all|rows] [--check]`: the same as over HTTP, on this thread.
 * Against PostgreSQL, or beside a stopped server. The exit status: 0 done, 1 not, 2 misused. */
#ifndef CORE_IMPORT_COMMAND_H
#define CORE_IMPORT_COMMAND_H

struct config;
int import_command(const struct config *config, int count, char **words);

#endif
