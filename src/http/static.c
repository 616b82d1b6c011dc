/* The embedded web files: which one, in which encoding, and whether the browser has it already. */
#include <stdlib.h>
#include <strings.h>

#include "http/embedded.h"
#include "http/request.h"

static int by_path(const void *path, const void *file)
{
    return strcmp(path, ((const struct embedded_file *)file)->path);
}

static const struct embedded_file *file_at(const char *path)
{
    return bsearch(path, embedded_files, embedded_file_count, sizeof embedded_files[0], by_path);
}

/* The addresses inside the web UI are its own business: all of them are the one page. */
static bool is_page(struct str path)
{
    if (str_is(path, "/healthz") || str_is(path, "/metrics") || str_is(path, "/api") ||
        str_starts(path, STR("/api/")))
        return false;
    size_t last = path.length;
    while (path.data[last - 1] != '/')
        last--;
    return !memchr(path.data + last, '.', path.length - last);
}

static struct str trim(struct str text)
{
    while (text.length && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = str_skip(text, 1);
    while (text.length && (text.data[text.length - 1] == ' ' || text.data[text.length - 1] == '\t'))
        text.length--;
    return text;
}

/* "q=0.8" in thousandths; what is not understood counts as 0. */
static int quality(struct str text)
{
    if (text.length < 3 || strncasecmp(text.data, "q=", 2) != 0)
        return 0;
    int thousandths = text.data[2] == '1' ? 1000 : 0, unit = 100;
    for (size_t i = 4; i < text.length && unit; i++, unit /= 10)
        if (text.data[2] == '0' && text.data[i] >= '0' && text.data[i] <= '9')
            thousandths += (text.data[i] - '0') * unit;
    return thousandths;
}

/* How much the client likes an encoding, from 0 to 1000. */
static int preference(struct str accepted, const char *encoding)
{
    int any = 0, named = -1;
    struct str choice;
    while (str_cut(&accepted, ',', &choice)) {
        struct str name, parameter = STR_NONE;
        str_cut(&choice, ';', &name);
        name = trim(name);
        int q = str_cut(&choice, ';', &parameter) ? quality(trim(parameter)) : 1000;
        if (name.length == strlen(encoding) && strncasecmp(name.data, encoding, name.length) == 0)
            named = q;
        else if (str_is(name, "*"))
            any = q;
    }
    return named >= 0 ? named : any;
}

/* If-None-Match: a list of entity tags, or * for any. Weak ones are compared as strong ones. */
static bool is_known(struct str tags, const char *etag)
{
    struct str tag;
    while (str_cut(&tags, ',', &tag)) {
        tag = trim(tag);
        if (str_starts(tag, STR("W/")))
            tag = str_skip(tag, 2);
        if (str_is(tag, "*") || str_is(tag, etag))
            return true;
    }
    return false;
}

/* The smallest that the client takes. Without a word from it, nothing is compressed. */
static const struct embedded_body *negotiate(const struct embedded_file *file, struct str accepted,
                                             struct str *encoding)
{
    int gzip = file->gzip.data ? preference(accepted, "gzip") : 0;
    int brotli = file->brotli.data ? preference(accepted, "br") : 0;
    *encoding = brotli && brotli >= gzip ? STR("br") : gzip ? STR("gzip") : STR_NONE;
    return brotli && brotli >= gzip ? &file->brotli : gzip ? &file->gzip : &file->identity;
}

bool http_embedded(struct http_exchange *exchange)
{
    if (!str_is(exchange->method, "GET") || strlen(exchange->path.data) != exchange->path.length)
        return false;
    const struct embedded_file *file = file_at(exchange->path.data);
    if (!file && is_page(exchange->path))
        file = file_at("/index.html");
    if (!file)
        return false;
    struct str encoding;
    const struct embedded_body *body =
        negotiate(file, http_header(exchange, "Accept-Encoding"), &encoding);
    bool known = is_known(http_header(exchange, "If-None-Match"), body->etag);
    exchange->status = known ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK;
    exchange->reply = (struct str){(const char *)body->data, body->size};
    http_reply_header(exchange, STR("Content-Type"), str_of(file->content_type));
    http_reply_header(exchange, STR("Cache-Control"),
                      file->immutable ? STR("public, max-age=31536000, immutable")
                                      : STR("no-cache"));
    http_reply_header(exchange, STR("ETag"), str_of(body->etag));
    http_reply_header(exchange, STR("Vary"), STR("Accept-Encoding"));
    if (encoding.length)
        http_reply_header(exchange, STR("Content-Encoding"), encoding);
    request_of(exchange)->page = true;
    return true;
}
