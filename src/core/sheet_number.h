/* Numbers of a workbook as a person reads them: its days and times are numbers, too, and only the
 * cell's format tells. */
#ifndef CORE_SHEET_NUMBER_H
#define CORE_SHEET_NUMBER_H

#include "base/buf.h"

enum sheet_number { SHEET_NUMBER_PLAIN, SHEET_NUMBER_DAY, SHEET_NUMBER_TIME, SHEET_NUMBER_MOMENT };

/* What the format shows. `custom`: the workbook's own formats, a line "NUMBER CODE" for each; the
 * others are those of ECMA-376, 18.8.30. */
enum sheet_number sheet_number_of(int64_t format, struct str custom);
/* As text, in the arena: 2026-03-03, 08:30:00, 2026-03-03 08:30:00; 15 digits as the spreadsheet
 * shows them. What is no number, or a day that is none, comes back as it is. */
struct str sheet_number_text(struct arena *arena, struct str value, enum sheet_number format,
                             bool from_1904);

#endif
