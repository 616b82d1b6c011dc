#include "core/access.h"

#define ROLE_INFO(code, name, zh, en, clearance, scope) [code] = {name, zh, en, clearance, scope},
const struct role_info role_infos[ROLE_COUNT] = {ROLES(ROLE_INFO)};
#undef ROLE_INFO

#define ROLE_NAME(code, name, zh, en, clearance, scope) [code] = (name),
const char *const role_names[ROLE_COUNT + 1] = {ROLES(ROLE_NAME)};
#undef ROLE_NAME

const struct principal principal_public = {.role = ROLE_PUBLIC, .name = STR_INIT("public")};
const struct principal principal_operator = {.role = ROLE_OPERATOR, .name = STR_INIT("operator")};
