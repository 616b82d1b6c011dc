/* Requests that the program makes to other hosts, and which it may make: none but to those that the
 * administrator lists when he starts it, whatever stands in the database.
 *
 * The list has words: HOST or HOST:PORT. A name may lead to public addresses only, wherever its
 * name server says it lies (a page of ours must not become a way into the network it stands in);
 * with a + in front (+oa.city.example) it may lie in one's own network. An address that is listed
 * as such may be any. What the name led to is looked at when the connection is made, so a name that
 * changes in between leads nowhere else. Only https, verified; http to this machine by its address.
 * No redirect is followed, no proxy used, and of the answer nothing but its status is kept. */
#ifndef CORE_OUTBOUND_H
#define CORE_OUTBOUND_H

#include "base/arena.h"

struct sockaddr;

/* What every use of libcurl begins with; once, from any thread. */
void outbound_ready(void);
/* Does a URL of any scheme name this machine (127.0.0.1, ::1, localhost), where nobody listens in?
 */
bool url_is_here(struct str url);

enum outbound_verdict { OUTBOUND_GOOD, OUTBOUND_URL, OUTBOUND_UNLISTED };
/* Is it a URL to which the list lets us go? */
enum outbound_verdict outbound_judge(struct str url, struct str hosts);
/* Is it an address that only one's own network or machine has? */
bool address_is_private(const struct sockaddr *address);

struct outbound {
    struct str url, hosts, body, content_type;
    const struct str *headers; /* "Name: value" */
    size_t header_count;
    int seconds; /* for everything */
};
/* POST. False with the reason where there was no answer; otherwise `*status` is the answer's. */
bool outbound_post(struct arena *arena, const struct outbound *outbound, long *status, char *reason,
                   size_t reason_size) MUST_USE;

#endif
