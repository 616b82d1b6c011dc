/* From the exchange to what libmicrohttpd sends. */
#include <assert.h>
#include <unistd.h>

#include "http/request.h"

/* What a page of ours may do: nothing from elsewhere, nothing inline, in nobody's frame. Scripts
 * get it as well, because a worker is ruled by the policy of its own file. */
static const char page_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "font-src 'self'; worker-src 'self'; img-src 'self' data: blob:; manifest-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
/* Data is not a page. */
static const char data_policy[] = "default-src 'none'; frame-ancestors 'none'";

static const struct {
    const char *name, *value;
} for_every_reply[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
};

void http_reply_header(struct http_exchange *exchange, struct str name, struct str value)
{
    assert(exchange->header_count < HTTP_HEADERS_MAX);
    assert(name.length && !name.data[name.length] && value.data && !value.data[value.length]);
    exchange->headers[exchange->header_count].name = name;
    exchange->headers[exchange->header_count++].value = value;
}

static struct MHD_Response *body_of(struct http_exchange *exchange)
{
    if (exchange->reply_file < 0) /* PERSISTENT: not copied, not freed, and not written to */
        return MHD_create_response_from_buffer(exchange->reply.length,
                                               (void *)(uintptr_t)exchange->reply.data,
                                               MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *response = MHD_create_response_from_fd_at_offset64(
        exchange->reply_file_size, exchange->reply_file, exchange->reply_file_from);
    if (response)
        exchange->reply_file = -1; /* it closes it */
    return response;
}

bool reply_headers(struct MHD_Response *response, const struct http_exchange *exchange, bool page)
{
    for (size_t i = 0; i < exchange->header_count; i++)
        if (exchange->headers[i].value.length &&
            !MHD_add_response_header(response, exchange->headers[i].name.data,
                                     exchange->headers[i].value.data))
            return false;
    for (size_t i = 0; i < COUNT(for_every_reply); i++)
        if (!MHD_add_response_header(response, for_every_reply[i].name, for_every_reply[i].value))
            return false;
    return MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_SECURITY_POLICY,
                                   page ? page_policy : data_policy);
}

/* A response of its own, where no form suits. */
static struct MHD_Response *new_response(struct request *request, bool last)
{
    struct MHD_Response *response = body_of(&request->exchange);
    if (response && reply_headers(response, &request->exchange, request->page) &&
        (!last || MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close")))
        return response;
    if (response)
        MHD_destroy_response(response);
    return NULL;
}

enum MHD_Result reply_queue(struct request *request)
{
    unsigned status = (unsigned)request->exchange.status;
    assert(status >= 200 && status < 600);
    bool last = atomic_load_explicit(&request->server->stopping, memory_order_relaxed);
    struct MHD_Response *response = request->page || last ? NULL : form_fill_in(request);
    if (!response && !(response = new_response(request, last)))
        return MHD_NO; /* it closes the connection: no memory, or the reply is impossible */
    enum MHD_Result queued = MHD_queue_response(request->connection, status, response);
    if (!request->form)
        MHD_destroy_response(response);
    return queued;
}
