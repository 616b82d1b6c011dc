/* The whole program, in start-up order: a module comes after those it uses. Adding a module adds
 * one line and one include. */
#include "core/proposal.h"
#include "core/system.h"
#include "modules/accounts/accounts.h"
#include "modules/areas/areas.h"
#include "modules/atlas/atlas.h"
#include "modules/audit/audit.h"
#include "modules/cases/cases.h"
#include "modules/city/city.h"
#include "modules/clocks/clocks.h"
#include "modules/collection/collection.h"
#include "modules/documents/documents.h"
#include "modules/exchange/exchange.h"
#include "modules/files/files.h"
#include "modules/findings/findings.h"
#include "modules/imports/imports.h"
#include "modules/inbox/inbox.h"
#include "modules/indicators/indicators.h"
#include "modules/jobs/jobs.h"
#include "modules/lifecycles/lifecycles.h"
#include "modules/notes/notes.h"
#include "modules/notices/notices.h"
#include "modules/organisations/organisations.h"
#include "modules/overview/overview.h"
#include "modules/people/people.h"
#include "modules/search/search.h"

const struct module *const modules[] = {
    &system_module,    &audit_module,      &proposals_module,     &people_module,
    &city_module,      &areas_module,      &organisations_module, &accounts_module,
    &documents_module, &atlas_module,      &indicators_module,    &collection_module,
    &feeds_module,     &overview_module,   &imports_module,       &exchange_module,
    &files_module,     &search_module,     &notices_module,       &jobs_module,
    &notes_module,     &clocks_module,     &inbox_module,         &cases_module,
    &findings_module,  &lifecycles_module,
};
const size_t module_count = COUNT(modules);
