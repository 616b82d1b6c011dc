/* The two-person rule: what one person asks for, another one approves.
 *
 * A handler that needs it calls approval_required() before it writes anything. Without approval it
 * returns E_PROPOSED: the core keeps the request as a proposal and answers 202. When somebody else
 * approves, the request runs again, as its proposer's, in the approval's own transaction: what has
 * changed meanwhile (If-Match, a revoked grant) still refuses it. The operator needs no second
 * person, because before the first administrator there is none. A handler that does not need
 * If-Match says before in ctx->etag which version it is asked about. */
#ifndef CORE_PROPOSAL_H
#define CORE_PROPOSAL_H

#include "core/call.h"

enum { PROPOSAL_REASON_MAX = 1000 };

/* E_OK where the request has been approved, else E_PROPOSED. */
enum error approval_required(struct ctx *ctx) MUST_USE;
/* Keeps the call's request, and makes its reply: 202 and the proposal. */
enum error proposal_keep(struct call *call) MUST_USE;

/* What asks for a record to be made more visible: PUBLIC takes a second person. */
struct publication {
    int64_t id, visibility;
};
extern const struct shape publication_shape;

extern const struct module proposals_module;

#endif
