#include "core/file_mend.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "base/utf8.h"
#include "core/child.h"

enum {
    STEP_BYTES = 64 * 1024,
    OVERLAP = 4096, /* more than the longest needle has */
    PDF_SECONDS = 20,
    PDF_TEXT_MAX = 64 << 20
};
static const size_t pdf_memory = (size_t)1 << 30;
static const uint64_t unpacked_max = (uint64_t)2 << 30;

static const struct str notice =
    STR_INIT("[依法删除] 此文件提到一个已依法删除个人信息的人，原文件已移除。\n"
             "This file mentioned a person whose data were erased as the law demands, and was "
             "removed.\n");

/* --- Needles -------------------------------------------------------------------------------- */

static struct str encoded_text(struct arena *arena, struct str text, const char *encoding)
{
    iconv_t converter = iconv_open(encoding, "UTF-8");
    size_t room = 4 * text.length + 4, left = text.length;
    char *bytes = arena_alloc(arena, room), *to = bytes, *from = (char *)(uintptr_t)text.data;
    bool good =
        converter != (iconv_t)-1 && iconv(converter, &from, &left, &to, &room) != (size_t)-1;
    if (converter != (iconv_t)-1)
        iconv_close(converter);
    return good ? (struct str){bytes, (size_t)(to - bytes)} : STR("");
}

void needles_encode(struct arena *arena, const struct needles *needles,
                    struct encoded_needles *encoded)
{
    static const char *const names[ENCODINGS] = {"UTF-8", "GB18030", "UTF-16LE", "UTF-16BE"};
    for (size_t e = 0; e < ENCODINGS; e++) {
        size_t count = 0;
        encoded->mark[e] = encoded_text(arena, redaction_mark, names[e]);
        for (size_t i = 0; i < needles->count; i++) {
            struct str text = encoded_text(arena, needles->texts[i], names[e]);
            if (text.length >= 2 && text.length <= OVERLAP)
                encoded->texts[e][count++] = text;
        }
        finder_init(&encoded->finders[e], encoded->texts[e], count);
    }
}

/* --- Bytes in memory ------------------------------------------------------------------------ */

static bool map(int file, struct str *bytes)
{
    struct stat about;
    if (fstat(file, &about) != 0)
        return false;
    *bytes = STR("");
    if (about.st_size == 0)
        return true;
    void *at = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (at == MAP_FAILED)
        return false;
    *bytes = (struct str){at, (size_t)about.st_size};
    return true;
}

static void unmap(struct str bytes)
{
    if (bytes.length)
        munmap((void *)(uintptr_t)bytes.data, bytes.length);
}

static int64_t count_in(const struct finder *finder, struct str bytes)
{
    int64_t count = 0;
    size_t which;
    for (size_t at = 0; (at = finder_next(finder, bytes, at, &which)) != SIZE_MAX; count++)
        at += finder->needles[which].length;
    return count;
}

/* As the readers of tables guess (core/sheet_text.c). */
static enum text_encoding encoding_of(struct str bytes)
{
    if (str_starts(bytes, STR("\xFF\xFE")))
        return ENCODING_UTF16LE;
    if (str_starts(bytes, STR("\xFE\xFF")))
        return ENCODING_UTF16BE;
    return utf8_check(bytes) == bytes.length ? ENCODING_UTF8 : ENCODING_GB18030;
}

static bool is_gb18030(struct str bytes)
{
    iconv_t converter = iconv_open("UTF-8", "GB18030");
    char *from = (char *)(uintptr_t)bytes.data, scratch[STEP_BYTES];
    size_t left = bytes.length;
    bool good = converter != (iconv_t)-1 && !memchr(bytes.data, 0, bytes.length);
    while (good && left) {
        char *to = scratch;
        size_t room = sizeof(scratch);
        good = iconv(converter, &from, &left, &to, &room) != (size_t)-1 || errno == E2BIG;
    }
    if (converter != (iconv_t)-1)
        iconv_close(converter);
    return good;
}

/* What sniff() does not take for text: it is in another encoding than UTF-8. */
static bool is_other_text(struct str bytes)
{
    return bytes.length && (str_starts(bytes, STR("\xFF\xFE")) ||
                            str_starts(bytes, STR("\xFE\xFF")) || is_gb18030(bytes));
}

static void find_in_text(const struct encoded_needles *encoded, struct str bytes,
                         struct file_mentions *found)
{
    found->encoding = encoding_of(bytes);
    found->count = count_in(&encoded->finders[found->encoding], bytes);
    found->kind = found->count ? MENTION_TEXT : MENTION_NONE;
}

static void find_in_bytes(const struct encoded_needles *encoded, struct str bytes,
                          struct file_mentions *found)
{
    for (size_t e = 0; e < ENCODINGS; e++) {
        int64_t count = count_in(&encoded->finders[e], bytes);
        found->count = count > found->count ? count : found->count;
    }
    found->kind = found->count ? MENTION_WHOLE : MENTION_UNREAD;
}

/* --- ZIP ------------------------------------------------------------------------------------ */

/* A part that comes in steps: what a needle may reach over stays in front of the next step. */
struct window {
    const struct finder *finder;
    char bytes[OVERLAP + STEP_BYTES];
    size_t length;
};

static bool window_finds(struct window *window, const char *bytes, size_t length)
{
    size_t which, keep = window->length < OVERLAP ? window->length : OVERLAP;
    memmove(window->bytes, window->bytes + window->length - keep, keep);
    memcpy(window->bytes + keep, bytes, length);
    window->length = keep + length;
    return finder_next(window->finder, (struct str){window->bytes, window->length}, 0, &which) !=
           SIZE_MAX;
}

/* The text between the elements, in place. */
static size_t without_markup(char *bytes, size_t length, bool *inside)
{
    size_t kept = 0;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '<')
            *inside = true;
        if (!*inside)
            bytes[kept++] = bytes[i];
        if (bytes[i] == '>')
            *inside = false;
    }
    return kept;
}

struct unpacking {
    struct window raw, plain;
    uint64_t unpacked;
};

static enum mention_kind find_in_part(struct unpacking *unpacking, zip_file_t *part)
{
    char bytes[STEP_BYTES];
    bool inside = false;
    zip_int64_t got;
    unpacking->raw.length = unpacking->plain.length = 0;
    while ((got = zip_fread(part, bytes, sizeof(bytes))) > 0) {
        unpacking->unpacked += (uint64_t)got;
        if (unpacking->unpacked > unpacked_max)
            return MENTION_UNREAD;
        if (window_finds(&unpacking->raw, bytes, (size_t)got))
            return MENTION_WHOLE;
        size_t kept = without_markup(bytes, (size_t)got, &inside);
        if (window_finds(&unpacking->plain, bytes, kept))
            return MENTION_WHOLE;
    }
    return got < 0 ? MENTION_UNREAD : MENTION_NONE;
}

static enum mention_kind find_in_parts(struct unpacking *unpacking, zip_t *zip)
{
    enum mention_kind kind = MENTION_NONE;
    zip_int64_t count = zip_get_num_entries(zip, 0);
    for (zip_int64_t i = 0; i < count && kind != MENTION_WHOLE; i++) {
        zip_file_t *part = zip_fopen_index(zip, (zip_uint64_t)i, 0);
        enum mention_kind of_part = part ? find_in_part(unpacking, part) : MENTION_UNREAD;
        if (part)
            zip_fclose(part);
        if (of_part != MENTION_NONE)
            kind = of_part;
    }
    return kind;
}

static void find_in_zip(struct ctx *ctx, const struct encoded_needles *encoded, int file,
                        struct file_mentions *found)
{
    struct unpacking *unpacking = ARENA_NEW(ctx->arena, struct unpacking);
    unpacking->raw.finder = unpacking->plain.finder = &encoded->finders[ENCODING_UTF8];
    int code, copy = dup(file);
    zip_t *zip = copy >= 0 && lseek(copy, 0, SEEK_SET) == 0 ? zip_fdopen(copy, 0, &code) : NULL;
    if (!zip && copy >= 0)
        close(copy);
    found->kind = zip ? find_in_parts(unpacking, zip) : MENTION_UNREAD;
    found->count = found->kind == MENTION_WHOLE;
    if (zip)
        zip_discard(zip);
}

/* --- PDF ------------------------------------------------------------------------------------ */

static struct str without_line_ends(struct arena *arena, struct str text)
{
    char *bytes = arena_alloc(arena, text.length + 1);
    size_t kept = 0;
    for (size_t i = 0; i < text.length; i++)
        if (!strchr("\n\r\f", text.data[i]))
            bytes[kept++] = text.data[i];
    return (struct str){bytes, kept};
}

static void find_in_pdf(struct ctx *ctx, const struct encoded_needles *encoded, int file,
                        struct file_mentions *found)
{
    const struct child child = {.words = {"pdftotext", "-enc", "UTF-8", "-raw", "in", "-"},
                                .input = file,
                                .seconds = PDF_SECONDS,
                                .memory = pdf_memory,
                                .output_max = PDF_TEXT_MAX};
    const struct finder *finder = &encoded->finders[ENCODING_UTF8];
    struct str text;
    if (child_run(ctx->arena, &child, &text) != CHILD_DONE) {
        found->kind = MENTION_UNREAD;
        return;
    }
    found->count = count_in(finder, text);
    if (!found->count)
        found->count = count_in(finder, without_line_ends(ctx->arena, text));
    /* A page may be a picture. */
    found->kind = found->count ? MENTION_WHOLE : text.length < 16 ? MENTION_UNREAD : MENTION_NONE;
}

/* --- One file ------------------------------------------------------------------------------- */

static bool is_text(struct str type)
{
    return str_starts(type, STR("text/")) || str_is(type, "application/json") ||
           str_is(type, "application/xml");
}

static bool is_zip(struct str type)
{
    return str_is(type, "application/zip") ||
           str_starts(type, STR("application/vnd.openxmlformats-")) ||
           str_starts(type, STR("application/vnd.oasis."));
}

enum error file_mentions_find(struct ctx *ctx, const struct encoded_needles *encoded, int file,
                              struct str type, struct file_mentions *found)
{
    struct str bytes;
    *found = (struct file_mentions){MENTION_NONE, 0, ENCODING_UTF8};
    if (is_zip(type))
        find_in_zip(ctx, encoded, file, found);
    else if (str_is(type, "application/pdf"))
        find_in_pdf(ctx, encoded, file, found);
    if (found->kind == MENTION_WHOLE || (found->kind == MENTION_NONE && is_zip(type)))
        return E_OK;
    if (!map(file, &bytes))
        return file_failed(ctx);
    enum mention_kind before = found->kind;
    if (is_text(type) || (str_is(type, "application/octet-stream") && is_other_text(bytes)))
        find_in_text(encoded, bytes, found);
    else
        find_in_bytes(encoded, bytes, found);
    if (str_is(type, "application/pdf") && found->kind == MENTION_UNREAD)
        found->kind = before; /* its text was read, or not */
    unmap(bytes);
    return E_OK;
}

static bool write_without(const struct encoded_needles *encoded, enum text_encoding encoding,
                          struct str bytes, int out)
{
    const struct finder *finder = &encoded->finders[encoding];
    size_t from = 0, at, which;
    bool good = true;
    while (good && (at = finder_next(finder, bytes, from, &which)) != SIZE_MAX) {
        good = file_write(out, (struct str){bytes.data + from, at - from}) &&
               file_write(out, encoded->mark[encoding]);
        from = at + finder->needles[which].length;
    }
    return good && file_write(out, str_skip(bytes, from));
}

static enum error mend_text(struct ctx *ctx, const struct encoded_needles *encoded, int file,
                            enum text_encoding encoding, struct upload *mended)
{
    struct str bytes;
    *mended = (struct upload){.file = file_store_temporary(ctx->files)};
    if (mended->file < 0 || !map(file, &bytes))
        return file_failed(ctx);
    bool good = write_without(encoded, encoding, bytes, mended->file);
    unmap(bytes);
    return good ? file_store_put(ctx, mended) : file_failed(ctx);
}

enum error file_mentions_mend(struct ctx *ctx, const struct encoded_needles *encoded, int file,
                              const struct file_mentions *found, struct upload *mended)
{
    return found->kind == MENTION_TEXT ? mend_text(ctx, encoded, file, found->encoding, mended)
                                       : file_store_bytes(ctx, notice, mended);
}
