/* How fast texts are folded (text/fold.h): FILE… as they are, each in one piece, and line by line.
 *   build/bench/fold FILE…      prints FILE, MB/s in one piece, MB/s line by line */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "text/fold.h"

enum { BYTES_MAX = 128 << 20, ROUNDS = 5, WORK = 64 << 20 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fold_lines(struct str text, char *out)
{
    while (text.length) {
        const char *end = memchr(text.data, '\n', text.length);
        size_t length = end ? (size_t)(end - text.data) + 1 : text.length;
        text_fold_into((struct str){text.data, length}, out);
        text.data += length;
        text.length -= length;
    }
}

/* The best of some rounds, each over WORK bytes at least. */
static double rate(struct str text, char *out, bool lines)
{
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
        size_t bytes = 0;
        double began = now();
        for (; bytes < WORK; bytes += text.length)
            if (lines)
                fold_lines(text, out);
            else
                text_fold_into(text, out);
        double rate = (double)bytes / 1e6 / (now() - began);
        best = rate > best ? rate : best;
    }
    return best;
}

static bool measure(const char *path, char *bytes)
{
    FILE *in = fopen(path, "rb");
    struct str text = {bytes, in ? fread(bytes, 1, BYTES_MAX, in) : 0};
    char *out = text.length ? malloc(text_fold_room(text.length)) : NULL;
    if (out)
        printf("%s %.0f %.0f\n", path, rate(text, out, false), rate(text, out, true));
    bool good = out != NULL;
    free(out);
    if (in)
        fclose(in);
    return good;
}

int main(int count, char **files)
{
    char *bytes = malloc(BYTES_MAX);
    bool good = bytes != NULL;
    for (int i = 1; good && i < count; i++)
        good = measure(files[i], bytes);
    free(bytes);
    return good ? 0 : 1;
}
