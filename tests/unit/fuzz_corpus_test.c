/* What fuzzing once tried, and what once broke something: read again in every run. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/targets.h"
#include "unit/unit.h"

enum { FILE_SIZE_MAX = 1 << 20 };

static void run_file(const struct fuzz_target *target, const char *path)
{
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    uint8_t *data = test_malloc(FILE_SIZE_MAX);
    size_t size = fread(data, 1, FILE_SIZE_MAX, in);
    fclose(in);
    target->run(data, size);
    test_free(data);
}

static int is_visible(const struct dirent *entry)
{
    return *entry->d_name != '.';
}

static void the_corpus_breaks_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < fuzz_target_count; i++) {
        char folder[100], path[400];
        struct dirent **files;
        snprintf(folder, sizeof(folder), "tests/fuzz/corpus/%s", fuzz_targets[i].name);
        int count = scandir(folder, &files, is_visible, alphasort);
        if (count <= 0)
            fail_msg("%s: no files (the tests run from the repository's folder)", folder);
        for (int k = 0; k < count; k++) {
            snprintf(path, sizeof(path), "%s/%s", folder, files[k]->d_name);
            run_file(&fuzz_targets[i], path);
            free(files[k]);
        }
        free(files);
    }
}

UNIT_GROUP(fuzz_corpus, cmocka_unit_test(the_corpus_breaks_nothing))
