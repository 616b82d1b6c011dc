#include "core/access.h"

#define ROLE_INFO(code, name, zh, en, clearance, scope) [code] = {name, zh, en, clearance, scope},
const struct role_info role_infos[ROLE_COUNT] = {ROLES(ROLE_INFO)};
#undef ROLE_INFO

#define ROLE_NAME(code, name, zh, en, clearance, scope) [code] = (name),
const char *const role_names[ROLE_COUNT + 1] = {ROLES(ROLE_NAME)};
#undef ROLE_NAME

const struct principal principal_public = {.role = ROLE_PUBLIC, .name = STR_INIT("public")};
const struct principal principal_operator = {.role = ROLE_OPERATOR, .name = STR_INIT("operator")};

bool token_permits(const struct principal *who, const char *module, bool write)
{
    struct str rest = who->token_scopes, scope;
    if (!who->by_token)
        return true;
    while (strcmp(module, "accounts") != 0 && str_cut(&rest, ' ', &scope))
        if (write ? str_starts(scope, str_of(module)) &&
                        str_is(str_skip(scope, strlen(module)), ":write")
                  : str_is(scope, "read"))
            return true;
    return false;
}
