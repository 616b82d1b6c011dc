#include "base/sniff.h"

#include "base/utf8.h"

static bool has(struct str text, struct str part)
{
    return text.length && memmem(text.data, text.length, part.data, part.length);
}

/* A package of Office is a ZIP file in which such a part is; the names of all parts stand at its
 * end. */
static struct str sniff_zip(struct str head, struct str tail)
{
    static const struct {
        struct str part;
        const char *type;
    } known[] = {{STR_INIT("xl/workbook."),
                  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
                 {STR_INIT("word/document."),
                  "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
                 {STR_INIT("ppt/presentation."),
                  "application/vnd.openxmlformats-officedocument.presentationml.presentation"}};
    for (size_t i = 0; i < COUNT(known); i++)
        if (has(tail, known[i].part) || has(head, known[i].part))
            return str_of(known[i].type);
    return STR("application/zip");
}

/* UTF-8 without control characters; where the head is cut off, its last character may be, too. */
static bool is_text(struct str head)
{
    size_t good = utf8_check(head), cut = head.length < SNIFF_HEAD ? 0 : 3;
    if (!head.length || good + cut < head.length)
        return false;
    for (size_t i = 0; i < head.length; i++)
        if ((unsigned char)head.data[i] < ' ' && !memchr("\t\n\r\f", head.data[i], 4))
            return false;
    return true;
}

struct str sniff(struct str head, struct str tail)
{
    static const struct {
        struct str begins;
        const char *type;
    } known[] = {{STR_INIT("\x89PNG\r\n\x1A\n"), "image/png"},
                 {STR_INIT("\xFF\xD8\xFF"), "image/jpeg"},
                 {STR_INIT("GIF87a"), "image/gif"},
                 {STR_INIT("GIF89a"), "image/gif"},
                 {STR_INIT("%PDF-"), "application/pdf"},
                 {STR_INIT("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "application/x-ole-storage"},
                 {STR_INIT("\x7F"
                           "ELF"),
                  "application/x-executable"},
                 {STR_INIT("MZ"), "application/x-executable"},
                 {STR_INIT("#!"), "application/x-executable"}};
    for (size_t i = 0; i < COUNT(known); i++)
        if (str_starts(head, known[i].begins))
            return str_of(known[i].type);
    if (str_starts(head, STR("RIFF")) && str_starts(str_skip(head, 8), STR("WEBP")))
        return STR("image/webp");
    if (str_starts(head, STR("PK\x03\x04")))
        return sniff_zip(head, tail);
    return is_text(head) ? STR("text/plain") : STR("application/octet-stream");
}
