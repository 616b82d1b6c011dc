#include "modules/organisations/organisations.h"

#include "base/credit_code.h"
#include "core/ownership.h"
#include "core/search.h"
#include "organisations.sql.h"

static const char *const kinds[] = {"enterprise", "institute", "bank", "government", "other", NULL};
static const char *const states[] = {"active", "closed", NULL};

static const struct field organisation_fields[] = {
    FIELD(struct organisation, code, "统一社会信用代码", "Unified social credit code", USE_ALL,
          .required = true, .length_max = 40, .search = SEARCH_CODE),
    FIELD(struct organisation, name, "名称", "Name", USE_BOTH | USE_FILTER | USE_SORT,
          .required = true, .length_max = 200, .search = SEARCH_TITLE),
    FIELD(struct organisation, name_en, "英文名", "English name", .length_max = 200,
          .search = SEARCH_TITLE),
    FIELD(struct organisation, kind, "类型", "Kind", USE_BOTH | USE_FILTER, .required = true,
          .choices = kinds),
    FIELD(struct organisation, area_code, "所在区县", "District", USE_BOTH | USE_FILTER,
          .refers = "area"),
    FIELD(struct organisation, area_name, "区县名", "Name of the district", USE_OUT),
    FIELD(struct organisation, area_name_en, "区县英文名", "District in English", USE_OUT),
    FIELD(struct organisation, state, "状态", "State", USE_BOTH | USE_FILTER, .choices = states),
    FIELD(struct organisation, note, "说明", "Note", .length_max = 1000, .search = SEARCH_TEXT),
    FIELD(struct organisation, sample, "样例", "Is it a sample?", USE_OUT),
    FIELD(struct organisation, changed_seq, "最近改动的序号", "Sequence of the last change",
          USE_OUT),
};
SHAPE(organisation);

/* Whoever acts for an organisation has it by its code; a district those that sit in it. */
static const struct ownership organisation_owned = {.organisation = "code", .area = "area_code"};

static const struct list organisation_list = {.base = &sql_organisation_list,
                                              .row = &organisation_shape,
                                              .key = "code",
                                              .sort = "code",
                                              .owned = &organisation_owned};

enum error organisation_find(struct ctx *ctx, struct str code, struct organisation *out)
{
    return db_one(ctx, &sql_organisation_show, ARGS(arg_text("code", code)),
                  ROW(organisation, out));
}

/* --- Codes ---------------------------------------------------------------------------------- */

static const char *fault_text(const struct ctx *ctx, enum credit_code_fault fault)
{
    switch (fault) {
    case CREDIT_CODE_GOOD:
        break;
    case CREDIT_CODE_LENGTH_WRONG:
        return in_language(ctx, "应为 18 位", "it must have 18 characters");
    case CREDIT_CODE_CHARACTER:
        return in_language(ctx, "只能是数字和大写字母，不含 I、O、S、V、Z",
                           "only digits and capital letters other than I, O, S, V and Z");
    case CREDIT_CODE_CHECK:
        return in_language(ctx, "第 18 位校验码不符，可能抄错了一位",
                           "the 18th character does not fit the others: one may be mistaken");
    case CREDIT_CODE_ORGANISATION_CHECK:
        return in_language(ctx, "第 17 位校验码不符，可能抄错了一位",
                           "the 17th character does not fit those before it: one may be mistaken");
    }
    return NULL;
}

struct code_check {
    struct str code;
    bool valid;
    struct str reason, suggestion;
};
static const struct field code_check_fields[] = {
    FIELD(struct code_check, code, "代码", "Code", USE_OUT),
    FIELD(struct code_check, valid, "是否有效", "Is it valid?", USE_OUT),
    FIELD(struct code_check, reason, "为何无效", "Why it is not", USE_OUT),
    FIELD(struct code_check, suggestion, "可能想写的代码", "The code that was probably meant",
          USE_OUT),
};
static const SHAPE(code_check);

HANDLER(code_show, code_check, code_check)
{
    char suggestion[CREDIT_CODE_LENGTH + 1];
    enum credit_code_fault fault = credit_code_check(in->code);
    const char *why = fault_text(ctx, fault);
    out->code = in->code;
    out->valid = fault == CREDIT_CODE_GOOD;
    out->reason = why ? str_of(why) : STR_NONE;
    if (!out->valid && credit_code_suggest(in->code, suggestion))
        out->suggestion = arena_str(ctx->arena, str_of(suggestion));
    return E_OK;
}

enum error organisation_code_check(struct ctx *ctx, const char *field, struct str code)
{
    char suggestion[CREDIT_CODE_LENGTH + 1];
    enum credit_code_fault fault = credit_code_check(code);
    const char *why = fault_text(ctx, fault);
    if (!why)
        return E_OK;
    if (!credit_code_suggest(code, suggestion))
        return complain(ctx, str_of(field), "不是有效的统一社会信用代码：%s",
                        "is no valid unified social credit code: %s", why);
    return complain(ctx, str_of(field), "不是有效的统一社会信用代码：%s。是不是 %s？",
                    "is no valid unified social credit code: %s. Did you mean %s?", why,
                    suggestion);
}

/* --- Routes --------------------------------------------------------------------------------- */

struct organisation_key {
    struct str code;
};
static const struct field organisation_key_fields[] = {
    FIELD(struct organisation_key, code, "统一社会信用代码", "Unified social credit code", USE_OUT),
};
static const SHAPE(organisation_key);

static enum error find_own(struct ctx *ctx, struct str code, struct organisation *out)
{
    bool own = false;
    enum error error = organisation_find(ctx, code, out);
    if (!error)
        error = ownership_holds(ctx, &organisation_owned, ROW(organisation, out), &own);
    return error ? error : own ? E_OK : E_NOT_FOUND;
}

HANDLER(organisation_show, organisation_key, organisation)
{
    enum error error = find_own(ctx, in->code, out);
    ctx->etag = error ? 0 : out->changed_seq;
    return error;
}

static enum error finish(struct ctx *ctx, struct str code, struct organisation *out)
{
    enum error error = organisation_find(ctx, code, out);
    ctx->etag = error ? 0 : out->changed_seq;
    ctx->location = arena_print(ctx->arena, "/api/organisations/%.*s", STR_PRINT(code));
    return error;
}

static enum error check_new(struct ctx *ctx, void *record)
{
    struct organisation *made = record;
    if (!made->state.data)
        made->state = STR("active");
    return organisation_code_check(ctx, "code", made->code);
}

HANDLER(organisation_create, organisation, organisation)
{
    struct organisation made = *in;
    enum error error = check_new(ctx, &made);
    if (!error)
        error = db_do(ctx, &sql_organisation_insert, FROM(organisation, &made));
    return error ? error : finish(ctx, made.code, out);
}

struct organisation_change {
    struct str code, name, name_en, kind, area_code, state, note;
};
static const struct field organisation_change_fields[] = {
    FIELD(struct organisation_change, code, "统一社会信用代码", "Unified social credit code",
          USE_OUT),
    FIELD(struct organisation_change, name, "名称", "Name", .required = true, .length_max = 200),
    FIELD(struct organisation_change, name_en, "英文名", "English name", .length_max = 200),
    FIELD(struct organisation_change, kind, "类型", "Kind", .required = true, .choices = kinds),
    FIELD(struct organisation_change, area_code, "所在区县", "District", .refers = "area"),
    FIELD(struct organisation_change, state, "状态", "State", .required = true, .choices = states),
    FIELD(struct organisation_change, note, "说明", "Note", .length_max = 1000),
};
static const SHAPE(organisation_change);

HANDLER(organisation_edit, organisation_change, organisation)
{
    struct organisation was;
    enum error error = find_own(ctx, in->code, &was);
    if (!error)
        error = check_match(ctx, was.changed_seq);
    if (error)
        return error;
    struct organisation_change change = {was.code,      was.name,  was.name_en, was.kind,
                                         was.area_code, was.state, was.note};
    fields_merge(ROW(organisation_change, &change), in, ctx->given);
    error = ownership_require(ctx, &organisation_owned, ROW(organisation_change, &change));
    if (!error)
        error = db_do(ctx, &sql_organisation_update, FROM(organisation_change, &change));
    return error ? error : finish(ctx, was.code, out);
}

enum { REGISTRARS = ADMINISTRATORS | ROLE_SET(ROLE_DISTRICT_OFFICER) };

static const struct route routes[] = {
    GET_LIST("/api/organisations", organisation_list, "单位", "Organisations",
             .roles = SIGNED_IN | OPERATOR),
    GET_POINT("/api/organisations/{code}", organisation_show, "一个单位", "An organisation",
              .roles = SIGNED_IN | OPERATOR),
    POST("/api/organisations", organisation_create, "登记单位", "Register an organisation",
         .roles = REGISTRARS, .owned = &organisation_owned),
    PATCH("/api/organisations/{code}", organisation_edit, "改单位信息", "Change an organisation",
          .roles = REGISTRARS),
    GET_POINT("/api/organisation_codes/{code}", code_show, "检查统一社会信用代码",
              "Check a unified social credit code"),
};

static const struct import_target organisations = {
    "organisations",     "单位",
    "Organisations",     &organisation_shape,
    "organisation",      "sample",
    .key = {"code"},     .check = check_new,
    .roles = REGISTRARS, .owned = &organisation_owned};
static const struct import_target *const imports[] = {&organisations, NULL};

static const struct searchable searchables[] = {
    {&organisation_shape, "单位", "Organisation", "code", "/admin/organisations/{key}",
     .all = &sql_organisation_list, .owned = &organisation_owned, .roles = SIGNED_IN | OPERATOR},
};

const struct module organisations_module = {
    .name = "organisations",
    .searchables = searchables,
    .searchable_count = COUNT(searchables),
    .migrations = organisations_migrations,
    .migration_count = COUNT(organisations_migrations),
    .routes = routes,
    .route_count = COUNT(routes),
    .imports = imports,
};
