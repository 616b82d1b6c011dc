/* Every resource that has a list takes imports, or stands here with the reason why not. */
#include <stdio.h>

#include "core/target.h"
#include "unit/unit.h"

static const struct {
    const char *path, *why;
} without[] = {
    /* Written by the program itself: what was done, when, by whom. A table that could write it
     * would make it worth nothing. */
    {"/api/audit_heads", "signed by the program"},
    {"/api/deliveries", "follow from data sets and what arrives for them"},
    {"/api/reminders", "sent by the program"},
    {"/api/feed_events", "what came by feeds"},
    {"/api/imports", "imports themselves"},
    {"/api/imports/{import_id}/problems", "found by imports"},
    {"/api/notices", "said by the program"},
    {"/api/outbox", "what the program sends"},
    {"/api/jobs", "work of the program"},
    {"/api/case_steps", "what was done in a case, when it was done"},
    {"/api/findings", "what a check found in the figures"},
    /* One person's act, at that moment, in that person's name. */
    {"/api/proposals", "a request that waits for a second person"},
    {"/api/consents", "given by the person"},
    {"/api/invitations", "a secret that is shown once"},
    {"/api/tokens", "a secret that is shown once"},
    /* Imported as part of something else. */
    {"/api/grants", "users are imported with their roles"},
    /* Each is set up with a secret or an address that has to be tried. */
    {"/api/feeds", "has a token or a password"},
    {"/api/webhooks", "has a secret"},
    /* Comes as a file of its own, not as a line of one. */
    {"/api/documents", "a text: POST /api/documents, or kechuang documents add"},
    {NULL, NULL},
};

static const char *reason_of(const char *path)
{
    for (size_t i = 0; without[i].path; i++)
        if (strcmp(without[i].path, path) == 0)
            return without[i].why;
    return NULL;
}

static bool takes_imports(const struct list *list)
{
    return target_of_kind(str_of(list->row->name)) != NULL;
}

static void every_list_is_imported_or_says_why_not(void **state)
{
    (void)state;
    size_t failed = 0;
    for (size_t m = 0; m < module_count; m++)
        for (size_t i = 0; i < modules[m]->route_count; i++) {
            const struct route *route = &modules[m]->routes[i];
            if (!route->list || route->format)
                continue;
            bool takes = takes_imports(route->list), named = reason_of(route->path) != NULL;
            if (takes == named) {
                fprintf(stderr, "%s (%s): %s\n", route->path, route->list->row->name,
                        takes ? "takes imports, and says why it does not"
                              : "takes no imports, and does not say why");
                failed++;
            }
        }
    assert_int_equal(failed, 0);
}

UNIT_GROUP(import_targets, cmocka_unit_test(every_list_is_imported_or_says_why_not))
