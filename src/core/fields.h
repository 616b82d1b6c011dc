/* Field tables: what a record consists of, said once.
 *
 * From a table of FIELDs come JSON in and out, validation, SQL parameters and columns, CSV and XLSX
 * both ways, query parameters, OpenAPI and docs/api.md. The kind of a field is inferred from its C
 * type; NULL is a value of the type: STR_NONE, DATE_NONE, INSTANT_NONE, or `known == false`. */
#ifndef CORE_FIELDS_H
#define CORE_FIELDS_H

#include <jansson.h>

#include "core/ctx.h"
#include "json/write.h"

struct maybe_int {
    int64_t value;
    bool known;
};
struct maybe_real {
    double value;
    bool known;
};
/* A record inside a record; NULL = null. */
struct record {
    const void *value;
};
/* Several; of the shape that the field table names. */
struct records {
    const void *items;
    size_t count;
};

enum kind {
    KIND_INT,
    KIND_MAYBE_INT,
    KIND_REAL,
    KIND_MAYBE_REAL,
    KIND_BOOL,
    KIND_TEXT,
    KIND_DATE,
    KIND_INSTANT,
    KIND_RECORD,
    KIND_RECORDS
};
#define KIND_OF(member)                                                                            \
    _Generic((member), int64_t                                                                     \
             : KIND_INT, struct maybe_int                                                          \
             : KIND_MAYBE_INT, double                                                              \
             : KIND_REAL, struct maybe_real                                                        \
             : KIND_MAYBE_REAL, bool                                                               \
             : KIND_BOOL, struct str                                                               \
             : KIND_TEXT, struct date                                                              \
             : KIND_DATE, struct instant                                                           \
             : KIND_INSTANT, struct record                                                         \
             : KIND_RECORD, struct records                                                         \
             : KIND_RECORDS)

/* Where a field takes part. */
enum field_use {
    USE_IN = 1,     /* a client, an import or a pack may give it */
    USE_OUT = 2,    /* it is part of replies and exports */
    USE_FILTER = 4, /* a list can be narrowed by it (equality) */
    USE_SORT = 8,   /* a list can be sorted by it: a column that is never null */
    USE_BOTH = USE_IN | USE_OUT,
    USE_ALL = USE_BOTH | USE_FILTER | USE_SORT
};

/* Personal data: encrypted with the person's key in the database, masked in replies. */
enum personal {
    PERSONAL_NONE,
    PERSONAL_NAME,
    PERSONAL_PHONE,
    PERSONAL_EMAIL,
    PERSONAL_ID_NUMBER,
    PERSONAL_TEXT
};

/* How the index of search (core/search.h) takes a field; personal data and secrets it never takes.
 */
enum search_use {
    SEARCH_TITLE = 1, /* what a record is called: also by pinyin and initials */
    SEARCH_TEXT = 2,  /* what it says */
    SEARCH_CODE = 4,  /* an identifier: also by its beginning */
    SEARCH_SHOWN = 8  /* not found by it: shown as the title of what is found by its text */
};

struct shape;
struct field {
    const char *name;    /* JSON key, SQL column and :parameter, CSV heading, query parameter */
    const char *zh, *en; /* what it is */
    unsigned use;        /* 0 = USE_BOTH */
    enum kind kind;
    size_t offset;
    size_t length_max;          /* of text, in bytes; 0 = TEXT_MAX */
    const char *const *choices; /* ends with NULL. Of an integer: its names, from 0 */
    const char *refers;         /* table whose `code` it must be */
    const struct shape *of;     /* of KIND_RECORD and KIND_RECORDS */
    const char *column;         /* of personal data: where it lies; NULL = person.NAME */
    enum search_use search;     /* it is found by this; 0 = not */
    enum personal personal;     /* what kind of personal data; the shape has `person_id` then */
    bool subject;               /* the person whose data the record holds, instead of `person_id` */
    bool required;              /* must be given, and not null */
    bool dated;  /* of text: a day, a month or a year; imports take the forms of spreadsheets */
    bool json;   /* of text: it is JSON, and goes into replies as that */
    bool secret; /* passwords, one-time codes: in no event, log, export or kept reply */
};

enum { FIELD_TEXT_MAX = 4000, FIELDS_MAX = 64 };

#define FIELD(type, member, ...)                                                                   \
    {                                                                                              \
        .offset = offsetof(type, member), .kind = KIND_OF(((type *)NULL)->member),                 \
        .name = #member, __VA_ARGS__                                                               \
    }

struct shape {
    const char *name; /* in OpenAPI: Observation */
    size_t size;
    const struct field *fields;
    size_t count;
    const struct shape *extends; /* of the first member, whose fields come first in replies */
};
/* SHAPE(observation) names the shape of struct observation, whose table is observation_fields. */
#define SHAPE(tag)                                                                                 \
    const struct shape tag##_shape = {#tag, sizeof(struct tag), tag##_fields, COUNT(tag##_fields), \
                                      NULL}
/* The same for a reply whose first member is a struct of another shape. */
#define SHAPE_EXTENDING(tag, base)                                                                 \
    const struct shape tag##_shape = {#tag, sizeof(struct tag), tag##_fields, COUNT(tag##_fields), \
                                      &base##_shape}

struct row {
    const struct shape *shape;
    void *value;
};
#define ROW(tag, pointer) ((struct row){&tag##_shape, (pointer)})

/* Choices that several modules have in common: enum visibility by its names, and whether something
 * has a source or is our own. */
extern const char *const visibility_names[], *const basis_names[];

/* Of itself and of the records in it. */
bool shape_has_secret(const struct shape *shape);
const struct field *field_find(const struct shape *shape, struct str name);
static inline bool field_has(const struct field *field, enum field_use use)
{
    return ((field->use ? field->use : USE_BOTH) & (unsigned)use) != 0;
}
/* Sets every field to null (numbers and truths that cannot be null: to 0). */
void fields_clear(struct row row);
bool field_is_null(const struct field *field, const void *value);

/* Reads a text (a query parameter, a CSV cell) into the field; complains when it is no such value.
 * An empty text is null; to a number or a truth that cannot be null it says nothing (0, false). */
enum error field_parse(struct ctx *ctx, const struct field *field, void *value, struct str text);
/* The value as text for a CSV cell, in the arena; STR_NONE for null. */
struct str field_text(struct arena *arena, const struct field *field, const void *value);
/* The same as it may be exported: personal data masked. */
struct str field_shown(struct arena *arena, const struct field *field, const void *value);

/* Reads a JSON object; every complaint is recorded before it returns E_INVALID. Unknown fields and
 * fields that may not be given are complained about. With `partial` (PATCH), what is not given is
 * left alone and nothing is required. */
enum error fields_from_json(struct ctx *ctx, const json_t *object, struct row row, bool partial,
                            struct field_set *given);
/* For a reply: personal data is masked, unless its reader (`ctx->who`) is the person, or it is
 * being revealed. `ctx` may be NULL: nobody's is seen then. */
void fields_to_json(struct ctx *ctx, struct json *out, struct row row);
/* The same into an object that is open. */
void fields_to_json_members(struct ctx *ctx, struct json *out, struct row row);
void field_to_json(struct ctx *ctx, struct json *out, const struct field *field, struct row row);
/* For the log of events: personal data as ciphertext of the person's key (null where the record is
 * of no person), secrets not at all. */
enum error fields_to_json_sealed(struct ctx *ctx, struct json *out, struct row row) MUST_USE;
/* Of the fields `which`: what is required was `given` and is not null; texts are choices and not
 * too long. Needs no database. */
enum error fields_check(struct ctx *ctx, struct row row, uint64_t which, uint64_t given);
/* Did the client give this member of the input? */
bool was_given(const struct ctx *ctx, const struct shape *shape, const char *name);
/* Copies the given fields from one record to another of the same shape. */
void fields_merge(struct row into, const void *from, struct field_set given);

#endif
