/* The program for libFuzzer. It is called by the name of its target. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/targets.h"

int LLVMFuzzerInitialize(int *count, char ***words);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fuzz_target *target;

int LLVMFuzzerInitialize(int *count, char ***words)
{
    (void)count;
    const char *slash = strrchr(**words, '/');
    const char *name = slash ? slash + 1 : **words;
    for (size_t i = 0; i < fuzz_target_count; i++)
        if (strcmp(name, fuzz_targets[i].name) == 0)
            target = &fuzz_targets[i];
    if (!target) {
        fprintf(stderr, "there is no target %s\n", name);
        exit(1);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    target->run(data, size);
    return 0;
}
