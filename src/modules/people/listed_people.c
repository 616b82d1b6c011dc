/* People from a table: who they are is told by the phone, which the blind index finds. A table may
 * say more of somebody who is known, but not give a known phone another name. */
#include "core/personal.h"
#include "listed_people.sql.h"
#include "modules/people/internal.h"

static enum error check_listed(struct ctx *ctx, void *record)
{
    return person_check(ctx, record);
}

static enum error find_listed(struct ctx *ctx, const void *record, void *now)
{
    const struct person *said = record;
    struct person *found = now;
    int64_t id;
    if (!said->phone.length)
        return complain(ctx, STR("phone"), "必填：导入按电话认定是哪个人",
                        "is required: a table names people by their phones");
    enum error error = person_by_phone(ctx, said->phone, &id);
    if (!error)
        error = id ? person_find(ctx, id, found) : E_NOT_FOUND;
    if (!error && !str_equal(said->name, found->name))
        return complain(ctx, STR("name"), "这个电话登记在另一个姓名下；改名请在人员页更正",
                        "this phone is recorded under another name: correct it on the person's "
                        "page");
    return error;
}

static enum error store_listed(struct ctx *ctx, void *record, void *was)
{
    return was ? person_update(ctx, record) : person_create(ctx, record);
}

/* Nobody may refer to a person who is taken back. */
static enum error remove_listed(struct ctx *ctx, void *record)
{
    const struct person *person = record;
    enum error error =
        db_one(ctx, &sql_person_remove, ARGS(arg_int("id", person->id)), (struct row){NULL, NULL});
    if (error == E_NOT_FOUND)
        return fail(ctx, E_CONFLICT, "%lld 号人员已有账户，不能撤销",
                    "person %lld has an account: it cannot be undone", (long long)person->id);
    return error ? error : person_key_destroy(ctx, person->id);
}

static const struct import_target people = {"people",
                                            "人员",
                                            "People",
                                            &person_shape,
                                            .key = {"phone"},
                                            .check = check_listed,
                                            .find = find_listed,
                                            .store = store_listed,
                                            .remove = remove_listed,
                                            .roles = ADMINISTRATORS};
const struct import_target *const people_imports[] = {&people, NULL};
