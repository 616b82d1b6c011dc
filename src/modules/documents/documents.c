#include "modules/documents/documents.h"

#include <glob.h>
#include <sodium.h>

#include "base/utf8.h"
#include "core/ownership.h"
#include "core/pack.h"
#include "core/proposal.h"
#include "core/search.h"
#include "documents.sql.h"
#include "text/locate.h"

enum { LINES_MAX = 100000, PAGE_MAX = 500, CITATIONS_MAX = 20000 };

static const char *const source_kinds[] = {"document", "bulletin", "dataset", "web", NULL};

static const struct field source_fields[] = {
    FIELD(struct source, code, "代码", "Code", USE_ALL, .required = true, .length_max = 40,
          .search = SEARCH_CODE),
    FIELD(struct source, kind, "类型", "Kind", USE_BOTH | USE_FILTER, .required = true,
          .choices = source_kinds),
    FIELD(struct source, title, "名称（本项目拟）", "Title, in our words", .required = true,
          .search = SEARCH_TITLE),
    FIELD(struct source, title_en, "英文名称", "English title", .search = SEARCH_TITLE),
    FIELD(struct source, publisher, "发布机构", "Publisher", .search = SEARCH_TEXT),
    FIELD(struct source, published, "发布时间", "When it was published", .dated = true),
    FIELD(struct source, sha256, "文件 SHA-256", "SHA-256 of the file", .length_max = 64),
    FIELD(struct source, url, "地址", "Address"),
    FIELD(struct source, second_hand, "是否转载", "Is it second-hand?", USE_BOTH | USE_FILTER),
    FIELD(struct source, note, "说明", "Note", .search = SEARCH_TEXT),
    FIELD(struct source, uploaded, "随上传而来", "It came with an upload", USE_OUT),
    FIELD(struct source, visibility, "公开范围", "Who may see it", USE_OUT,
          .choices = visibility_names),
    FIELD(struct source, document_id, "已载入的文件", "The document, when loaded", USE_OUT),
};
SHAPE(source);
static const struct list source_list = {
    .base = &sql_source_list, .row = &source_shape, .key = "code", .sort = "code", .guarded = true};

static const struct field citation_fields[] = {
    FIELD(struct citation, document_id, "文件", "Document"),
    FIELD(struct citation, line, "行", "Line"),
    FIELD(struct citation, token, "数字原文", "The number as printed"),
    FIELD(struct citation, text, "该行全文", "The whole line"),
    FIELD(struct citation, token_start, "数字起（码点）", "Start of the number, code points"),
    FIELD(struct citation, token_end, "数字止", "End of the number"),
    FIELD(struct citation, sentence_start, "句子起", "Start of the sentence"),
    FIELD(struct citation, sentence_end, "句子止", "End of the sentence"),
};
SHAPE(citation);

struct document {
    int64_t id;
    struct str name, title, source_code, sha256, media_type;
    int64_t size, line_count;
    struct str published;
    int64_t visibility;
    struct str area_code, department_code;
    int64_t added_seq, changed_seq, citation_count;
};
static const struct field document_fields[] = {
    FIELD(struct document, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct document, name, "文件名", "File name", USE_OUT, .search = SEARCH_CODE),
    FIELD(struct document, title, "标题", "Title", .required = true, .length_max = 300,
          .search = SEARCH_TITLE),
    FIELD(struct document, source_code, "来源", "Source", USE_OUT | USE_FILTER),
    FIELD(struct document, sha256, "SHA-256", "SHA-256", USE_OUT | USE_FILTER),
    FIELD(struct document, media_type, "格式", "Media type", USE_OUT),
    FIELD(struct document, size, "字节数", "Size in bytes", USE_OUT),
    FIELD(struct document, line_count, "行数", "Lines", USE_OUT),
    FIELD(struct document, published, "发布时间", "When it was published", .length_max = 10),
    FIELD(struct document, visibility, "公开范围", "Who may see it", .choices = visibility_names),
    FIELD(struct document, area_code, "所属区县（空为本局）",
          "District it belongs to; empty = the bureau", USE_OUT),
    FIELD(struct document, department_code, "所属部门", "Department it belongs to", USE_OUT),
    FIELD(struct document, added_seq, "载入时的序号", "Sequence when it was added", USE_OUT),
    FIELD(struct document, changed_seq, "最近改动的序号", "Sequence of the last change", USE_OUT),
    FIELD(struct document, citation_count, "引自此文件的数字", "Figures cited from it", USE_OUT),
};
static const SHAPE(document);
static const struct ownership document_owned = {.area = "area_code",
                                                .department = "department_code"};
static const struct list document_list = {.base = &sql_document_list,
                                          .row = &document_shape,
                                          .key = "id",
                                          .sort = "id",
                                          .owned = &document_owned,
                                          .guarded = true};

/* A line of a document as it is found: under the document's title, and seen by who sees that. */
struct document_line {
    struct str key, title, text;
    int64_t document_id, line, visibility;
    struct str area_code, department_code;
};
static const struct field document_line_fields[] = {
    FIELD(struct document_line, key, "文件与行", "Document and line"),
    FIELD(struct document_line, title, "文件标题", "Title of the document", .search = SEARCH_SHOWN),
    FIELD(struct document_line, text, "文字", "Text", .search = SEARCH_TEXT),
    FIELD(struct document_line, document_id, "文件", "Document"),
    FIELD(struct document_line, line, "行", "Line"),
    FIELD(struct document_line, visibility, "公开范围", "Who may see it",
          .choices = visibility_names),
    FIELD(struct document_line, area_code, "所属区县", "District it belongs to"),
    FIELD(struct document_line, department_code, "所属部门", "Department it belongs to"),
};
static const SHAPE(document_line);

struct document_key {
    int64_t id;
};
static const struct field document_key_fields[] = {
    FIELD(struct document_key, id, "文件编号", "Number of the document", USE_OUT),
};
static const SHAPE(document_key);

struct sent_document {
    struct str name;
    int64_t visibility; /* of a file that no source of the pack is */
    struct str area_code, department_code;
};
static const struct field sent_document_fields[] = {
    FIELD(struct sent_document, name, "文件名", "File name", .required = true, .length_max = 255),
    FIELD(struct sent_document, visibility,
          "公开范围；来源已公开的文件总是公开，其他文件缺省为 bureau",
          "Who may see it; a file whose source is public is public, others by default the bureau's",
          .choices = visibility_names),
    FIELD(struct sent_document, area_code, "所属区县", "District it belongs to", .refers = "area"),
    FIELD(struct sent_document, department_code, "所属部门", "Department it belongs to",
          .refers = "department"),
};
static const SHAPE(sent_document);

struct uploaded {
    struct document document;
    bool existed;
    int64_t matched_citations;
};
static const struct field uploaded_fields[] = {
    FIELD(struct uploaded, existed, "此前已载入", "It was there already"),
    FIELD(struct uploaded, matched_citations, "在文中找到的引用数字",
          "Cited figures that were found in the text"),
};
static const SHAPE_EXTENDING(uploaded, document);

enum error source_find(struct ctx *ctx, struct str code, struct source *source)
{
    return db_one(ctx, &sql_source_show, ARGS(arg_text("code", code)), ROW(source, source));
}

enum error source_may_be_cited(struct ctx *ctx, const struct source *source, int64_t visibility)
{
    struct document document;
    enum error error = E_OK;
    if (source->visibility > clearance(ctx)) {
        error = db_one(ctx, &sql_document_of_source, ARGS(arg_text("sha256", source->sha256)),
                       ROW(document, &document));
        if (!error)
            error = ownership_may_see(ctx, &document_owned, ROW(document, &document),
                                      source->visibility);
    }
    if (!error && source->visibility > visibility)
        return complain(ctx, STR("source_code"), "来源的公开范围比这个数小；请先公开来源",
                        "the source is less visible than the figure: publish the source first");
    return error;
}

enum error citation_add(struct ctx *ctx, const char *subject, int64_t subject_id,
                        struct str source_code, struct maybe_int line, struct str token,
                        int64_t visibility)
{
    struct arg number = arg_int("line", line.value);
    number.value.null = !line.known;
    /* A hidden record leaves no trace on the page. */
    enum error error =
        visibility == VISIBILITY_PUBLIC
            ? db_do(ctx, &sql_document_touch, ARGS(arg_text("source_code", source_code)))
            : E_OK;
    if (error)
        return error;
    return db_do(ctx, &sql_citation_insert,
                 ARGS(arg_text("subject", str_of(subject)), arg_int("subject_id", subject_id),
                      arg_text("source_code", source_code), number, arg_text("token", token),
                      arg_int("visibility", visibility)));
}

struct cited_source {
    struct str source_code;
    int64_t visibility;
};
static const struct field cited_source_fields[] = {
    FIELD(struct cited_source, source_code, "来源", "Source"),
    FIELD(struct cited_source, visibility, "公开范围", "Who may see it"),
};
static const SHAPE(cited_source);

enum error citation_end(struct ctx *ctx, const char *subject, int64_t subject_id)
{
    struct cited_source cited;
    struct args args =
        ARGS(arg_text("subject", str_of(subject)), arg_int("subject_id", subject_id));
    enum error error = db_one(ctx, &sql_citation_source, args, ROW(cited_source, &cited));
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    if ((error = db_do(ctx, &sql_citation_end, args)) || cited.visibility != VISIBILITY_PUBLIC)
        return error;
    return db_do(ctx, &sql_document_touch, FROM(cited_source, &cited));
}

struct line {
    int64_t line;
    struct str text, token;
    int64_t subject_id;
};
static const struct field line_fields[] = {
    FIELD(struct line, line, "行", "Line"),
    FIELD(struct line, text, "文字", "Text"),
    FIELD(struct line, token, "数字原文", "The number as printed"),
    FIELD(struct line, subject_id, "观测", "Observation"),
};
static const SHAPE(line);

enum error citation_open(struct ctx *ctx, const struct source *source, struct maybe_int line,
                         struct str token, struct citation *citation)
{
    fields_clear(ROW(citation, citation));
    citation->line = line;
    citation->token = token;
    citation->document_id = source->document_id;
    if (!source->document_id.known || !line.known)
        return E_OK;
    struct line row;
    enum error error =
        db_one(ctx, &sql_line_find,
               ARGS(arg_int("document_id", source->document_id.value), arg_int("line", line.value)),
               ROW(line, &row));
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    citation->text = row.text;
    struct span token_span;
    if (!locate_token(row.text, token, &token_span))
        return E_OK;
    struct span sentence = locate_sentence(row.text, token_span);
    citation->token_start = (struct maybe_int){(int64_t)token_span.start, true};
    citation->token_end = (struct maybe_int){(int64_t)token_span.end, true};
    citation->sentence_start = (struct maybe_int){(int64_t)sentence.start, true};
    citation->sentence_end = (struct maybe_int){(int64_t)sentence.end, true};
    return E_OK;
}

/* --- Adding --------------------------------------------------------------------------------- */

static struct str sha256_hex(struct arena *arena, struct str bytes)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, (const unsigned char *)bytes.data, bytes.length);
    char *hex = arena_alloc(arena, 2 * sizeof(digest) + 1);
    sodium_bin2hex(hex, 2 * sizeof(digest) + 1, digest, sizeof(digest));
    return str_of(hex);
}

static enum error check_text(struct ctx *ctx, struct str text, int64_t *lines)
{
    size_t bad = utf8_check(text);
    *lines = 1;
    for (size_t i = 0; i < bad; i++)
        *lines += text.data[i] == '\n';
    if (bad != text.length)
        return fail(ctx, E_INVALID,
                    "第 %lld 行不是 UTF-8 文字；请把文件另存为 UTF-8 文本（txt、md、html）再上传",
                    "line %lld is not UTF-8 text: save the file as UTF-8 text (txt, md, html) and "
                    "add it again",
                    (long long)*lines);
    if (!text.length)
        return fail(ctx, E_INVALID, "文件是空的", "the file is empty");
    if (text.data[text.length - 1] == '\n')
        --*lines;
    if (*lines > LINES_MAX)
        return fail(ctx, E_TOO_LARGE, "超过 %d 行", "more than %d lines", (int)LINES_MAX);
    return E_OK;
}

static enum error insert_lines(struct ctx *ctx, int64_t id, struct str text)
{
    int64_t number = 0;
    struct str line;
    enum error error = E_OK;
    while (!error && text.length && str_cut(&text, '\n', &line)) {
        if (line.length && line.data[line.length - 1] == '\r')
            line.length--;
        error = db_do(
            ctx, &sql_line_insert,
            ARGS(arg_int("document_id", id), arg_int("line", ++number), arg_text("text", line)));
    }
    return error;
}

struct finding {
    struct search_bulk *bulk;
    struct document_line line;
    bool is_new;
};

static enum error find_line(struct ctx *ctx, void *state)
{
    const struct finding *finding = state;
    (void)ctx;
    return search_bulk_put(finding->bulk, &finding->line, finding->is_new);
}

/* Lines, and a source that came with the document, are found by whoever sees the document: again
 * when that changes. */
static enum error put_in_search(struct ctx *ctx, int64_t id, bool is_new)
{
    struct source source;
    struct finding finding = {.bulk = search_bulk_begin(ctx, search_kind(&document_line_shape)),
                              .is_new = is_new};
    enum error error = db_each(ctx, sql_document_lines_of.text, ARGS(arg_int("id", id)),
                               ROW(document_line, &finding.line), find_line, &finding);
    if (!error)
        error = search_bulk_end(finding.bulk);
    if (!error)
        error = db_one(ctx, &sql_source_of_document, ARGS(arg_int("id", id)), ROW(source, &source));
    return error ? error : search_put(ctx, ROW(source, &source));
}

/* The source that the file is, or a new one for a file that nobody has cited yet. */
static enum error source_for(struct ctx *ctx, struct str name, struct str sha256,
                             int64_t visibility, struct source *source)
{
    enum error error =
        db_one(ctx, &sql_source_by_sha256, ARGS(arg_text("sha256", sha256)), ROW(source, source));
    if (error != E_NOT_FOUND)
        return error;
    fields_clear(ROW(source, source));
    source->code = arena_print(ctx->arena, "U%lld", (long long)ctx->sequence);
    source->kind = STR("document");
    source->title = name;
    source->sha256 = sha256;
    source->uploaded = true;
    source->visibility = visibility;
    return db_do(ctx, &sql_source_insert, FROM(source, source));
}

static struct str media_type(struct str name)
{
    static const struct {
        const char *ending, *type;
    } known[] = {{".html", "text/html"}, {".htm", "text/html"}, {".md", "text/markdown"}};
    for (size_t i = 0; i < COUNT(known); i++)
        if (str_ends(name, str_of(known[i].ending)))
            return str_of(known[i].type);
    return STR("text/plain");
}

static enum error document_find(struct ctx *ctx, int64_t id, struct document *document)
{
    enum error error =
        db_one(ctx, &sql_document_show, ARGS(arg_int("id", id)), ROW(document, document));
    return error ? error
                 : ownership_may_see(ctx, &document_owned, ROW(document, document),
                                     document->visibility);
}

/* How many cited tokens stand on their lines. */
static enum error count_matches(struct ctx *ctx, int64_t id, struct str text, int64_t *matches)
{
    struct records citations;
    *matches = 0;
    enum error error =
        db_all(ctx, &sql_citation_page,
               ARGS(arg_int("id", id), arg_int("after", 0), arg_int("last", LINES_MAX)),
               &line_shape, CITATIONS_MAX, &citations);
    const struct line *next = citations.items, *end = next + (error ? 0 : citations.count);
    struct str line;
    for (int64_t number = 1; next < end && text.length && str_cut(&text, '\n', &line); number++)
        for (; next < end && next->line == number; next++) {
            struct span span;
            *matches += locate_token(line, next->token, &span);
        }
    return error;
}

static enum error document_add(struct ctx *ctx, const struct sent_document *upload, struct str text,
                               struct uploaded *out)
{
    struct source source;
    struct str name = upload->name;
    int64_t lines, id, visibility = upload->visibility;
    struct str sha256 = sha256_hex(ctx->arena, text);
    enum error error =
        db_number(ctx, &sql_document_by_sha256, ARGS(arg_text("sha256", sha256)), &id);
    out->existed = error == E_OK;
    if (error == E_NOT_FOUND) {
        if ((error = check_text(ctx, text, &lines)) ||
            (error = source_for(ctx, name, sha256, visibility, &source)))
            return error;
        struct document document = {.name = name,
                                    .title = source.title,
                                    .source_code = source.code,
                                    .sha256 = sha256,
                                    .media_type = media_type(name),
                                    .size = (int64_t)text.length,
                                    .line_count = lines,
                                    .published = source.published,
                                    .visibility = source.uploaded ? visibility : VISIBILITY_PUBLIC,
                                    .area_code = upload->area_code,
                                    .department_code = upload->department_code};
        error = db_number(ctx, &sql_document_insert, FROM(document, &document), &id);
        if (!error)
            error = insert_lines(ctx, id, text);
        if (!error)
            error = put_in_search(ctx, id, true);
    }
    if (!error)
        error = document_find(ctx, id, &out->document);
    error =
        explain(ctx, error, E_CONFLICT, "同样的文件已经载入，但不在您看得见的范围内；请联系本局",
                "the same file is there already, where you may not see it: ask the bureau");
    return error ? error : count_matches(ctx, id, text, &out->matched_citations);
}

HANDLER(document_upload, sent_document, uploaded)
{
    static const char *const types[] = {"text/plain", "text/markdown", "text/html"};
    bool known = false;
    struct sent_document upload = *in;
    if (!was_given(ctx, &sent_document_shape, "visibility"))
        upload.visibility = VISIBILITY_BUREAU;
    for (size_t i = 0; i < COUNT(types); i++)
        known = known || str_is(ctx->content_type, types[i]);
    if (upload.visibility == VISIBILITY_PUBLIC && ctx->who->role != ROLE_OPERATOR)
        return complain(ctx, STR("visibility"), "请先载入，再提请公开",
                        "add it first, then ask for it to be made public");
    if (!known)
        return fail(ctx, E_MEDIA_TYPE, "目前接受文本：text/plain、text/markdown、text/html",
                    "texts are taken: text/plain, text/markdown, text/html");
    enum error error = document_add(ctx, &upload, ctx->body, out);
    if (error)
        return error;
    ctx->etag = out->document.changed_seq;
    ctx->location = arena_print(ctx->arena, "/api/documents/%lld", (long long)out->document.id);
    return E_OK;
}

HANDLER(document_show, document_key, document)
{
    enum error error = document_find(ctx, in->id, out);
    ctx->etag = error ? 0 : out->changed_seq;
    return error;
}

struct document_change {
    int64_t id;
    struct str title, published;
    int64_t visibility;
};
static const struct field document_change_fields[] = {
    FIELD(struct document_change, id, "文件编号", "Number of the document", USE_OUT),
    FIELD(struct document_change, title, "标题", "Title", .required = true, .length_max = 300),
    FIELD(struct document_change, published, "发布时间", "When it was published", .length_max = 10),
    FIELD(struct document_change, visibility, "公开范围", "Who may see it",
          .choices = visibility_names),
};
static const SHAPE(document_change);

static enum error find_to_change(struct ctx *ctx, int64_t id, struct document *out)
{
    enum error error = document_find(ctx, id, out);
    return error ? error : ownership_require(ctx, &document_owned, ROW(document, out));
}

/* What is public, becomes so, or shall no longer be, takes a second person, who approves it as it
 * was proposed. */
static enum error change_document(struct ctx *ctx, const struct document_change *change,
                                  struct document *out)
{
    ctx->etag = out->changed_seq;
    bool is_public =
        out->visibility == VISIBILITY_PUBLIC || change->visibility == VISIBILITY_PUBLIC;
    enum error error = is_public ? approval_required(ctx) : E_OK;
    if (!error)
        error = db_do(ctx, &sql_document_update, FROM(document_change, change));
    if (!error)
        error = db_do(ctx, &sql_source_follows,
                      FROM_AND(document_change, change, arg_text("source_code", out->source_code)));
    if (!error)
        error = put_in_search(ctx, change->id, false);
    if (!error)
        error = document_find(ctx, change->id, out);
    if (!error)
        ctx->etag = out->changed_seq;
    return error;
}

HANDLER(document_edit, document_change, document)
{
    enum error error = find_to_change(ctx, in->id, out);
    if (error || (error = check_match(ctx, out->changed_seq)))
        return error;
    struct document_change change = {out->id, out->title, out->published, out->visibility};
    fields_merge(ROW(document_change, &change), in, ctx->given);
    struct date last;
    if (change.published.data && !publication_parse(change.published, &last))
        return complain(ctx, STR("published"), "应为 2026、2026-03 或 2026-03-03",
                        "must be 2026, 2026-03 or 2026-03-03");
    return change_document(ctx, &change, out);
}

HANDLER(document_publish, publication, document)
{
    enum error error = find_to_change(ctx, in->id, out);
    if (!error && ctx->if_match.data)
        error = check_match(ctx, out->changed_seq);
    if (error)
        return error;
    if (in->visibility >= out->visibility)
        return fail(ctx, E_CONFLICT, "它现在的公开范围已不小于所请的范围",
                    "it is as visible as that already");
    struct document_change change = {out->id, out->title, out->published, in->visibility};
    return change_document(ctx, &change, out);
}

/* --- Reading -------------------------------------------------------------------------------- */

struct lines_request {
    int64_t id;
    struct maybe_int after, limit;
};
static const struct field lines_request_fields[] = {
    FIELD(struct lines_request, id, "文件编号", "Number of the document", USE_OUT),
    FIELD(struct lines_request, after, "从此行之后", "Lines after this one"),
    FIELD(struct lines_request, limit, "行数", "How many lines"),
};
static const SHAPE(lines_request);

struct cited {
    int64_t observation_id, token_start, token_end;
};
static const struct field cited_fields[] = {
    FIELD(struct cited, observation_id, "观测", "Observation"),
    FIELD(struct cited, token_start, "数字起（码点）", "Start of the number, code points"),
    FIELD(struct cited, token_end, "数字止", "End of the number"),
};
static const SHAPE(cited);

struct read_line {
    int64_t line;
    struct str text;
    struct records citations;
};
static const struct field read_line_fields[] = {
    FIELD(struct read_line, line, "行", "Line"),
    FIELD(struct read_line, text, "文字", "Text"),
    FIELD(struct read_line, citations, "本行引用的数字", "Figures cited from this line",
          .of = &cited_shape),
};
static const SHAPE(read_line);

struct lines_page {
    struct records items;
    struct maybe_int next;
};
static const struct field lines_page_fields[] = {
    FIELD(struct lines_page, items, "各行", "Lines", .of = &read_line_shape),
    FIELD(struct lines_page, next, "下一页的 after", "`after` of the next page"),
};
static const SHAPE(lines_page);

/* The citations of one line, where their tokens are found. */
static void mark_citations(struct ctx *ctx, struct read_line *line, const struct line *first,
                           size_t count)
{
    struct cited *cited = arena_array(ctx->arena, count, sizeof(*cited));
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        struct span span;
        if (locate_token(line->text, first[i].token, &span))
            cited[found++] =
                (struct cited){first[i].subject_id, (int64_t)span.start, (int64_t)span.end};
    }
    line->citations = (struct records){cited, found};
}

HANDLER(document_lines, lines_request, lines_page)
{
    struct records lines, citations;
    struct document document;
    int64_t after = in->after.known ? in->after.value : 0;
    int64_t limit = in->limit.known ? in->limit.value : PAGE_MAX;
    enum error error = document_find(ctx, in->id, &document);
    if (error)
        return error;
    if (limit < 1 || limit > PAGE_MAX)
        return complain(ctx, STR("limit"), "应为 1 到 %d", "must be from 1 to %d", (int)PAGE_MAX);
    error = db_all(ctx, &sql_line_page,
                   ARGS(arg_int("id", in->id), arg_int("after", after), arg_int("limit", limit)),
                   &line_shape, PAGE_MAX, &lines);
    if (error || !lines.count)
        return error;
    const struct line *texts = lines.items;
    int64_t last = texts[lines.count - 1].line;
    error = db_all(ctx, &sql_citation_page,
                   ARGS(arg_int("id", in->id), arg_int("after", after), arg_int("last", last)),
                   &line_shape, CITATIONS_MAX, &citations);
    if (error)
        return error;
    struct read_line *items = arena_array(ctx->arena, lines.count, sizeof(*items));
    const struct line *next = citations.items, *end = next + citations.count;
    for (size_t i = 0; i < lines.count; i++) {
        items[i] = (struct read_line){.line = texts[i].line, .text = texts[i].text};
        const struct line *first = next;
        while (next < end && next->line == texts[i].line)
            next++;
        mark_citations(ctx, &items[i], first, (size_t)(next - first));
    }
    out->items = (struct records){items, lines.count};
    if ((int64_t)lines.count == limit)
        out->next = (struct maybe_int){last, true};
    return E_OK;
}

/* --- The pack's own bulletins --------------------------------------------------------------- */

static struct str base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return str_of(slash ? slash + 1 : path);
}

static enum error load_bulletins(struct ctx *ctx, const char *folder)
{
    glob_t found = {0};
    struct str pattern = arena_print(ctx->arena, "%s/bulletins/*.md", folder);
    enum error error = E_OK;
    if (glob(pattern.data, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc && !error; i++) {
            struct str text;
            struct uploaded uploaded;
            struct str name = arena_str(ctx->arena, base_name(found.gl_pathv[i]));
            error = pack_read_file(ctx, found.gl_pathv[i], DOCUMENT_MAX, &text);
            if (!error)
                error = document_add(ctx,
                                     &(struct sent_document){.name = name,
                                                             .visibility = VISIBILITY_PUBLIC,
                                                             .area_code = STR_NONE,
                                                             .department_code = STR_NONE},
                                     text, &uploaded);
        }
    globfree(&found);
    return error;
}

static const struct route routes[] = {
    GET_LIST("/api/sources", source_list, "来源", "Sources"),
    GET_LIST("/api/documents", document_list, "文件", "Documents"),
    POST_RAW("/api/documents", document_upload, DOCUMENT_MAX, "载入文件", "Add a document",
             .roles = EDITORS, .owned = &document_owned),
    GET_SINGLE("/api/documents/{id}", document_show, "一份文件", "A document"),
    PATCH("/api/documents/{id}", document_edit, "改标题、时间、公开范围",
          "Change title, day or visibility", .roles = EDITORS, .approvers = APPROVERS),
    ACT("/api/documents/{id}/publication", document_publish, "提请公开一份文件",
        "Publish a document", .roles = EDITORS, .approvers = APPROVERS),
    GET_WORK("/api/documents/{id}/lines", document_lines, "文件各行及其引用",
             "Lines of a document and what is cited from them"),
};

static const struct import_target sources = {
    "sources",       "来源",           "Sources", &source_shape, "source", "uploaded visibility",
    .key = {"code"}, .roles = ANALYSTS};
static const struct import_target *const imports[] = {&sources, NULL};

static const struct pack_file pack_files[] = {
    {"sources.csv", .target = &sources},
};

static const struct searchable searchables[] = {
    {&source_shape, "来源", "Source", "code", "/sources?search={key}", .all = &sql_source_list,
     .guarded = true},
    {&document_shape, "文件", "Document", "id", "/documents/{key}", .all = &sql_document_list,
     .owned = &document_owned, .guarded = true},
    {&document_line_shape, "文件正文", "Line of a document", "key",
     "/documents/{document_id}?line={line}", .all = &sql_document_lines_all,
     .owned = &document_owned, .guarded = true},
};

const struct module documents_module = {
    .name = "documents",
    .searchables = searchables,
    .searchable_count = COUNT(searchables),
    .migrations = documents_migrations,
    .migration_count = COUNT(documents_migrations),
    .routes = routes,
    .route_count = COUNT(routes),
    .pack_files = pack_files,
    .pack_file_count = COUNT(pack_files),
    .imports = imports,
    .pack_loaded = load_bulletins,
};
