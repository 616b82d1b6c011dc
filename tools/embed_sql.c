/* Build time: makes a C header of a module's SQL.
 *
 *   embed_sql src/modules/x/x.sql > x.sql.h
 *
 * Each block `-- name: area_list` becomes `static const struct sql sql_area_list` (see db/db.h),
 * without its comments and without the semicolon at its end, so that more can be added to it. A
 * line
 * `{area_list}` in a later block stands for that whole statement: what two have in common is
 * written once. Where the file has its folder's name, the files of migrations/ beside it become, in
 * the order of their names, `static const struct db_migration x_migrations[]`. A misspelt statement
 * does not compile; one that nobody uses is a warning of the compiler. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 500, FILE_SIZE_MAX = 4 << 20, WORD_MAX = 63 };

static const char *file; /* being read, for messages */
static char *names[NAMES_MAX];
static char *texts[NAMES_MAX]; /* of the statements that have ended */
static size_t name_count;

__attribute__((noreturn, format(printf, 2, 3))) static void stop(size_t line, const char *format,
                                                                 ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%zu: ", file, line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

/* The whole of the current file, with a NUL behind it and none inside. */
static char *read_file(void)
{
    FILE *in = fopen(file, "rb");
    if (!in)
        stop(1, "cannot be opened: %s", strerror(errno));
    char *text = malloc(FILE_SIZE_MAX + 1);
    size_t size = text ? fread(text, 1, FILE_SIZE_MAX + 1, in) : 0;
    if (!text || ferror(in))
        stop(1, "cannot be read");
    if (size > FILE_SIZE_MAX)
        stop(1, "larger than %d bytes", FILE_SIZE_MAX);
    text[size] = '\0';
    fclose(in);
    size_t line = 1;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == '\n')
            line++;
        else if ((byte < ' ' && byte != '\t') || byte == 0x7F)
            stop(line, "a control character (0x%02x): write plain text, lines ended by \\n", byte);
    }
    return text;
}

static void quote(const char *text, size_t length)
{
    fputs("\n     \"", stdout);
    for (size_t i = 0; i < length; i++) {
        switch (text[i]) {
        case '\n':
            fputs(i + 1 < length ? "\\n\"\n     \"" : "\\n", stdout);
            break;
        case '\t':
            fputs("\\t", stdout);
            break;
        case '"':
        case '\\':
        case '?': /* two of them would begin a trigraph */
            putchar('\\');
            putchar(text[i]);
            break;
        default:
            putchar(text[i]);
        }
    }
    putchar('"');
}

static bool blank(const char *text)
{
    return text[strspn(text, " \t\n")] == '\0';
}

/* Where in a statement we are: quoted text may run over several lines. */
struct scan {
    char quote;       /* the mark that will end it, or NUL */
    bool script;      /* of any number of statements */
    bool ended;       /* a semicolon was there */
    size_t quoted_at; /* line */
};

static size_t word_length(const char *text)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_')
        length++;
    return length;
}

/* Length of the line without its comment. Refuses what one of the two databases would take for
 * something else. */
static size_t scan_line(struct scan *scan, const char *text, size_t line)
{
    const char *p = text;
    for (; *p; p++) {
        if (scan->quote) {
            if (*p == scan->quote)
                scan->quote = '\0';
            continue;
        }
        if (p[0] == '-' && p[1] == '-')
            break;
        if (scan->ended && !scan->script && !isspace((unsigned char)*p))
            stop(line, "a second statement under one name");
        size_t word = word_length(p);
        if (word > WORD_MAX)
            stop(line, "PostgreSQL cuts a name off after %d bytes: %.*s", WORD_MAX, (int)word, p);
        if (word > 1) {
            p += word - 1;
            continue;
        }
        if (*p == '\'' || *p == '"') {
            scan->quote = *p;
            scan->quoted_at = line;
        } else if (*p == ';')
            scan->ended = true;
        else if (*p == '{' && !scan->script)
            stop(line, "the name of a statement between { and } has a line of its own");
        else if (*p == '?' || (*p == '$' && isdigit((unsigned char)p[1])))
            stop(line, "parameters are written :name");
        else if (p[0] == '/' && p[1] == '*')
            stop(line, "comments are written --");
    }
    return (size_t)(p - text);
}

static void add_name(const char *text, size_t line)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    while (*text == ' ' || *text == '\t')
        text++;
    size_t length = strspn(text, letters);
    if (!length || !isalpha((unsigned char)*text) || !blank(text + length))
        stop(line, "a statement's name is made of a-z, 0-9 and _: \"%s\"", text);
    char *name = strndup(text, length);
    if (!name || name_count == NAMES_MAX)
        stop(line, "too many statements");
    for (size_t i = 0; i < name_count; i++)
        if (strcmp(names[i], name) == 0)
            stop(line, "a second statement named %s", name);
    names[name_count++] = name;
}

/* Writes the statement collected in `text`, if there is one. */
static void end_statement(char *text, size_t length, const struct scan *scan, size_t name_line)
{
    if (!name_line)
        return;
    const char *name = names[name_count - 1];
    if (scan->quote)
        stop(scan->quoted_at, "the quotation mark is never closed");
    while (length && strchr(" \t\n;", text[length - 1]))
        text[--length] = '\0';
    if (!length)
        stop(name_line, "the statement %s is empty", name);
    texts[name_count - 1] = strndup(text, length);
    if (!texts[name_count - 1])
        stop(name_line, "no memory");
    printf("static const struct sql sql_%s = {\"%s\", {", name, name);
    quote(text, length);
    printf(", %zu}};\n", length);
}

/* Of a line that is {name}: the text of that statement; NULL = it is another line. */
static const char *included(const char *at, size_t line)
{
    size_t length = *at == '{' ? word_length(at + 1) : 0;
    if (!length || strcmp(at + 1 + length, "}") != 0)
        return NULL;
    for (size_t i = 0; i < name_count; i++)
        if (texts[i] && strncmp(names[i], at + 1, length) == 0 && !names[i][length])
            return texts[i];
    stop(line, "no statement above is named %.*s", (int)length, at + 1);
}

static void statements(void)
{
    static char text[FILE_SIZE_MAX]; /* of the current statement */
    char *all = read_file();
    size_t length = 0, line = 0, name_line = 0;
    struct scan scan = {0};
    for (char *at = all; *at;) {
        char *end = strchrnul(at, '\n');
        char *next = *end ? end + 1 : end;
        *end = '\0';
        line++;
        const char *mark = "-- name:";
        if (!scan.quote && strncmp(at, mark, strlen(mark)) == 0) {
            end_statement(text, length, &scan, name_line);
            add_name(at + strlen(mark), line);
            name_line = line;
            length = 0;
            scan = (struct scan){0};
        } else {
            const char *base = scan.quote ? NULL : included(at, line);
            size_t size = base ? strlen(base) : scan_line(&scan, at, line);
            while (!base && !scan.quote && size && (at[size - 1] == ' ' || at[size - 1] == '\t'))
                size--;
            if (size && !name_line)
                stop(line, "a statement without a name: put `-- name: …` above it");
            if (length + size + 1 > sizeof(text))
                stop(line, "the statement is too long");
            if (size || scan.quote) {
                memcpy(text + length, base ? base : at, size);
                length += size;
                text[length++] = '\n';
            }
        }
        at = next;
    }
    end_statement(text, length, &scan, name_line);
    free(all);
}

static void check_script(const char *text)
{
    struct scan scan = {.script = true};
    char *copy = strdup(text), *at = copy;
    if (!copy)
        stop(1, "no memory");
    for (size_t line = 1; *at; line++) {
        char *end = strchrnul(at, '\n');
        char *next = *end ? end + 1 : end;
        *end = '\0';
        scan_line(&scan, at, line);
        at = next;
    }
    if (scan.quote)
        stop(scan.quoted_at, "the quotation mark is never closed");
    free(copy);
}

static int is_sql(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return *entry->d_name != '.' && length > 4 && strcmp(entry->d_name + length - 4, ".sql") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void check_migration_name(const char *name, const char *before)
{
    if (strspn(name, "0123456789") != 4 || name[4] != '_' ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(name) - 4)
        stop(1, "a migration is named like 0001_create.sql");
    if (before && strncmp(name, before, 5) == 0)
        stop(1, "a second migration with the number %.4s", name);
}

__attribute__((format(printf, 1, 2))) static char *print(const char *format, ...)
{
    va_list args;
    char *text = NULL;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        stop(1, "no memory");
    va_end(args);
    return text;
}

static void migrations(const char *folder, const char *module)
{
    struct dirent **files;
    int count = scandir(folder, &files, is_sql, by_name);
    if (count <= 0)
        return;
    printf("static const struct db_migration %s_migrations[] = {\n", module);
    for (int i = 0; i < count; i++) {
        char *path = print("%s/%s", folder, files[i]->d_name);
        file = path;
        check_migration_name(files[i]->d_name, i ? files[i - 1]->d_name : NULL);
        char *text = read_file();
        if (blank(text))
            stop(1, "the migration is empty");
        check_script(text);
        printf("    {\"%s\", \"%.*s\",", module, (int)strlen(files[i]->d_name) - 4,
               files[i]->d_name);
        quote(text, strlen(text));
        printf("},\n");
        free(text);
        free(path);
    }
    printf("};\n");
    for (int i = 0; i < count; i++)
        free(files[i]);
    free(files);
}

/* Of src/modules/x/x.sql, and only of a file that has its folder's name. */
static void folders_migrations(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return;
    char *folder = print("%.*s", (int)(slash - path), path);
    char *module = print("%.*s", (int)strcspn(slash + 1, "."), slash + 1);
    char *inside = print("%s/migrations", folder);
    const char *last = strrchr(folder, '/');
    if (strcmp(last ? last + 1 : folder, module) == 0)
        migrations(inside, module);
    free(folder);
    free(module);
    free(inside);
}

int main(int count, char **words)
{
    if (count != 2) {
        fprintf(stderr, "usage: embed_sql FILE.sql > FILE.sql.h\n");
        return 1;
    }
    file = words[1];
    printf("/* Generated by tools/embed_sql.c from %s. Do not edit. */\n#include \"db/db.h\"\n\n"
           "#pragma GCC diagnostic push\n#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n",
           file);
    statements();
    folders_migrations(words[1]);
    printf("#pragma GCC diagnostic pop\n");
    for (size_t i = 0; i < name_count; i++) {
        free(names[i]);
        free(texts[i]);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "embed_sql: cannot write\n");
        return 1;
    }
    return 0;
}
