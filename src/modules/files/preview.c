/* Previews: an image, or a page of a PDF file, drawn anew as PNG by a child without rights, so that
 * a browser never gets what somebody else made. */
#include <unistd.h>

#include "base/image_size.h"
#include "core/child.h"
#include "core/files.h"
#include "modules/files/internal.h"

enum {
    PREVIEW_SIDE = 1200,
    PREVIEW_SECONDS = 15,
    PREVIEW_MAX = 16 * 1024 * 1024,
    PAGE_MAX = 9999,
    HEAD_BYTES = 256 * 1024, /* in which an image says its size */
    PIXELS_MAX = 50 * 1000 * 1000
};
#define PREVIEW_MEMORY ((size_t)1 << 29)

/* `%s` is the page. */
static const struct preview_kind {
    const char *type;
    struct child child;
} kinds[] = {
#define IMAGE(name)                                                                                \
    {                                                                                              \
        "image/" name,                                                                             \
        {                                                                                          \
            .words = {"gdk-pixbuf-thumbnailer", "-s", "1200", "in", "out.png"},                    \
            .output = "out.png"                                                                    \
        }                                                                                          \
    }
    IMAGE("png"),
    IMAGE("jpeg"),
    IMAGE("gif"),
    IMAGE("webp"),
    {"application/pdf",
     {.words = {"pdftocairo", "-png", "-singlefile", "-scale-to", "1200", "-f", "%s", "-l", "%s",
                "in", "out"},
      .output = "out.png"}},
};

static const struct preview_kind *kind_of(struct str type)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (str_is(type, kinds[i].type))
            return &kinds[i];
    return NULL;
}

bool file_is_previewable(struct str type)
{
    const struct preview_kind *kind = kind_of(type);
    return kind && child_is_installed(kind->child.words[0]);
}

static enum error refuse(struct ctx *ctx, enum child_end end, const char *program)
{
    switch (end) {
    case CHILD_MISSING:
        return fail(ctx, E_NOT_FOUND, "没有预览：服务器上没有安装 %s；可以下载原文件",
                    "no preview: %s is not installed on the server; the file can be downloaded",
                    program);
    case CHILD_UNAVAILABLE:
        return fail(ctx, E_NOT_FOUND, "没有预览：服务器的内核不能隔离 %s；可以下载原文件",
                    "no preview: the server's kernel cannot confine %s; the file can be downloaded",
                    program);
    case CHILD_BUSY:
        return fail(ctx, E_BUSY, "正在生成别的预览，请稍后重试",
                    "other previews are being made: try again in a moment");
    case CHILD_TIMEOUT:
    case CHILD_TOO_LARGE:
        return fail(ctx, E_NOT_FOUND, "没有预览：文件太复杂；可以下载原文件",
                    "no preview: the file is too complex; it can be downloaded");
    case CHILD_FAILED:
    case CHILD_DONE:
        break;
    }
    return fail(ctx, E_NOT_FOUND, "没有预览：文件有损坏，或没有这一页；可以下载原文件",
                "no preview: the file is damaged, or has no such page; it can be downloaded");
}

/* An image of a few kilobytes may unpack to gigabytes: it has to say its size, and to keep it. */
static enum error check_pixels(struct ctx *ctx, int file)
{
    uint32_t width = 0, height = 0;
    char *head = arena_alloc(ctx->arena, HEAD_BYTES);
    ssize_t count = pread(file, head, HEAD_BYTES, 0);
    if (count > 0 && image_size((struct str){head, (size_t)count}, &width, &height) && width &&
        height && (uint64_t)width * height <= PIXELS_MAX)
        return E_OK;
    return fail(ctx, E_NOT_FOUND, "没有预览：图像有 %u×%u 像素，超过 %d 万；可以下载原文件",
                "no preview: the image has %u×%u pixels, more than %d0,000; it can be downloaded",
                width, height, PIXELS_MAX / 10000);
}

static enum error draw(struct ctx *ctx, const struct preview_kind *kind, int64_t page, int file)
{
    struct child child = kind->child;
    struct str number = arena_print(ctx->arena, "%lld", (long long)page), drawn;
    child.input = file;
    child.seconds = PREVIEW_SECONDS;
    child.memory = PREVIEW_MEMORY;
    child.output_max = PREVIEW_MAX;
    for (size_t i = 0; child.words[i]; i++)
        if (strcmp(child.words[i], "%s") == 0)
            child.words[i] = number.data;
    enum child_end end = child_run(ctx->arena, &child, &drawn);
    if (end != CHILD_DONE || !str_starts(drawn, STR("\x89PNG")))
        return refuse(ctx, end == CHILD_DONE ? CHILD_FAILED : end, child.words[0]);
    ctx->file = drawn;
    return E_OK;
}

struct preview_query {
    int64_t id;
    struct maybe_int page;
};
static const struct field preview_query_fields[] = {
    FIELD(struct preview_query, id, "编号", "Number", USE_OUT),
    FIELD(struct preview_query, page, "页（PDF），从 1 起", "Page of a PDF file, from 1"),
};
static const SHAPE(preview_query);

SHARED_HANDLER(file_preview, preview_query, file)
{
    int source = -1;
    int64_t page = in->page.known ? in->page.value : 1;
    if (page < 1 || page > PAGE_MAX)
        return complain(ctx, STR("page"), "应在 1 到 %d 之间", "must be from 1 to %d",
                        (int)PAGE_MAX);
    enum error error = file_find(ctx, in->id, out);
    const struct preview_kind *kind = error ? NULL : kind_of(out->type);
    if (!error && !kind)
        error = fail(ctx, E_NOT_FOUND, "这种格式没有预览；可以下载原文件",
                     "there are no previews of this format; the file can be downloaded");
    if (!error)
        error = files_open(ctx, out->sha256, &source);
    if (!error && str_starts(out->type, STR("image/")))
        error = check_pixels(ctx, source);
    if (!error)
        error = draw(ctx, kind, page, source);
    if (source >= 0)
        close(source);
    ctx->file_type = STR("image/png");
    ctx->file_name = arena_print(ctx->arena, "%.*s.png", STR_PRINT(out->name));
    ctx->file_inline = true;
    /* The file never changes, and who may see it now has seen it. */
    ctx->cache_control = STR("private, max-age=3600");
    return error;
}
