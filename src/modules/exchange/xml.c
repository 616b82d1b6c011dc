#include "modules/exchange/internal.h"

static struct str escaped(char byte)
{
    switch (byte) {
    case '&':
        return STR("&amp;");
    case '<':
        return STR("&lt;");
    case '>':
        return STR("&gt;");
    case '"':
        return STR("&quot;");
    case '\t':
        return STR("&#9;");
    case '\n':
        return STR("&#10;");
    case '\r':
        return STR("&#13;");
    default:
        return STR_NONE;
    }
}

void xml_text(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.data[i];
        struct str instead = escaped(byte);
        if (instead.data)
            buf_add(out, instead);
        else if ((unsigned char)byte >= ' ' && byte != 0x7F)
            buf_char(out, byte);
    }
}

void xml_attribute(struct buf *out, const char *name, struct str text)
{
    if (!text.data)
        return;
    buf_print(out, " %s=\"", name);
    xml_text(out, text);
    buf_char(out, '"');
}
