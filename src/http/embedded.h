/* The web files inside the program: what tools/embed_files.c made of web/dist, or of
 * web/placeholder where the web UI has not been built.
 *
 * Every body is constant memory of the program: nothing to free, nothing to copy. */
#ifndef HTTP_EMBEDDED_H
#define HTTP_EMBEDDED_H

#include <stdbool.h>
#include <stddef.h>

/* One encoding of a file. Each has an entity tag of its own, because a strong one names bytes. */
struct embedded_body {
    const unsigned char *data; /* NULL = not there: this encoding would not be smaller */
    size_t size;
    const char *etag; /* with its quotes, ready for the header */
};

struct embedded_file {
    const char *path;         /* as in the address: "/index.html", "/assets/index-C0ffee42.js" */
    const char *content_type; /* with its charset where it has one */
    struct embedded_body identity; /* always there */
    struct embedded_body gzip;
    struct embedded_body brotli;
    bool immutable; /* the name has a hash of the contents in it: keep it for ever */
};

/* In the order of strcmp() on `path`, so that bsearch() finds one. */
extern const struct embedded_file embedded_files[];
extern const size_t embedded_file_count;

#endif
