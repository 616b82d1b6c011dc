/* The targets, by file. */
#ifndef FUZZ_TARGETS_INSIDE_H
#define FUZZ_TARGETS_INSIDE_H

#include "fuzz/targets.h"

/* A copy that ends where the bytes end, so that the sanitizer sees who reads on. */
char *fuzz_copy(const uint8_t *data, size_t size);

typedef void fuzz_fn(const uint8_t *data, size_t size);
/* targets.c */
fuzz_fn fuzz_csv, fuzz_dialect, fuzz_json, fuzz_period, fuzz_sealed, fuzz_sheet, fuzz_sniff;
/* targets_text.c */
fuzz_fn fuzz_cell, fuzz_condition, fuzz_credit_code, fuzz_expression, fuzz_fold, fuzz_locate,
    fuzz_number, fuzz_search_entry, fuzz_search_words;
/* targets_core.c */
fuzz_fn fuzz_clock, fuzz_config, fuzz_field, fuzz_mend, fuzz_working_time;
/* targets_http.c */
fuzz_fn fuzz_foreign, fuzz_http, fuzz_http_query, fuzz_outbound;

#endif
