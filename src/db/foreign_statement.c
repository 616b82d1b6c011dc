/* Is a text one query? Comments, quoted names and quoted texts are stepped over, so that only what
 * counts is looked at. */
#include <ctype.h>
#include <strings.h>

#include "db/foreign.h"

static bool is_letter(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

/* The end of 'text' or "name", whose quotation mark is doubled inside; with `escapes` a backslash
 * takes the next byte along. Past the end where it is not closed. */
static size_t quoted_end(struct str text, size_t at, bool escapes)
{
    char mark = text.data[at++];
    while (at < text.length) {
        if (escapes && text.data[at] == '\\')
            at++;
        else if (text.data[at] == mark) {
            if (at + 1 >= text.length || text.data[at + 1] != mark)
                return at + 1;
            at++;
        }
        at++;
    }
    return text.length + 1;
}

/* The end of $tag$ … $tag$; `at` where none begins. */
static size_t dollar_end(struct str text, size_t at)
{
    size_t tag = at + 1;
    while (tag < text.length && is_letter(text.data[tag]))
        tag++;
    if (tag >= text.length || text.data[tag] != '$' || isdigit((unsigned char)text.data[at + 1]))
        return at;
    size_t length = tag + 1 - at;
    const char *end = memmem(text.data + tag + 1, text.length - tag - 1, text.data + at, length);
    return end ? (size_t)(end - text.data) + length : text.length + 1;
}

static size_t comment_end(struct str text, size_t at)
{
    if (text.data[at] == '-') {
        size_t rest = str_find(str_skip(text, at), '\n');
        return at + rest;
    }
    size_t depth = 0;
    for (; at + 1 < text.length; at++) {
        bool opens = text.data[at] == '/' && text.data[at + 1] == '*';
        bool closes = text.data[at] == '*' && text.data[at + 1] == '/';
        depth += opens;
        depth -= closes;
        at += opens || closes;
        if (!depth)
            return at + 1;
    }
    return text.length + 1;
}

/* The end of what is not to be looked into; `at` where nothing of the kind begins. */
static size_t opaque_end(struct str text, size_t at)
{
    const char c = text.data[at];
    bool doubled = at + 1 < text.length && text.data[at + 1] == c;
    bool after_word = at && is_letter(text.data[at - 1]);
    if (c == '\'' || c == '"') {
        bool escapes = c == '\'' && after_word && (text.data[at - 1] | 0x20) == 'e' &&
                       (at < 2 || !is_letter(text.data[at - 2]));
        return quoted_end(text, at, escapes);
    }
    if (c == '$' && !after_word)
        return dollar_end(text, at);
    bool opens = c == '/' && at + 1 < text.length && text.data[at + 1] == '*';
    if ((c == '-' && doubled) || opens)
        return comment_end(text, at);
    return at;
}

static bool begins_query(struct str text, size_t at)
{
    static const char *const words[] = {"select", "with", "values", "table"};
    for (size_t i = 0; i < COUNT(words); i++) {
        size_t length = strlen(words[i]);
        if (text.length - at > length && strncasecmp(text.data + at, words[i], length) == 0 &&
            !is_letter(text.data[at + length]))
            return true;
    }
    return false;
}

bool foreign_is_query(struct str statement)
{
    bool begun = false, ended = false;
    for (size_t at = 0; at < statement.length;) {
        char c = statement.data[at];
        size_t end = opaque_end(statement, at);
        bool comment = end > at && (c == '-' || c == '/');
        bool blank = comment || isspace((unsigned char)c);
        if (!c || end > statement.length || (ended && !blank && c != ';'))
            return false;
        if (c == ';' && end == at)
            ended = true;
        else if (!blank && !begun && c != '(') {
            if (!begins_query(statement, at))
                return false;
            begun = true;
        }
        at = end > at ? end : at + 1;
    }
    return begun;
}
