/* What `make fuzz` feeds with made-up bytes. A target takes any bytes and aborts where a promise is
 * broken. What once broke one is kept in tests/fuzz/corpus, which the unit tests read again. */
#ifndef FUZZ_TARGETS_H
#define FUZZ_TARGETS_H

#include <stddef.h>
#include <stdint.h>

struct fuzz_target {
    const char *name; /* also of its folder in the corpus */
    void (*run)(const uint8_t *data, size_t size);
};

extern const struct fuzz_target fuzz_targets[];
extern const size_t fuzz_target_count;

#endif
