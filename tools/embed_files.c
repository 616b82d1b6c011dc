/* Build time: makes one C file that holds every file of a folder, each also compressed where that
 * makes it smaller, with its media type and entity tags (see src/http/embedded.h).
 *
 *   embed_files FOLDER SCRATCH > embedded.c
 *
 * The bytes themselves come in by .incbin: the originals from FOLDER, the compressed ones from
 * SCRATCH, where this program puts them. */
#include <brotli/encode.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum { FILES_MAX = 2000, FILE_SIZE_MAX = 64 << 20, TAG_BYTES = 12 };

struct bytes {
    unsigned char *data;
    size_t size;
};

static char *files[FILES_MAX]; /* paths inside the folder, with a leading slash */
static size_t file_count;

__attribute__((noreturn)) static void stop(const char *what, const char *which)
{
    fprintf(stderr, "embed_files: %s: %s%s%s\n", which, what, errno ? ": " : "",
            errno ? strerror(errno) : "");
    exit(1);
}

static char *join(const char *a, const char *b, const char *c)
{
    size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
    char *text = malloc(size);
    if (!text)
        stop("out of memory", a);
    snprintf(text, size, "%s%s%s", a, b, c);
    return text;
}

/* Finds the files below root + path; what starts with a dot is not for the world. */
static void walk(const char *root, const char *path)
{
    char *folder = join(root, path, "");
    DIR *dir = opendir(folder);
    if (!dir)
        stop("cannot open", folder);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        char *inside = join(path, "/", entry->d_name);
        char *full = join(root, inside, "");
        struct stat info;
        if (stat(full, &info) != 0)
            stop("cannot look at", full);
        if (S_ISDIR(info.st_mode)) {
            walk(root, inside);
            free(inside);
        } else if (file_count == FILES_MAX) {
            stop("too many files", root);
        } else {
            files[file_count++] = inside;
        }
        free(full);
    }
    closedir(dir);
    free(folder);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct bytes read_all(const char *name)
{
    FILE *in = fopen(name, "rb");
    struct stat info;
    if (!in || fstat(fileno(in), &info) != 0)
        stop("cannot read", name);
    if (info.st_size > FILE_SIZE_MAX)
        stop("too large", name);
    struct bytes all = {malloc((size_t)info.st_size + 1), (size_t)info.st_size};
    if (!all.data || fread(all.data, 1, all.size, in) != all.size)
        stop("cannot read", name);
    fclose(in);
    return all;
}

static void write_all(const char *name, struct bytes all)
{
    FILE *out = fopen(name, "wb");
    if (!out || fwrite(all.data, 1, all.size, out) != all.size || fclose(out) != 0)
        stop("cannot write", name);
}

static struct bytes gzip(struct bytes in)
{
    z_stream stream = {0};
    /* 15 + 16: the largest window, with a gzip header, which zlib leaves without a date. */
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        stop("zlib failed", "gzip");
    size_t room = deflateBound(&stream, (uLong)in.size);
    struct bytes out = {malloc(room), 0};
    if (!out.data)
        stop("out of memory", "gzip");
    stream.next_in = in.data;
    stream.avail_in = (uInt)in.size;
    stream.next_out = out.data;
    stream.avail_out = (uInt)room;
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
        stop("zlib failed", "gzip");
    out.size = stream.total_out;
    deflateEnd(&stream);
    return out;
}

static struct bytes brotli(struct bytes in)
{
    size_t room = BrotliEncoderMaxCompressedSize(in.size);
    struct bytes out = {room ? malloc(room) : NULL, room};
    if (!out.data ||
        !BrotliEncoderCompress(BROTLI_MAX_QUALITY, BROTLI_MAX_WINDOW_BITS, BROTLI_MODE_GENERIC,
                               in.size, in.data, &out.size, out.data))
        stop("brotli failed", "brotli");
    return out; // NOLINT(clang-analyzer-unix.Malloc): the caller frees it
}

static const char *content_type(const char *path)
{
    static const struct {
        const char *ending, *type;
    } types[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".svg", "image/svg+xml"},
        {".txt", "text/plain; charset=utf-8"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".webp", "image/webp"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".wasm", "application/wasm"},
    };
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        size_t ending = strlen(types[i].ending);
        if (length >= ending && strcmp(path + length - ending, types[i].ending) == 0)
            return types[i].type;
    }
    errno = 0;
    stop("no media type is known for this ending: add it to embed_files.c", path);
}

/* As a C string literal; file names hold nothing else, or the build stops. */
static void check_name(const char *path)
{
    errno = 0;
    if (strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-") !=
        strlen(path))
        stop("a file name may hold letters, digits and / . _ - only", path);
}

/* One body: its bytes as assembler text to stdout, its entry to the table. */
static void emit(const char *kind, size_t number, const char *name, struct bytes all, FILE *table)
{
    char tag[2 * TAG_BYTES + 1];
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, all.data, all.size);
    sodium_bin2hex(tag, sizeof tag, digest, TAG_BYTES);
    char *path = realpath(name, NULL);
    if (!path)
        stop("cannot find", name);
    printf("__asm__(\".section .rodata\\n.balign 16\\nembedded_%s_%zu:\\n"
           ".incbin \\\"%s\\\"\\n.byte 0\\n.text\");\n"
           "extern const unsigned char embedded_%s_%zu[];\n",
           kind, number, path, kind, number);
    free(path);
    fprintf(table, ",\n     {embedded_%s_%zu, %zu, \"\\\"%s\\\"\"}", kind, number, all.size, tag);
}

/* A compressed body, or an empty entry where it would not be smaller. */
static void emit_smaller(const char *kind, size_t number, const char *scratch, struct bytes all,
                         size_t than, FILE *table)
{
    if (all.size < than) {
        char name[PATH_MAX];
        snprintf(name, sizeof name, "%s/%zu.%s", scratch, number, kind);
        write_all(name, all);
        emit(kind, number, name, all, table);
    } else {
        fprintf(table, ",\n     {0}");
    }
    free(all.data);
}

int main(int count, char **words)
{
    if (count != 3 || sodium_init() < 0) {
        fprintf(stderr, "usage: embed_files FOLDER SCRATCH > embedded.c\n");
        return 1;
    }
    const char *folder = words[1], *scratch = words[2];
    if (mkdir(scratch, 0777) != 0 && errno != EEXIST)
        stop("cannot make", scratch);
    walk(folder, "");
    qsort(files, file_count, sizeof files[0], by_path);

    char *rows = NULL;
    size_t rows_size = 0;
    FILE *table = open_memstream(&rows, &rows_size);
    if (!table)
        stop("out of memory", folder);
    printf("/* Made by tools/embed_files.c: do not edit. */\n#include \"http/embedded.h\"\n\n");
    for (size_t i = 0; i < file_count; i++) {
        const char *path = files[i];
        check_name(path);
        char *name = join(folder, path, "");
        struct bytes all = read_all(name);
        fprintf(table, "    {\"%s\",\n     \"%s\"", path, content_type(path));
        emit("identity", i, name, all, table);
        emit_smaller("gzip", i, scratch, gzip(all), all.size, table);
        emit_smaller("brotli", i, scratch, brotli(all), all.size, table);
        fprintf(table, ",\n     %s},\n", strncmp(path, "/assets/", 8) == 0 ? "true" : "false");
        free(all.data);
        free(name);
        free(files[i]);
    }
    if (file_count == 0 || fclose(table) != 0)
        stop("nothing to embed, or no memory left", folder);
    printf("\nconst struct embedded_file embedded_files[] = {\n%s};\n", rows);
    printf("const size_t embedded_file_count = %zu;\n", file_count);
    free(rows);
    if (fflush(stdout) != 0)
        stop("cannot write", "the result");
    return 0;
}
