/* Finds out whom a request comes from, before anything else is done with it. */
#ifndef CORE_AUTHENTICATE_H
#define CORE_AUTHENTICATE_H

#include "core/task.h"

enum authentication {
    AUTHENTICATED,          /* request.who is set; anybody is somebody, too */
    AUTHENTICATION_REFUSED, /* the problem is recorded in the context */
    AUTHENTICATION_NEEDS_DATABASE
};

/* `conn` = NULL: only what is known already; then it may need the database. */
enum authentication authenticate(struct task *task, struct db_conn *conn) MUST_USE;

#endif
