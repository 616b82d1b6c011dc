#include "core/sheet.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/sheet_reader.h"

/* The first bytes tell: a ZIP archive, the workbooks of before 2007, or text. */
static bool open_by_bytes(struct sheet *sheet, int file, struct str name, struct sheet_fault *why)
{
    static const char zip[] = "PK\x03\x04", ole[] = "\xD0\xCF\x11\xE0";
    char first[4] = "";
    ssize_t length = pread(file, first, sizeof(first), 0);
    if (length < 0)
        return sheet_refuse(why, "文件读不下去", "the file cannot be read");
    if (length == 0)
        return sheet_refuse(why, "文件是空的", "the file is empty");
    if (length == sizeof(first) && memcmp(first, ole, sizeof(first)) == 0)
        return sheet_refuse(why, "这是旧式 XLS 工作簿；请另存为 XLSX 或 CSV",
                            "this is an old XLS workbook: save it as XLSX or CSV");
    bool packed = length == sizeof(first) && memcmp(first, zip, sizeof(first)) == 0;
    return packed ? sheet_open_xlsx(sheet, file, name, why) : sheet_open_text(sheet, file, why);
}

struct sheet *sheet_open(int file, struct str name, struct sheet_fault *why)
{
    struct sheet *sheet = calloc(1, sizeof(*sheet));
    if (!sheet) {
        sheet_refuse(why, "内存不足", "out of memory");
        return NULL;
    }
    if (open_by_bytes(sheet, file, name, why))
        return sheet;
    sheet_close(sheet);
    return NULL;
}

void sheet_close(struct sheet *sheet)
{
    if (sheet && sheet->state)
        sheet->reader->close(sheet->state);
    free(sheet);
}

bool sheet_next(struct sheet *sheet, struct sheet_row *row, struct sheet_fault *why)
{
    *why = (struct sheet_fault){NULL, NULL};
    row->count = 0;
    row->fault = NULL;
    if (!sheet->reader->next(sheet->state, row, why))
        return false;
    if (row->fault && ++sheet->faults > SHEET_FAULTS_MAX)
        return sheet_refuse(why, "读不懂的行太多：这大概不是表格，或分隔符不对",
                            "too many lines cannot be read: this is no table, or has another "
                            "separator");
    return true;
}

const char *sheet_format(const struct sheet *sheet)
{
    return sheet->format;
}

const char *sheet_encoding(const struct sheet *sheet)
{
    return sheet->encoding;
}

size_t sheet_names(const struct sheet *sheet, const struct str **names)
{
    *names = sheet->names;
    return sheet->name_count;
}

const char *sheet_name(const struct sheet *sheet)
{
    return sheet->name_count ? sheet->names[sheet->chosen].data : "";
}
