/* Settings: each is a flag, an environment variable and a line of the configuration file, in this
 * order of precedence. The table in config.c says them once; `kechuang help` and
 * docs/configuration.md print it. */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include "base/buf.h"
#include "base/digest.h"

struct config {
    struct str db, key_file, listen, pack, log_level, workers, audit_hash, demo_text, file;
    struct str from, to; /* of `kechuang migrate` */
    struct str rate_limit, drop, drop_settle, pull_hosts, pull_passfile;
    struct str check_after;
    struct str backup, backup_keep, smtp, smtp_from, smtp_password_file, site, webhook_hosts;
    bool demo;
    bool pack_given; /* as a flag */
    int worker_count, requests_per_second, drop_settle_seconds, backup_keep_count,
        check_after_seconds;
    enum digest_algorithm digest;
};

/* Reads the flags in words[0…count); what is no flag is moved to the front and counted in
 * `rest_count`. False, with the reason, when something is wrong. Texts live in the arena. */
bool config_read(struct arena *arena, int count, char **words, struct config *config,
                 int *rest_count, struct str *reason);
/* A table of all settings, in Markdown. */
struct str config_document(struct arena *arena);

#endif
