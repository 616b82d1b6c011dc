/* Reply forms. To build a response, libmicrohttpd allocates four times a header, which takes longer
 * than all else that we do for a small reply. So a response is kept when it has been sent, with its
 * headers and the room of its body, and filled in again for a reply of the same length and with
 * headers of the same names: only the values that differ are exchanged. */
#include <stdlib.h>

#include "http/request.h"

struct form {
    struct form *next;
    struct MHD_Response *response; /* its body is `body` */
    size_t size, header_count;
    struct {
        char name[FORM_NAME_MAX + 1], value[FORM_VALUE_MAX + 1];
    } headers[FORM_HEADERS_MAX];
    char body[];
};

static bool is_suitable(const struct http_exchange *exchange)
{
    if (exchange->reply_file >= 0 || exchange->reply.length > FORM_BODY_MAX ||
        exchange->header_count > FORM_HEADERS_MAX)
        return false;
    for (size_t i = 0; i < exchange->header_count; i++)
        if (exchange->headers[i].name.length > FORM_NAME_MAX ||
            exchange->headers[i].value.length > FORM_VALUE_MAX ||
            !exchange->headers[i].value.length)
            return false;
    return true;
}

static bool fits(const struct form *form, const struct http_exchange *exchange)
{
    if (form->size != exchange->reply.length || form->header_count != exchange->header_count)
        return false;
    for (size_t i = 0; i < form->header_count; i++)
        if (!str_is(exchange->headers[i].name, form->headers[i].name))
            return false;
    return true;
}

static struct form *take_form(struct http_server *server, const struct http_exchange *exchange)
{
    struct form **link = &server->forms[exchange->reply.length % FORM_ROWS];
    for (struct form *form; (form = *link); link = &form->next) {
        if (!fits(form, exchange))
            continue;
        *link = form->next;
        server->form_count--;
        return form;
    }
    return NULL;
}

static void form_free(struct form *form)
{
    if (form->response)
        MHD_destroy_response(form->response);
    free(form);
}

static void note(char *to, struct str text)
{
    memcpy(to, text.data, text.length);
    to[text.length] = '\0';
}

static struct form *new_form(const struct http_exchange *exchange)
{
    struct form *form = malloc(sizeof *form + exchange->reply.length);
    if (!form)
        return NULL;
    form->size = exchange->reply.length;
    form->header_count = exchange->header_count;
    for (size_t i = 0; i < form->header_count; i++) {
        note(form->headers[i].name, exchange->headers[i].name);
        note(form->headers[i].value, exchange->headers[i].value);
    }
    form->response =
        MHD_create_response_from_buffer(form->size, form->body, MHD_RESPMEM_PERSISTENT);
    if (form->response && reply_headers(form->response, exchange, false))
        return form;
    form_free(form);
    return NULL;
}

/* False leaves the form unusable: a header is missing. */
static bool exchange_values(struct form *form, const struct http_exchange *exchange)
{
    for (size_t i = 0; i < form->header_count; i++) {
        char *name = form->headers[i].name, *had = form->headers[i].value;
        struct str value = exchange->headers[i].value;
        if (str_is(value, had))
            continue;
        if (!MHD_del_response_header(form->response, name, had) ||
            !MHD_add_response_header(form->response, name, value.data))
            return false;
        note(had, value);
    }
    return true;
}

struct MHD_Response *form_fill_in(struct request *request)
{
    const struct http_exchange *exchange = &request->exchange;
    if (!is_suitable(exchange))
        return NULL;
    struct form *form = take_form(request->server, exchange);
    if (form && !exchange_values(form, exchange)) {
        form_free(form);
        form = NULL;
    }
    if (!form && !(form = new_form(exchange)))
        return NULL;
    if (form->size)
        memcpy(form->body, exchange->reply.data, form->size);
    request->form = form;
    return form->response;
}

/* The one that nobody has asked for longest, of one row after the other. */
static void throw_one_away(struct http_server *server)
{
    struct form **link;
    do
        link = &server->forms[server->form_row++ % FORM_ROWS];
    while (!*link);
    while ((*link)->next)
        link = &(*link)->next;
    form_free(*link);
    *link = NULL;
    server->form_count--;
}

void form_give_back(struct http_server *server, struct form *form)
{
    if (server->form_count == FORMS_MAX)
        throw_one_away(server);
    struct form **row = &server->forms[form->size % FORM_ROWS];
    form->next = *row;
    *row = form;
    server->form_count++;
}

void forms_free(struct http_server *server)
{
    while (server->form_count > 0)
        throw_one_away(server);
}
