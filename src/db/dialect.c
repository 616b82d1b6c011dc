/* The whole difference between the two dialects: parameters and column types. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/driver.h"

static const char *const token_names[DB_TOKENS] = {
    "{id}", "{int}", "{real}", "{bool}", "{text}", "{strict}", "{sqlite}", "{postgres}", "{bytes}"};

/* The token's number, or how many there are. */
static size_t token_at(const char *p)
{
    size_t token = 0;
    while (token < COUNT(token_names) &&
           strncmp(p, token_names[token], strlen(token_names[token])) != 0)
        token++;
    return token;
}

/* Writes to `out` where it is not NULL; the length in both cases. */
static size_t expand(const struct db_driver *driver, const char *script, char *out)
{
    size_t length = 0;
    while (*script) {
        size_t token = *script == '{' ? token_at(script) : COUNT(token_names);
        bool plain = token == COUNT(token_names);
        const char *from = plain ? script : driver->tokens[token];
        size_t count = plain ? 1 : strlen(from);
        if (out)
            memcpy(out + length, from, count);
        length += count;
        script += plain ? 1 : strlen(token_names[token]);
    }
    return length;
}

char *dialect_expand(const struct db_driver *driver, const char *script)
{
    size_t length = expand(driver, script, NULL);
    char *out = malloc(length + 1);
    if (!out)
        return NULL;
    expand(driver, script, out);
    out[length] = '\0';
    return out;
}

/* Length of what must be copied as it is (a quoted text or name, a comment, a cast), or 0. */
static size_t opaque(const char *p)
{
    const char *end;
    if (*p == '\'' || *p == '"') {
        end = strchr(p + 1, *p);
        return end ? (size_t)(end - p) + 1 : strlen(p);
    }
    if (p[0] == '-' && p[1] == '-')
        return strcspn(p, "\n");
    if (p[0] == '/' && p[1] == '*') {
        end = strstr(p + 2, "*/");
        return end ? (size_t)(end - p) + 2 : strlen(p);
    }
    return p[0] == ':' && p[1] == ':' ? 2 : 0;
}

static int name_number(struct db_statement *statement, struct str name)
{
    for (int i = 0; i < statement->name_count; i++)
        if (str_equal(statement->names[i], name))
            return i;
    if (statement->name_count == DB_PARAMS_MAX)
        return -1;
    statement->names[statement->name_count] = name;
    return statement->name_count++;
}

const char *dialect_compile(const struct db_driver *driver, struct db_statement *statement)
{
    /* `:a` becomes `$64` at most. */
    size_t room = strlen(statement->text) * 2 + 1, length = 0;
    char *out = statement->compiled = malloc(room);
    statement->names = calloc(DB_PARAMS_MAX, sizeof(*statement->names));
    if (!out || !statement->names)
        return "out of memory";
    for (const char *p = statement->text; *p;) {
        size_t count = opaque(p);
        if (!count && *p == ':' && (isalpha((unsigned char)p[1]) || p[1] == '_')) {
            struct str name = {p + 1, 1};
            while (isalnum((unsigned char)name.data[name.length]) || name.data[name.length] == '_')
                name.length++;
            int number = name_number(statement, name);
            if (number < 0)
                return "more than 64 parameters";
            length += (size_t)snprintf(out + length, room - length, "%c%d", driver->parameter,
                                       number + 1);
            p += 1 + name.length;
            continue;
        }
        count = count ? count : 1;
        memcpy(out + length, p, count);
        length += count;
        p += count;
    }
    out[length] = '\0';
    return NULL;
}
