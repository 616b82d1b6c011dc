#include "core/search_entry.h"

#include "base/utf8.h"
#include "core/personal.h"
#include "text/fold.h"
#include "text/token.h"

/* --- From a record -------------------------------------------------------------------------- */

static const struct field *find_field(const struct shape *shape, const char *name)
{
    return name ? field_find(shape, str_of(name)) : NULL;
}

static struct str text_of(struct arena *arena, const struct shape *shape, const char *name,
                          const void *record)
{
    const struct field *field = find_field(shape, name);
    struct str text = field ? field_text(arena, field, record) : STR_NONE;
    return text.length ? text : STR_NONE;
}

static int64_t number_of(const struct shape *shape, const char *name, const void *record)
{
    const struct field *field = find_field(shape, name);
    return field ? field_value(NULL, field, record).integer : 0;
}

static void add_line(struct arena *arena, struct str *lines, struct str text)
{
    if (!text.length)
        return;
    *lines = lines->length ? arena_print(arena, "%.*s%c%.*s", STR_PRINT(*lines), SEARCH_BETWEEN,
                                         STR_PRINT(text))
                           : text;
}

/* The first title is the title; one in English beside it is the English one. */
static void add_field(struct arena *arena, const struct field *field, const void *record,
                      struct search_entry *entry)
{
    struct str text = field_text(arena, field, record);
    if (!text.length || field->personal || field->secret)
        return;
    bool english = str_ends(str_of(field->name), STR("_en"));
    if (field->search & SEARCH_TITLE) {
        if (english && !entry->title_en.data)
            entry->title_en = text;
        else if (!english && !entry->title.data)
            entry->title = text;
        else
            add_line(arena, &entry->names, text);
    }
    if (field->search & SEARCH_SHOWN)
        entry->label = text;
    if (field->search & SEARCH_CODE)
        add_line(arena, &entry->codes, text);
    if (field->search & SEARCH_TEXT)
        add_line(arena, &entry->text, text);
}

/* "/documents/{document_id}?line={line}": what stands in braces is a field's text. */
static struct str fill_address(struct arena *arena, const struct searchable *kind,
                               const void *record)
{
    struct buf out = {.arena = arena};
    for (const char *p = kind->address; *p; p++) {
        const char *end = *p == '{' ? strchr(p, '}') : NULL;
        if (!end) {
            buf_char(&out, *p);
            continue;
        }
        struct str name = {p + 1, (size_t)(end - p) - 1};
        const struct field *field = field_find(kind->shape, name);
        buf_add(&out, field ? field_text(arena, field, record) : STR(""));
        p = end;
    }
    return buf_str(&out);
}

static bool follows_from_key(const struct searchable *kind)
{
    const char *brace = strchr(kind->address, '{');
    return !brace || str_starts(str_of(brace), STR("{key}"));
}

/* At the beginning of a character. */
static void clip(struct str *text)
{
    if (text->length <= SEARCH_TEXT_MAX)
        return;
    text->length = SEARCH_TEXT_MAX;
    while (((unsigned char)text->data[text->length] & 0xC0) == 0x80)
        text->length--;
}

static bool is_titled_by_key(const struct search_entry *entry)
{
    return !entry->title.data && !entry->title_en.data && !entry->label.data;
}

struct search_entry search_entry_of(struct arena *arena, const struct searchable *kind,
                                    const void *record)
{
    const struct shape *shape = kind->shape;
    const struct ownership *owned = kind->owned;
    struct search_entry entry = {.kind = str_of(shape->name),
                                 .key = text_of(arena, shape, kind->key, record)};
    for (size_t i = 0; i < shape->count; i++)
        if (shape->fields[i].search)
            add_field(arena, &shape->fields[i], record, &entry);
    clip(&entry.text);
    if (is_titled_by_key(&entry))
        entry.title = entry.key;
    if (!follows_from_key(kind))
        entry.address = fill_address(arena, kind, record);
    if (owned) {
        entry.organisation = text_of(arena, shape, owned->organisation, record);
        entry.area = text_of(arena, shape, owned->area, record);
        entry.department = text_of(arena, shape, owned->department, record);
        entry.account = number_of(shape, owned->account, record);
    }
    if (kind->guarded)
        entry.visibility = number_of(shape, "visibility", record);
    entry.sample = number_of(shape, "sample", record) != 0;
    return entry;
}

struct str search_entry_address(struct arena *arena, const struct searchable *kind,
                                const struct search_entry *entry)
{
    const char *brace = strchr(kind->address, '{');
    if (entry->address.data || !brace)
        return entry->address.data ? entry->address : str_of(kind->address);
    return arena_print(arena, "%.*s%.*s%s", (int)(brace - kind->address), kind->address,
                       STR_PRINT(entry->key), brace + sizeof("{key}") - 1);
}

/* --- As bytes ------------------------------------------------------------------------------- */

enum { VARINT_MAX = 10 };

void search_entry_texts(struct search_entry *entry, struct str *texts[SEARCH_TEXTS])
{
    struct str *const list[SEARCH_TEXTS] = {
        &entry->kind,    &entry->key,          &entry->title, &entry->title_en,
        &entry->label,   &entry->names,        &entry->codes, &entry->text,
        &entry->address, &entry->organisation, &entry->area,  &entry->department};
    memcpy(texts, list, sizeof(list));
}

size_t search_entry_room(const struct search_entry *entry)
{
    struct search_entry copy = *entry;
    struct str *texts[SEARCH_TEXTS];
    size_t room = (size_t)(SEARCH_TEXTS + 3) * VARINT_MAX;
    search_entry_texts(&copy, texts);
    for (size_t i = 0; i < SEARCH_TEXTS; i++)
        room += texts[i]->length;
    return room;
}

static size_t put_number(unsigned char *out, uint64_t number)
{
    size_t count = 0;
    for (; number >= 0x80; number >>= 7)
        out[count++] = (unsigned char)(number | 0x80);
    out[count++] = (unsigned char)number;
    return count;
}

static bool take_number(struct str bytes, size_t *at, uint64_t *number)
{
    *number = 0;
    for (unsigned shift = 0; *at < bytes.length && shift < 64; shift += 7) {
        unsigned char byte = (unsigned char)bytes.data[(*at)++];
        *number |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

size_t search_entry_pack(const struct search_entry *entry, unsigned char *out)
{
    struct search_entry copy = *entry;
    struct str *texts[SEARCH_TEXTS];
    size_t at = 0;
    search_entry_texts(&copy, texts);
    for (size_t i = 0; i < SEARCH_TEXTS; i++) {
        at += put_number(out + at, texts[i]->data ? texts[i]->length + 1 : 0);
        if (texts[i]->data && texts[i]->length)
            memcpy(out + at, texts[i]->data, texts[i]->length);
        at += texts[i]->length;
    }
    at += put_number(out + at, (uint64_t)entry->account);
    at += put_number(out + at, (uint64_t)entry->visibility);
    at += put_number(out + at, entry->sample);
    return at;
}

bool search_entry_unpack(struct str bytes, size_t *at, struct search_entry *entry)
{
    struct str *texts[SEARCH_TEXTS];
    uint64_t number;
    search_entry_texts(entry, texts);
    for (size_t i = 0; i < SEARCH_TEXTS; i++) {
        if (!take_number(bytes, at, &number) || (number && number - 1 > bytes.length - *at))
            return false;
        *texts[i] = number ? (struct str){bytes.data + *at, (size_t)number - 1} : STR_NONE;
        *at += texts[i]->length;
    }
    uint64_t account, visibility, sample;
    if (!take_number(bytes, at, &account) || !take_number(bytes, at, &visibility) ||
        !take_number(bytes, at, &sample))
        return false;
    entry->account = (int64_t)account;
    entry->visibility = (int64_t)visibility;
    entry->sample = sample != 0;
    return true;
}

/* --- Order and tokens ----------------------------------------------------------------------- */

enum { ORDER_LENGTH_MAX = 255, ORDER_LENGTH_SHIFT = 24 };

static uint64_t hash_of(char what, struct str a, struct str b)
{
    uint64_t hash = hash_bytes(HASH_SEED, &what, 1);
    hash = hash_bytes(hash, a.data, a.length);
    hash = hash_bytes(hash, "", 1);
    hash = hash_bytes(hash, b.data, b.length);
    /* FNV's high bits say little of the last bytes: stir. */
    hash ^= hash >> 32;
    hash *= UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

struct str search_entry_title(const struct search_entry *entry)
{
    return entry->title.data ? entry->title : entry->title_en.data ? entry->title_en : entry->label;
}

uint32_t search_entry_order(const struct search_entry *entry)
{
    size_t length = utf8_count(search_entry_title(entry));
    uint64_t hash = hash_of('=', entry->kind, entry->key);
    length = length > ORDER_LENGTH_MAX ? ORDER_LENGTH_MAX : length;
    return (uint32_t)length << ORDER_LENGTH_SHIFT | (uint32_t)(hash >> 40);
}

uint64_t search_token_key(struct str kind, struct str key)
{
    return token_of_hash(TOKEN_KEY, hash_of('=', kind, key));
}

uint64_t search_token_kind(struct str kind)
{
    return token_of_hash(TOKEN_COMMON, hash_of('k', kind, STR("")));
}

uint64_t search_token_visibility(int64_t visibility)
{
    char digit = (char)('0' + visibility);
    return token_of_hash(TOKEN_COMMON, hash_of('v', (struct str){&digit, 1}, STR("")));
}

uint64_t search_token_owner(char column, struct str code)
{
    return token_of_hash(TOKEN_ACCESS, hash_of(column, code, STR("")));
}

uint64_t search_token_account(int64_t account)
{
    return token_of_hash(
        TOKEN_ACCESS, hash_of('p', (struct str){(const char *)&account, sizeof(account)}, STR("")));
}

enum { OWN_TOKENS = 8 };

size_t search_entry_tokens_room(const struct search_entry *entry)
{
    const struct str texts[] = {entry->title, entry->title_en, entry->names, entry->codes,
                                entry->text};
    size_t room = OWN_TOKENS;
    for (size_t i = 0; i < COUNT(texts); i++)
        room += tokens_room(text_fold_room(texts[i].length));
    return room;
}

static size_t add_texts(struct str lines, bool title, char *scratch, uint64_t *tokens)
{
    size_t count = 0;
    for (struct str line; lines.length && str_cut(&lines, SEARCH_BETWEEN, &line);) {
        struct str folded = {scratch, text_fold_into(line, scratch)};
        count += title ? tokens_of_title(folded, tokens + count)
                       : tokens_of_text(folded, tokens + count);
    }
    return count;
}

size_t search_entry_tokens(const struct search_entry *entry, char *scratch, uint64_t *tokens)
{
    const struct str titles[] = {entry->title, entry->title_en, entry->names, entry->codes};
    size_t count = 0;
    for (size_t i = 0; i < COUNT(titles); i++)
        count += add_texts(titles[i], true, scratch, tokens + count);
    count += add_texts(entry->text, false, scratch, tokens + count);
    tokens[count++] = search_token_key(entry->kind, entry->key);
    tokens[count++] = search_token_kind(entry->kind);
    tokens[count++] = search_token_visibility(entry->visibility);
    if (entry->organisation.length && !str_equal(entry->organisation, entry->key))
        tokens[count++] = search_token_owner('o', entry->organisation);
    if (entry->area.length)
        tokens[count++] = search_token_owner('a', entry->area);
    if (entry->department.length)
        tokens[count++] = search_token_owner('d', entry->department);
    if (entry->account)
        tokens[count++] = search_token_account(entry->account);
    return count;
}
