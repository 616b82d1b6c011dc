/* The whole difference between the two dialects: parameters and column types. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/driver.h"

static const char *const token_names[] = {"{id}",   "{int}",  "{real}",
                                          "{bool}", "{text}", "{strict}"};

char *dialect_expand(const struct db_driver *driver, const char *script)
{
    char *out = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);
    if (!stream)
        return NULL;
    for (const char *p = script; *p;) {
        size_t token = 0, length = 0;
        for (; *p == '{' && token < COUNT(token_names); token++) {
            length = strlen(token_names[token]);
            if (strncmp(p, token_names[token], length) == 0)
                break;
        }
        if (*p == '{' && token < COUNT(token_names)) {
            fputs(driver->tokens[token], stream);
            p += length;
        } else
            fputc(*p++, stream);
    }
    if (fclose(stream) != 0) {
        free(out);
        return NULL;
    }
    return out;
}

/* Length of what must be copied as it is (a quoted text or a comment), or 0. */
static size_t opaque(const char *p)
{
    if (*p == '\'') {
        const char *end = strchr(p + 1, '\'');
        return end ? (size_t)(end - p) + 1 : strlen(p);
    }
    return p[0] == '-' && p[1] == '-' ? strcspn(p, "\n") : 0;
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

bool dialect_compile(const struct db_driver *driver, struct db_statement *statement)
{
    size_t size = 0;
    FILE *stream = open_memstream(&statement->compiled, &size);
    statement->names = calloc(DB_PARAMS_MAX, sizeof(*statement->names));
    if (!stream || !statement->names) {
        if (stream)
            fclose(stream);
        return false;
    }
    bool fits = true;
    for (const char *p = statement->text; *p && fits;) {
        size_t copied = opaque(p);
        if (copied) {
            fwrite(p, 1, copied, stream);
            p += copied;
        } else if (*p == ':' && (isalpha((unsigned char)p[1]) || p[1] == '_')) {
            size_t length = 1;
            while (isalnum((unsigned char)p[1 + length]) || p[1 + length] == '_')
                length++;
            int number = name_number(statement, (struct str){p + 1, length});
            fits = number >= 0;
            fprintf(stream, "%c%d", driver->parameter, number + 1);
            p += 1 + length;
        } else
            fputc(*p++, stream);
    }
    return fclose(stream) == 0 && fits;
}
