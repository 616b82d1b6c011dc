/* Documents and sources.
 *
 * A source is what a figure is cited from: known by title, publisher, day, and for files by their
 * SHA-256. A document is such a file once somebody has loaded it; then a citation (source, line,
 * number token) opens the sentence. Lines count from 1; offsets are code points of the line. */
#ifndef MODULES_DOCUMENTS_H
#define MODULES_DOCUMENTS_H

#include "core/route.h"

struct source {
    struct str code, kind, title, title_en, publisher, published, sha256, url;
    bool second_hand;
    struct str note;
    bool uploaded;
    int64_t visibility;
    struct maybe_int document_id; /* the document, when it has been loaded */
};
extern const struct shape source_shape;

/* What a record says about where it comes from. */
struct citation {
    struct maybe_int document_id; /* unknown = the document has not been loaded */
    struct maybe_int line;
    struct str token, text; /* text: the whole line, when loaded */
    struct maybe_int token_start, token_end, sentence_start, sentence_end;
};
extern const struct shape citation_shape;

extern const struct module documents_module;

enum { DOCUMENT_MAX = 8 << 20 }; /* bytes of a file */

enum error source_find(struct ctx *ctx, struct str code, struct source *source) MUST_USE;
/* May the writer cite it in a record of this visibility? E_NOT_FOUND when it is hidden from him; a
 * complaint about `source_code` when fewer may see the source than the record. */
enum error source_may_be_cited(struct ctx *ctx, const struct source *source,
                               int64_t visibility) MUST_USE;
/* Records that `subject` (observation 12) stands in a source, at a line, as this token. */
enum error citation_add(struct ctx *ctx, const char *subject, int64_t subject_id,
                        struct str source_code, struct maybe_int line, struct str token,
                        int64_t visibility) MUST_USE;
/* The record is no longer the current one: the document's pages name it no more. */
enum error citation_end(struct ctx *ctx, const char *subject, int64_t subject_id) MUST_USE;
/* Reads the line and finds token and sentence in it, when the document is there. */
enum error citation_open(struct ctx *ctx, const struct source *source, struct maybe_int line,
                         struct str token, struct citation *citation) MUST_USE;

#endif
