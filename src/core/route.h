/* Routes and modules: the tables from which router, access, OpenAPI and docs/api.md are derived. */
#ifndef CORE_ROUTE_H
#define CORE_ROUTE_H

#include "core/export.h"

/* A handler, its input and its output, tied together by the tags, so that no cast goes unchecked.
 *
 *   HANDLER(document_show, document_key, document)
 *   {
 *       return db_one(ctx, &sql_document_show, FROM(document_key, in), ROW(document, out));
 *   }
 *
 * `in` is filled from path, query and body, and checked; `out` starts cleared and becomes the
 * reply. */
struct handler {
    enum error (*call)(struct ctx *ctx, const void *in, void *out);
    const struct shape *in, *out;
};
#define HANDLER(name, in_tag, out_tag) HANDLER_AS(static, name, in_tag, out_tag)
/* The same when the table of routes stands in another file of the module, whose header declares
 * `extern const struct handler name_handler`. */
#define SHARED_HANDLER(name, in_tag, out_tag) HANDLER_AS(, name, in_tag, out_tag)
#define HANDLER_AS(storage, name, in_tag, out_tag)                                                 \
    static enum error name(struct ctx *ctx, const struct in_tag *in, struct out_tag *out);         \
    static enum error name##_any(struct ctx *ctx, const void *in, void *out)                       \
    {                                                                                              \
        return name(ctx, in, out);                                                                 \
    }                                                                                              \
    storage const struct handler name##_handler = {name##_any, &in_tag##_shape, &out_tag##_shape}; \
    static enum error name(struct ctx *ctx, const struct in_tag *in, struct out_tag *out)

/* The input of a handler that takes none. */
struct nothing {
    char unused;
};
extern const struct shape nothing_shape;

/* POINT: a short read that may run on the loop's own connection. SINGLE: the same in one statement,
 * which is a snapshot by itself and needs no transaction around it. WORK: in the pool. */
enum effort { POINT, SINGLE, WORK };

struct route {
    const char *method;
    const char *path; /* /api/areas/{code}: {code} goes into the field `code` of the input */
    const char *zh, *en;
    const struct handler *handler; /* or … */
    const struct list *list;       /* … a list, also whole at path.csv, .xlsx and .json; or … */
    struct str (*text)(struct arena *arena); /* … JSON that depends on nothing but the program */
    /* The reply is a file that this writes; the handler only says what the query is. */
    enum error (*file)(struct ctx *ctx, const void *query, int file);
    /* The list, or the reply's `items`, only as a file in this format; the path has its ending. */
    const struct file_format *format;
    const char *media_type; /* of the reply, where it is no JSON: in ctx->file */
    size_t body_max;        /* 0 = BODY_MAX */
    /* Work to be done before the transaction, in the pool, with a reading connection: hashing a
     * password, say. What it finds goes to ctx->carried. `in` is checked; may be NULL. */
    enum error (*prelude)(struct ctx *ctx, const void *in);
    const struct ownership *owned; /* what is written must be the writer's own */
    uint32_t approvers;            /* who may approve it, when it needs a second person */
    uint32_t roles;                /* who may; 0 = anyone may read, only the operator may write */
    enum effort effort;
    int created;  /* status of success when it is not 200 */
    bool table;   /* the reply's `items` are also at path.csv, path.xlsx, path.json */
    bool partial; /* PATCH: only what is given changes; ctx->given says what */
    bool match;   /* If-Match is required */
    bool raw;     /* the body is no JSON: it arrives in ctx->body, or … */
    bool to_file; /* … in a file, as ctx->upload (files.h) */
};

enum { BODY_MAX = 256 * 1024 };

/* What follows path and handler: 中文, English, and further members, such as .roles. */
#define GET_LIST(path, list_, ...)                                                                 \
    {                                                                                              \
        "GET", path, __VA_ARGS__, .list = &(list_), .effort = WORK                                 \
    }
/* A list in a format of the module's own. */
#define GET_FILE(path, list_, format_, ...)                                                        \
    {                                                                                              \
        "GET", path, __VA_ARGS__, .list = &(list_), .format = &(format_), .effort = WORK           \
    }
#define GET_POINT(path, name, ...)                                                                 \
    {                                                                                              \
        "GET", path, __VA_ARGS__, .handler = &name##_handler                                       \
    }
#define GET_SINGLE(path, name, ...)                                                                \
    {                                                                                              \
        "GET", path, __VA_ARGS__, .handler = &name##_handler, .effort = SINGLE                     \
    }
#define GET_TEXT(path, text_, ...)                                                                 \
    {                                                                                              \
        "GET", path, __VA_ARGS__, .text = (text_)                                                  \
    }
#define GET_WORK(path, name, ...)                                                                  \
    {                                                                                              \
        "GET", path, __VA_ARGS__, .handler = &name##_handler, .effort = WORK                       \
    }
#define GET_TABLE(path, name, ...)                                                                 \
    {                                                                                              \
        "GET", path, __VA_ARGS__, .handler = &name##_handler, .effort = WORK, .table = true        \
    }
/* Makes a record. */
#define POST(path, name, ...)                                                                      \
    {                                                                                              \
        "POST", path, __VA_ARGS__, .handler = &name##_handler, .effort = WORK, .created = 201      \
    }
#define POST_RAW(path, name, most, ...)                                                            \
    {                                                                                              \
        "POST", path, __VA_ARGS__, .handler = &name##_handler, .effort = WORK, .created = 201,     \
                                   .raw = true, .body_max = (most)                                 \
    }
/* The body becomes a file of the store, however large it is. */
#define POST_FILE(path, name, most, ...)                                                           \
    {                                                                                              \
        "POST", path, __VA_ARGS__, .handler = &name##_handler, .effort = WORK, .created = 201,     \
                                   .raw = true, .to_file = true, .body_max = (most)                \
    }
/* Does something with a record that is there. */
#define ACT(path, name, ...)                                                                       \
    {                                                                                              \
        "POST", path, __VA_ARGS__, .handler = &name##_handler, .effort = WORK                      \
    }
#define DELETE(path, name, ...)                                                                    \
    {                                                                                              \
        "DELETE", path, __VA_ARGS__, .handler = &name##_handler, .effort = WORK                    \
    }
/* Changes what If-Match names: PATCH the record itself, POST what follows from it. */
#define PATCH(path, name, ...)                                                                     \
    {                                                                                              \
        "PATCH", path, __VA_ARGS__, .handler = &name##_handler, .effort = WORK, .partial = true,   \
                                    .match = true                                                  \
    }
#define POST_MATCH(path, name, ...)                                                                \
    {                                                                                              \
        "POST", path, __VA_ARGS__, .handler = &name##_handler, .effort = WORK, .created = 201,     \
                                   .partial = true, .match = true                                  \
    }

enum { TARGET_KEY_MAX = 5 };

/* A table that is filled from tables: files of the city pack, and imports. What is written to it,
 * how a row is found again and how it is taken back follows from the shape's fields and the name of
 * the table (core/target.h), or is the work of the functions below. */
struct import_target {
    const char *name, *zh, *en; /* organisations: in addresses and on the command line */
    const struct shape *shape;
    const char *table;                   /* its columns are the fields that may be given … */
    const char *stored;                  /* … and these others, with blanks between; or NULL */
    const char *key[TARGET_KEY_MAX + 1]; /* fields that say which record a row is; ends with NULL */
    /* Rules beyond the field table, and members that follow from others; may be NULL. */
    enum error (*check)(struct ctx *ctx, void *record);

    /* Where a record is more than a row of `table`, instead of it. `find` fills `now` with the
     * record that a row is about: E_NOT_FOUND when there is none. `store` puts a record in the
     * place of `was` (NULL: a new one). `remove` takes it back; its `id` names it in the log. */
    enum error (*find)(struct ctx *ctx, const void *record, void *now);
    enum error (*store)(struct ctx *ctx, void *record, void *was);
    enum error (*remove)(struct ctx *ctx, void *record);

    /* Where records are found (core/search.h) under another shape than their own: that shape, and
     * what fills such a record. Its key is the natural key as text. */
    const struct shape *found_as;
    enum error (*found)(struct ctx *ctx, const void *record, void *found);

    /* Of a whole import, before its commit: what must hold among the records. May be NULL. */
    enum error (*settled)(struct ctx *ctx);

    uint32_t roles;                /* who may import it; 0 = nobody */
    const struct ownership *owned; /* what is written must be the writer's own */
    const char *visibility; /* a field: what is, was or becomes public takes a second person */
    bool only_wider;        /* what is there does not become less visible */
};

/* A file of the city pack: each row becomes a record of the target. */
struct pack_file {
    const char *name; /* areas.csv; observations_*.csv stands for several */
    const struct import_target *target;
    bool sample;   /* only with --demo, from the pack's folder `demo` */
    bool optional; /* a pack may be without it */
};

/* The roles that a route takes. */
static inline uint32_t route_roles(const struct route *route)
{
    return route->roles ? route->roles : *route->method == 'G' ? ANYONE : OPERATOR;
}

struct lifecycle;

struct searchable; /* core/search.h */
struct job_kind;
struct notice_kind; /* core/notice.h */
struct ticking;     /* core/ticker.h */

struct module {
    const char *name;
    const struct db_migration *migrations;
    size_t migration_count;
    const struct route *routes;
    size_t route_count;
    const struct pack_file *pack_files;
    size_t pack_file_count;
    const struct searchable *searchables; /* what of it can be found */
    size_t searchable_count;
    const struct import_target *const *imports; /* ends with NULL; may be NULL */
    const struct job_kind *job_kinds;
    size_t job_kind_count;
    const struct notice_kind *notice_kinds; /* of which it speaks */
    size_t notice_kind_count;
    const struct lifecycle *const *lifecycles; /* ends with NULL; may be NULL */
    /* Runs after the pack's tables are in; reads what is no table. May be NULL. */
    enum error (*pack_loaded)(struct ctx *ctx, const char *folder);
    /* At every start, in a write transaction. May be NULL. */
    enum error (*started)(struct ctx *ctx);
    /* Once a second, on a thread of its own (ticker.h). May be NULL. */
    enum error (*tick)(struct ctx *ctx, const struct ticking *ticking);
    /* Removes a portion of what is too old, and says how much; every night, until that is 0. In a
     * write transaction. May be NULL. */
    enum error (*tidy)(struct ctx *ctx, int64_t *gone);
    /* Before an import into records of this kind is undone: E_CONFLICT, with words, where something
     * of the module's hangs on one that would go. May be NULL. */
    enum error (*import_undone)(struct ctx *ctx, int64_t import_id, struct str kind);
    /* Everything that the module holds about a person, as members of the JSON object that is open;
     * and its removal where a person is erased by law, from tables named between blanks. May be
     * NULL. */
    enum error (*person_export)(struct ctx *ctx, int64_t person_id, struct json *out);
    enum error (*person_erase)(struct ctx *ctx, int64_t person_id);
    const char *person_tables;
};

extern const struct module *const modules[];
extern const size_t module_count;

#endif
