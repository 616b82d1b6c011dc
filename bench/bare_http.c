/* The yardstick for reads: the smallest libmicrohttpd server there can be, one epoll thread
 * answering every request with the same body.
 *
 *   bare_http PORT BODY_SIZE      on the loopback, until its standard input ends */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum MHD_Result answer(void *response, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *body,
                              size_t *body_size, void **state)
{
    (void)url, (void)method, (void)version, (void)body, (void)body_size;
    /* The first call has the head only; answering then would close the connection. */
    if (!*state) {
        *state = response;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, response);
}

int main(int count, char **words)
{
    if (count != 3) {
        fprintf(stderr, "usage: bare_http PORT BODY_SIZE\n");
        return 1;
    }
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)strtoul(words[1], NULL, 10)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    size_t size = strtoul(words[2], NULL, 10);
    char *body = malloc(size + 1);
    if (!body)
        return 1;
    memset(body, 'x', size);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size, body, MHD_RESPMEM_MUST_FREE);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, response,
                         MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_END);
    if (!daemon) {
        perror("bare_http");
        return 1;
    }
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        continue;
    MHD_stop_daemon(daemon);
    MHD_destroy_response(response);
    return 0;
}
