/* E-mail: one message to one address by SMTP, with libcurl. To a server elsewhere only over TLS,
 * whose certificate is verified (smtps://, or STARTTLS with smtp://); in the clear to this machine
 * only. */
#ifndef CORE_MAIL_H
#define CORE_MAIL_H

#include "base/arena.h"

struct mail_server {
    const char *url;           /* smtp://host:587, smtps://host:465 */
    const char *from;          /* its address; also the user, where there is a password file */
    const char *password_file; /* NULL or empty: no log-in */
    int seconds;               /* for everything */
};
struct mail {
    struct str to, subject, text; /* UTF-8 */
    struct str id;                /* of Message-ID, without the angles: the same at each try */
    int64_t at;                   /* seconds since 1970, for Date */
    struct str unsubscribe; /* https address that a POST unsubscribes at (RFC 8058), or none */
};

/* Is it smtp:// or smtps:// with a host? */
bool mail_url_is_good(struct str url);
/* Is it an address that can stand in a header and in an envelope: x@y, nothing but printable ASCII?
 */
bool mail_address_is_good(struct str address);
/* The message as it goes out: RFC 5322, text in base64. In the arena. */
struct str mail_print(struct arena *arena, const struct mail_server *server,
                      const struct mail *mail);
/* False with the reason, which names no address; `*for_good` = the server will never take it. */
bool mail_send(struct arena *arena, const struct mail_server *server, const struct mail *mail,
               bool *for_good, char *reason, size_t reason_size) MUST_USE;

#endif
