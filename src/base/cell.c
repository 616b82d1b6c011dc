#include "base/cell.h"

#include "base/csv.h"
#include "base/number.h"

/* Behind the apostrophes, if any. */
static bool begins_formula(struct str text)
{
    static const struct str wide[] = {STR_INIT("＝"), STR_INIT("＋"), STR_INIT("－"),
                                      STR_INIT("＠")};
    if (!text.length)
        return false;
    if (memchr("=+-@\t\r\n", *text.data, 7))
        return true;
    if (*text.data != *wide[0].data)
        return false;
    for (size_t i = 0; i < COUNT(wide); i++)
        if (str_starts(text, wide[i]))
            return true;
    return false;
}

static struct str behind_apostrophes(struct str text)
{
    while (text.length && *text.data == '\'')
        text = str_skip(text, 1);
    return text;
}

bool cell_is_risky(struct str text)
{
    double number;
    if (!text.length || *text.data > '@') /* most texts begin with a letter or a digit */
        return false;
    return begins_formula(behind_apostrophes(text)) && !real_parse(text, &number);
}

struct str cell_disarmed(struct str text)
{
    bool ours = text.length && *text.data == '\'' && begins_formula(behind_apostrophes(text));
    return ours ? str_skip(text, 1) : text;
}

void cell_write(struct buf *out, struct str text)
{
    size_t at = out->length;
    csv_cell(out, text);
    if (!cell_is_risky(text))
        return;
    at += out->data[at] == '"'; /* the text itself begins with something else */
    buf_char(out, '\'');
    memmove(out->data + at + 1, out->data + at, out->length - at - 1);
    out->data[at] = '\'';
}
