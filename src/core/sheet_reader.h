/* What the readers of texts and of workbooks offer to core/sheet.c. */
#ifndef CORE_SHEET_READER_H
#define CORE_SHEET_READER_H

#include "core/sheet.h"

struct sheet_reader {
    /* As sheet_next(). */
    bool (*next)(void *state, struct sheet_row *row, struct sheet_fault *why);
    void (*close)(void *state);
};

struct sheet {
    const struct sheet_reader *reader;
    void *state;
    const char *format, *encoding;
    struct str names[SHEETS_MAX]; /* owned by the reader */
    size_t name_count, chosen;
    size_t faults;
};

/* Each fills in the sheet; false with the reason. */
bool sheet_open_text(struct sheet *sheet, int file, struct sheet_fault *why);
bool sheet_open_xlsx(struct sheet *sheet, int file, struct str name, struct sheet_fault *why);

static inline bool sheet_refuse(struct sheet_fault *why, const char *zh, const char *en)
{
    *why = (struct sheet_fault){zh, en};
    return false;
}

#endif
