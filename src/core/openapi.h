/* The description of the interface, derived from the tables: OpenAPI 3.1 and docs/api.md. */
#ifndef CORE_OPENAPI_H
#define CORE_OPENAPI_H

#include "core/route.h"

struct str openapi_document(struct arena *arena);
/* Routes, parameters and problems as Markdown. */
struct str api_document(struct arena *arena);

#endif
