/* SDMX-JSON 2.0, flat: an observation is named by the places of its dimensions' values, which are
 * listed behind the data, where they are known.
 *
 * So the values of dimensions are kept while the file is written, of which FACT has one for each
 * observation: hence a lower ceiling than that of the other files. */
#include "modules/exchange/sdmx.h"

enum { ROWS_MAX = 500000, SLOTS_FIRST = 256 };

/* The values of one dimension in the order in which they came. */
struct value {
    struct str id, zh, en;
};
struct values {
    struct value *list;
    size_t count, capacity;
    uint32_t *slots; /* 1 + place in the list, by hash; 0 = free */
    size_t slot_count;
};

struct message {
    struct arena *arena; /* of the whole request */
    struct values of[SDMX_COMPONENT_COUNT];
};

static size_t slot_of(const struct values *values, struct str id)
{
    size_t slot = hash_bytes(HASH_SEED, id.data, id.length) % values->slot_count;
    while (values->slots[slot] && !str_equal(values->list[values->slots[slot] - 1].id, id))
        slot = (slot + 1) % values->slot_count;
    return slot;
}

static void make_room(struct arena *arena, struct values *values)
{
    if (2 * values->count < values->slot_count)
        return;
    values->slot_count = values->slot_count ? values->slot_count * 2 : SLOTS_FIRST;
    values->slots = arena_array(arena, values->slot_count, sizeof(*values->slots));
    for (size_t i = 0; i < values->count; i++)
        values->slots[slot_of(values, values->list[i].id)] = (uint32_t)i + 1;
}

static struct str field_of(struct arena *arena, const char *name, const struct observation *o)
{
    return name ? field_text(arena, field_find(&observation_shape, str_of(name)), o) : STR_NONE;
}

/* The place of the observation's value among those of the dimension. */
static size_t place_of(struct message *message, size_t n, struct str id,
                       const struct observation *o)
{
    struct values *values = &message->of[n];
    struct arena *arena = message->arena;
    make_room(arena, values);
    size_t slot = slot_of(values, id);
    if (values->slots[slot])
        return values->slots[slot] - 1;
    if (values->count == values->capacity) {
        size_t capacity = values->capacity ? values->capacity * 2 : 64;
        values->list = arena_grow(arena, values->list, values->capacity * sizeof(struct value),
                                  capacity * sizeof(struct value));
        values->capacity = capacity;
    }
    const struct sdmx_component *component = &sdmx_components[n];
    values->list[values->count++] = (struct value){
        arena_str(arena, id),
        arena_str(arena, field_of(arena, component->name_field, o)),
        arena_str(arena, field_of(arena, component->name_field_en, o)),
    };
    values->slots[slot] = (uint32_t)values->count;
    return values->count - 1;
}

static void open_array(struct json *json, const char *key)
{
    json_key(json, key);
    json_open(json, '[');
}

static void open_object(struct json *json, const char *key)
{
    json_key(json, key);
    json_open(json, '{');
}

static void begin(struct export *to)
{
    struct json *json = &to->json;
    struct message *message = ARENA_NEW(to->ctx->arena, struct message);
    struct buf now = {.arena = to->ctx->arena};
    message->arena = to->ctx->arena;
    to->state = message;
    instant_print(&now, to->ctx->now);
    json_open(json, '{');
    open_object(json, "meta");
    member(json, "schema",
           STR("https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/data-message/tools/"
               "schemas/2.0.0/sdmx-json-data-schema.json"));
    member(json, "id",
           arena_print(to->ctx->arena, "%s-%lld", SDMX_STRUCTURE, (long long)to->ctx->sequence));
    json_key(json, "test");
    json_bool(json, false);
    member(json, "prepared", buf_str(&now));
    open_array(json, "contentLanguages");
    json_text(json, STR("zh"));
    json_text(json, STR("en"));
    json_close(json, ']');
    open_object(json, "sender");
    member(json, "id", STR(SDMX_AGENCY));
    json_close(json, '}');
    json_close(json, '}');
    open_object(json, "data");
    open_array(json, "dataSets");
    json_open(json, '{');
    json_key(json, "structure");
    json_int(json, 0);
    member(json, "action", STR("Replace"));
    open_object(json, "observations");
}

static bool is_dimension(const struct sdmx_component *component)
{
    return component->role == SDMX_DIMENSION || component->role == SDMX_TIME;
}

/* Of a coded attribute its place in the list, of another the value itself. */
static void write_value(struct json *json, const struct sdmx_component *component, struct str text)
{
    if (!text.data)
        json_none(json);
    else if (component->codes)
        json_int(json, sdmx_code_index(component, text));
    else if (sdmx_is_number(component))
        json_raw(json, text);
    else
        json_text(json, text);
}

static void row(struct export *to, struct row row)
{
    struct arena *arena = to->ctx->arena;
    struct json *json = &to->json;
    struct buf key = {.arena = arena};
    if (to->rows > 1)
        buf_char(&to->out, '\n');
    for (size_t i = 0; i < SDMX_COMPONENT_COUNT; i++)
        if (is_dimension(&sdmx_components[i])) {
            if (key.length)
                buf_char(&key, ':');
            struct str id = sdmx_text(arena, &sdmx_components[i], row.value);
            buf_int(&key, (int64_t)place_of(to->state, i, id, row.value));
        }
    open_array(json, arena_str(arena, buf_str(&key)).data);
    for (size_t i = 0; i < SDMX_COMPONENT_COUNT; i++)
        if (!is_dimension(&sdmx_components[i]))
            write_value(json, &sdmx_components[i],
                        sdmx_text(arena, &sdmx_components[i], row.value));
    json_close(json, ']');
}

static void write_names(struct json *json, struct str zh, struct str en)
{
    if (zh.data && en.data)
        in_both_languages(json, "names", zh, en);
}

static void write_codes(struct json *json, const struct sdmx_codes *codes)
{
    for (size_t i = 0; i < codes->count; i++) {
        json_open(json, '{');
        member(json, "id", str_of(codes->list[i].id));
        write_names(json, str_of(codes->list[i].zh), str_of(codes->list[i].en));
        json_close(json, '}');
    }
}

/* The values that occur, each with its names where it has any. */
static void write_values(struct json *json, const struct sdmx_component *component,
                         const struct values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        const struct value *value = &values->list[i];
        int code = sdmx_code_index(component, value->id);
        bool coded = code >= 0 || component->codes_of;
        json_open(json, '{');
        member(json, coded ? "id" : "value", value->id);
        if (code >= 0)
            write_names(json, str_of(component->codes->list[code].zh),
                        str_of(component->codes->list[code].en));
        else if (component->codes_of && !component->name_field)
            write_names(json, str_of(measure_words(value->id, LANGUAGE_ZH)),
                        str_of(measure_words(value->id, LANGUAGE_EN)));
        else
            write_names(json, value->zh, value->en);
        json_close(json, '}');
    }
}

static void write_component(struct json *json, const struct message *message, size_t n,
                            int position)
{
    const struct sdmx_component *component = &sdmx_components[n];
    json_open(json, '{');
    member(json, "id", str_of(component->id));
    in_both_languages(json, "names", str_of(component->zh), str_of(component->en));
    if (position >= 0) {
        json_key(json, "keyPosition");
        json_int(json, position);
        open_array(json, "roles");
        json_text(json, str_of(component->id));
        json_close(json, ']');
        open_array(json, "values");
        write_values(json, component, &message->of[n]);
        json_close(json, ']');
    } else if (component->codes) {
        open_array(json, "values");
        write_codes(json, component->codes);
        json_close(json, ']');
    }
    json_close(json, '}');
}

/* The components of the kind that the test tells. */
static void write_components(struct json *json, const struct message *message, const char *kind,
                             bool (*wanted)(const struct sdmx_component *component))
{
    int position = 0;
    open_object(json, kind);
    open_array(json, "observation");
    for (size_t i = 0; i < SDMX_COMPONENT_COUNT; i++)
        if (wanted(&sdmx_components[i]))
            write_component(json, message, i, wanted == is_dimension ? position++ : -1);
    json_close(json, ']');
    json_close(json, '}');
}

static bool is_value(const struct sdmx_component *component)
{
    return component->role == SDMX_VALUE;
}

static bool is_attribute(const struct sdmx_component *component)
{
    return component->role == SDMX_ATTRIBUTE;
}

static void end(struct export *to)
{
    struct json *json = &to->json;
    json_close(json, '}');
    json_close(json, '}');
    json_close(json, ']');
    open_array(json, "structures");
    json_open(json, '{');
    in_both_languages(json, "names", STR("指标的观测"), STR("Observations of indicators"));
    open_array(json, "dataSets");
    json_int(json, 0);
    json_close(json, ']');
    write_components(json, to->state, "dimensions", is_dimension);
    write_components(json, to->state, "measures", is_value);
    write_components(json, to->state, "attributes", is_attribute);
    json_close(json, '}');
    json_close(json, ']');
    json_close(json, '}');
    json_close(json, '}');
}

const struct file_format sdmx_json_format = {
    .ending = "sdmx.json",
    .type = "application/vnd.sdmx.data+json; version=2.0.0; charset=utf-8",
    .rows_max = ROWS_MAX,
    .begin = begin,
    .row = row,
    .end = end};
