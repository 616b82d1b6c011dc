/* Notices: messages to people about a record.
 *
 * A notice is sent in the write transaction that gives rise to it: it is there when the transaction
 * is, and not otherwise. It goes to the accounts that have the role, or the account, at that moment
 * (who comes later finds the work itself in his inbox), and not to whoever does the deed himself.
 * Its text holds no personal data: it leads to the record, where access decides what is seen. */
#ifndef CORE_NOTICE_H
#define CORE_NOTICE_H

#include "core/route.h"

/* Where a notice may go beside the pages of the program, where everybody finds it. */
enum notice_channel { CHANNEL_EMAIL = 1, CHANNEL_WEBHOOK = 2 };

struct notice_kind {
    const char *name, *zh, *en; /* "case.step_due" */
    unsigned channels;          /* by default: of enum notice_channel */
    bool urgent;                /* no cap and no quiet hours hold it back */
    bool optional;              /* its reader may want none at all, not even on the pages */
};

struct notice {
    const char *kind;   /* one that a module declares */
    int64_t account_id; /* to one account; or 0 and …                                            */
    const char *role; /* … to whoever holds the role (and, of what follows, in the first that  */
    struct str organisation_code, department_code, area_code; /* is given), or …                 */
    uint32_t roles;                       /* … one of the roles              */
    struct str subject_kind, subject_key; /* the record: "case", "17" */
    struct str text, text_en;             /* one line in each language, without personal data */
    struct str address;                   /* "/cases/17" in the web pages */
};

enum {
    NOTICE_TEXT_MAX = 300,        /* characters; what is longer is cut */
    NOTICE_RECIPIENTS_MAX = 1000, /* of a role: further ones are not told, and the log says so */
    NOTICE_UNREAD_SHOWN = 100     /* unread ones are counted up to here */
};

/* In a write transaction. */
enum error notice_send(struct ctx *ctx, const struct notice *notice) MUST_USE;
/* The kind, or NULL. */
const struct notice_kind *notice_kind_named(struct str name);

#endif
