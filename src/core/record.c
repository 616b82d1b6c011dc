#include "core/record.h"

#include "core/ownership.h"

static const struct shape *base_of(const struct shape *shape)
{
    while (shape->extends)
        shape = shape->extends;
    return shape;
}

static bool shows_kind(const struct route *route, struct str kind)
{
    if (*route->method != 'G' || !route->handler || route->table)
        return false;
    const char *last = strrchr(route->path, '/');
    return last && last[1] == '{' && strchr(route->path, '{') == last + 1 &&
           str_is(kind, base_of(route->handler->out)->name);
}

static const struct route *route_of(struct str kind, const struct module **module)
{
    for (size_t m = 0; m < module_count; m++)
        for (size_t i = 0; i < modules[m]->route_count; i++)
            if (shows_kind(&modules[m]->routes[i], kind)) {
                *module = modules[m];
                return &modules[m]->routes[i];
            }
    return NULL;
}

static enum error ask(struct ctx *ctx, const struct route *route, struct str key, struct row *shown)
{
    const struct handler *handler = route->handler;
    struct row in = {handler->in, arena_alloc(ctx->arena, handler->in->size)};
    *shown = (struct row){handler->out, arena_alloc(ctx->arena, handler->out->size)};
    fields_clear(in);
    fields_clear(*shown);
    struct str name = str_of(strrchr(route->path, '{') + 1);
    const struct field *field = field_find(handler->in, str_first(name, name.length - 1));
    if (!field || field_parse(ctx, field, in.value, key)) {
        ctx_clear(ctx);
        return E_NOT_FOUND;
    }
    enum error error = handler->call(ctx, in.value, shown->value);
    ctx->etag = 0; /* what the handler said of its reply */
    ctx->file = STR_NONE;
    return error;
}

enum error record_must_see(struct ctx *ctx, struct str kind, struct str key, struct row *shown)
{
    const struct module *module;
    const struct route *route = route_of(kind, &module);
    struct row found = {NULL, NULL};
    enum error error = E_OK;
    if (!route)
        error = role_in(ctx->who->role, AUDITORS) ? E_OK : E_NOT_FOUND;
    else if (!token_permits(ctx->who, module->name, false) ||
             !role_in(ctx->who->role, route_roles(route)))
        error = E_NOT_FOUND;
    else
        error = ask(ctx, route, key, &found);
    if (shown)
        *shown = found;
    return error;
}

/* Who may use the routes that change what `shown_by` shows. */
static uint32_t changing_roles(const struct module *module, const struct route *shown_by)
{
    struct str path = str_of(shown_by->path);
    uint32_t changing = 0, posting = 0;
    for (size_t i = 0; i < module->route_count; i++) {
        const struct route *route = &module->routes[i];
        if (*route->method == 'G' || !str_starts(str_of(route->path), path))
            continue;
        *(route->match ? &changing : &posting) |= route_roles(route);
    }
    return changing ? changing : posting;
}

static const struct ownership *ownership_of(const struct module *module, const struct shape *shape)
{
    for (size_t i = 0; i < module->route_count; i++) {
        const struct list *list = module->routes[i].list;
        if (list && list->owned && base_of(list->row) == base_of(shape))
            return list->owned;
    }
    return NULL;
}

enum error record_must_write(struct ctx *ctx, struct str kind, struct str key, struct row *shown)
{
    static const struct ownership nobodys = {NULL};
    const struct module *module;
    const struct route *route = route_of(kind, &module);
    enum error error = record_must_see(ctx, kind, key, shown);
    if (error)
        return error;
    if (!route || !role_in(ctx->who->role, changing_roles(module, route)) ||
        !token_permits(ctx->who, module->name, true))
        return fail(ctx, E_FORBIDDEN, "您不能改这条记录，所以也不能改它的附件",
                    "you may not change this record, and so not its files");
    const struct ownership *owned = ownership_of(module, shown->shape);
    /* Whose it is stands in the record itself, which a wider shape only begins with. */
    struct row record = {base_of(shown->shape), shown->value};
    return ownership_require(ctx, owned ? owned : &nobodys, record);
}
