/* What a file may be called. */
#include "base/utf8.h"
#include "modules/files/internal.h"

/* --- Cleaning ------------------------------------------------------------------------------- */

/* The byte length of the character at the start, when it is one that turns or hides text: marks of
 * direction (U+200E, 200F, 202A–202E, 2066–2069, 061C), of no width (U+200B–200D, 2060, FEFF), line
 * separators (U+2028, 2029) and C1 controls (U+0080–009F); else 0. */
static size_t hidden_mark(struct str text)
{
    static const struct str marks[] = {
        STR_INIT("\u200B"), STR_INIT("\u200C"), STR_INIT("\u200D"), STR_INIT("\u200E"),
        STR_INIT("\u200F"), STR_INIT("\u2028"), STR_INIT("\u2029"), STR_INIT("\u202A"),
        STR_INIT("\u202B"), STR_INIT("\u202C"), STR_INIT("\u202D"), STR_INIT("\u202E"),
        STR_INIT("\u2060"), STR_INIT("\u2066"), STR_INIT("\u2067"), STR_INIT("\u2068"),
        STR_INIT("\u2069"), STR_INIT("\u061C"), STR_INIT("\uFEFF")};
    for (size_t i = 0; i < COUNT(marks); i++)
        if (str_starts(text, marks[i]))
            return marks[i].length;
    return text.length >= 2 && text.data[0] == '\xC2' && (unsigned char)text.data[1] < 0xA0 ? 2 : 0;
}

/* What stands behind the last slash, of either kind. */
static struct str without_folders(struct str name)
{
    for (size_t i = name.length; i-- > 0;)
        if (name.data[i] == '/' || name.data[i] == '\\')
            return str_skip(name, i + 1);
    return name;
}

static struct str trimmed(struct str name)
{
    while (name.length && strchr(" .", name.data[0]))
        name = str_skip(name, 1);
    while (name.length && strchr(" .", name.data[name.length - 1]))
        name.length--;
    return name;
}

/* The last dot and what follows, if that is short enough to be an extension; else empty. */
static struct str extension_of(struct str name)
{
    for (size_t i = name.length; i-- > 0 && name.length - i <= 12;)
        if (name.data[i] == '.')
            return str_skip(name, i);
    return STR("");
}

/* Too long a name loses its middle, not its extension, and no character is cut in two. */
static struct str shortened(struct arena *arena, struct str name)
{
    if (name.length <= FILE_NAME_MAX)
        return name;
    struct str end = extension_of(name);
    struct str head = str_first(name, FILE_NAME_MAX - end.length);
    head.length = utf8_check(head);
    return arena_print(arena, "%.*s%.*s", STR_PRINT(head), STR_PRINT(end));
}

struct str file_name_clean(struct arena *arena, struct str name)
{
    struct buf out = {.arena = arena};
    name = without_folders(name);
    for (size_t mark; name.length; name = str_skip(name, mark ? mark : 1)) {
        char byte = *name.data;
        bool control = (unsigned char)byte < ' ' || byte == 0x7F;
        mark = hidden_mark(name);
        if (!mark && !control && strchr("<>:\"|?*", byte))
            byte = '_';
        if (!mark && !control)
            buf_char(&out, byte);
    }
    struct str clean = shortened(arena, trimmed(buf_str(&out)));
    return clean.length ? arena_str(arena, clean) : STR("file");
}

/* --- Extensions ----------------------------------------------------------------------------- */

#define OFFICE "application/vnd.openxmlformats-officedocument."

/* What a name promises. An extension may stand for several types; of others nothing is known. */
static const struct {
    const char *extension, *type;
} promises[] = {
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".pdf", "application/pdf"},
    {".zip", "application/zip"},
    {".xlsx", OFFICE "spreadsheetml.sheet"},
    {".docx", OFFICE "wordprocessingml.document"},
    {".pptx", OFFICE "presentationml.presentation"},
    {".doc", "application/x-ole-storage"},
    {".xls", "application/x-ole-storage"},
    {".ppt", "application/x-ole-storage"},
    {".txt", "text/plain"},
    {".csv", "text/plain"},
    {".md", "text/plain"},
    {".json", "text/plain"},
    {".xml", "text/plain"},
    /* Text in another encoding than UTF-8 is not known as text. */
    {".txt", "application/octet-stream"},
    {".csv", "application/octet-stream"},
    {".xml", "application/octet-stream"},
};

/* What a double click would run, whatever is in it. */
static const char *const runs[] = {".exe", ".com", ".scr", ".bat", ".cmd",    ".pif",
                                   ".msi", ".dll", ".js",  ".jse", ".vbs",    ".vbe",
                                   ".wsf", ".hta", ".ps1", ".jar", ".lnk",    ".reg",
                                   ".cpl", ".sh",  ".app", ".apk", ".desktop"};

static bool same_letters(struct str a, const char *b)
{
    return a.length == strlen(b) && strncasecmp(a.data, b, a.length) == 0;
}

static bool can_be_run(struct str extension, struct str type)
{
    for (size_t i = 0; i < COUNT(runs); i++)
        if (same_letters(extension, runs[i]))
            return true;
    return str_is(type, "application/x-executable");
}

enum error file_name_check(struct ctx *ctx, struct str name, struct str type)
{
    struct str extension = extension_of(name);
    bool promised = false, kept = false;
    if (can_be_run(extension, type))
        return fail(ctx, E_MEDIA_TYPE, "不收可以运行的文件：%.*s",
                    "files that can be run are not taken: %.*s", STR_PRINT(name));
    for (size_t i = 0; i < COUNT(promises); i++)
        if (same_letters(extension, promises[i].extension)) {
            promised = true;
            kept |= str_is(type, promises[i].type);
        }
    return !promised || kept
               ? E_OK
               : complain(ctx, STR("name"), "扩展名是 %.*s，内容却是 %.*s；请核对文件，或改扩展名",
                          "the extension is %.*s, but the content is %.*s: check the file, or "
                          "rename it",
                          STR_PRINT(extension), STR_PRINT(type));
}
