/* The whole program in a test, without HTTP: a database of the test's own with the invented city's
 * pack in it.
 *
 *   struct app *app = app_of(state);
 *   struct reply reply = ask(state, "GET", "/api/areas", "limit=2", NULL);
 */
#ifndef UNIT_APP_H
#define UNIT_APP_H

#include "core/app.h"
#include "unit/database.h"

/* Opens it when it is not open; fails the test where it cannot be. */
struct app *app_of(void **state);
void app_end(void **state);
/* A request of the operator; a JSON body or NULL. The reply lives until the test's end. */
struct reply ask(void **state, const char *method, const char *path, const char *query,
                 const char *body);
/* The same with what the test fills in. */
struct reply ask_request(void **state, struct request request);
struct request request_of(const char *method, const char *path, const char *query,
                          const char *body);
/* A whole number that follows `"key":` in the reply. */
int64_t number_in(struct reply reply, const char *key);
bool says(struct reply reply, const char *text);

#endif
