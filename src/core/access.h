/* Who may do what: the roles, what each may see, and whom a request comes from.
 *
 * A route says once which roles it takes (route.h, `.roles`); call.c refuses all others. Records
 * that have a `visibility` are seen up to the reader's clearance. */
#ifndef CORE_ACCESS_H
#define CORE_ACCESS_H

#include "base/base.h"

/* Who may see a record; each level also sees the levels before it. */
enum visibility { VISIBILITY_PUBLIC, VISIBILITY_GOVERNMENT, VISIBILITY_BUREAU, VISIBILITY_DRAFT };

/* What "own" means for a role: records of its organisation, of its district on the record's day, of
 * its department, of the account itself; ALL = the role is not confined. */
enum scope { SCOPE_ALL, SCOPE_ORGANISATION, SCOPE_AREA, SCOPE_DEPARTMENT, SCOPE_ACCOUNT };

/* code, wire name, 中文, English, clearance, scope. The operator is whoever started the program and
 * holds its one-time token, until an administrator has signed in. */
#define ROLES(R)                                                                                   \
    R(ROLE_PUBLIC, "public", "公众", "Public", VISIBILITY_PUBLIC, SCOPE_ACCOUNT)                   \
    R(ROLE_ENTERPRISE, "enterprise", "企业", "Enterprise", VISIBILITY_PUBLIC, SCOPE_ORGANISATION)  \
    R(ROLE_INSTITUTE, "institute", "院所高校", "Institute", VISIBILITY_PUBLIC, SCOPE_ORGANISATION) \
    R(ROLE_SPECIALIST, "specialist", "服务专员", "Specialist", VISIBILITY_GOVERNMENT,              \
      SCOPE_ACCOUNT)                                                                               \
    R(ROLE_DISTRICT_OFFICER, "district_officer", "区县干部", "District officer",                   \
      VISIBILITY_GOVERNMENT, SCOPE_AREA)                                                           \
    R(ROLE_DEPARTMENT_OFFICER, "department_officer", "部门干部", "Department officer",             \
      VISIBILITY_GOVERNMENT, SCOPE_DEPARTMENT)                                                     \
    R(ROLE_ANALYST, "analyst", "分析员", "Analyst", VISIBILITY_DRAFT, SCOPE_ALL)                   \
    R(ROLE_LEADER, "leader", "领导", "Leader", VISIBILITY_BUREAU, SCOPE_ALL)                       \
    R(ROLE_BANK, "bank", "银行", "Bank", VISIBILITY_PUBLIC, SCOPE_ORGANISATION)                    \
    R(ROLE_EXPERT, "expert", "专家", "Expert", VISIBILITY_PUBLIC, SCOPE_ACCOUNT)                   \
    R(ROLE_ADMINISTRATOR, "administrator", "管理员", "Administrator", VISIBILITY_BUREAU,           \
      SCOPE_ALL)                                                                                   \
    R(ROLE_AUDITOR, "auditor", "审计员", "Auditor", VISIBILITY_DRAFT, SCOPE_ALL)                   \
    R(ROLE_OPERATOR, "operator", "启动者", "Operator", VISIBILITY_DRAFT, SCOPE_ALL)

#define ROLE_CODE(code, name, zh, en, clearance, scope) code,
enum role { ROLES(ROLE_CODE) ROLE_COUNT };
#undef ROLE_CODE

struct role_info {
    const char *name, *zh, *en;
    enum visibility clearance;
    enum scope scope;
};
extern const struct role_info role_infos[ROLE_COUNT];
extern const char *const role_names[ROLE_COUNT + 1]; /* ends with NULL */

/* Sets of roles, for routes. */
#define ROLE_SET(role) (UINT32_C(1) << (role))
enum {
    ANYONE = ROLE_SET(ROLE_COUNT) - 1,
    SIGNED_IN = ANYONE & ~(int)ROLE_SET(ROLE_PUBLIC) & ~(int)ROLE_SET(ROLE_OPERATOR),
    OPERATOR = ROLE_SET(ROLE_OPERATOR),
    ADMINISTRATORS = ROLE_SET(ROLE_ADMINISTRATOR) | OPERATOR,
    AUDITORS = ROLE_SET(ROLE_AUDITOR) | OPERATOR,
    OVERSEERS = ADMINISTRATORS | AUDITORS,
    /* Who keeps figures and documents: analysts all of them, officers those of their own scope. */
    ANALYSTS = ROLE_SET(ROLE_ANALYST) | OPERATOR,
    EDITORS = ANALYSTS | ROLE_SET(ROLE_DISTRICT_OFFICER) | ROLE_SET(ROLE_DEPARTMENT_OFFICER),
    /* Who may approve that something becomes public. */
    APPROVERS = ANALYSTS | ROLE_SET(ROLE_LEADER),
    STAFF = EDITORS | ROLE_SET(ROLE_SPECIALIST) | ROLE_SET(ROLE_LEADER) | OVERSEERS
};

/* Whom a request comes from: an account acting under one of its grants, or the program itself. Of
 * what belongs to a department, a role that is not confined has all, unless it acts for one. */
struct principal {
    int64_t account_id, grant_id, person_id;                  /* 0 = none */
    struct str name;                                          /* log-in name */
    struct str organisation_code, area_code, department_code; /* its scope; STR_NONE where none */
    struct str token_scopes; /* with spaces between; of an API token */
    enum role role;
    bool must_change_password; /* and acts as the public until then */
    bool may_delegate;         /* speaks for the organisation and lets others in */
    bool by_token;             /* an API token: confined to its scopes */
};
extern const struct principal principal_public, principal_operator;

/* Whose a record is: the columns that say so, NULL where none does. A role that is confined sees
 * and changes what is its own in its scope's column; where the record has no such column, what
 * belongs to the account itself. */
struct ownership {
    const char *organisation, *area, *department, *account;
    bool of_delegates; /* the organisation's only for whoever may delegate */
};

/* Nobody in particular; such readers all get the same replies. */
static inline bool is_anybody(const struct principal *who)
{
    return !who || (who->role == ROLE_PUBLIC && !who->account_id);
}

/* Is it within an API token's scopes? "read" is reading everything that its role may read,
 * "indicators:write" and the like writing what one module keeps; accounts are out of its reach.
 * True for whoever came without a token. */
bool token_permits(const struct principal *who, const char *module, bool write);

static inline bool role_in(enum role role, uint32_t set)
{
    return (set >> role & 1) != 0;
}

#endif
