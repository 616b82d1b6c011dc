/* Cells of files that spreadsheets open: what a program may take for a formula is disarmed on the
 * way out and comes back as it was on the way in.
 *
 * Excel and its like run a CSV cell that begins with = + - @ (also in full width), a tab or a line
 * end. Such a cell gets one apostrophe in front, and so does one that begins with apostrophes and
 * then one of these, so that taking one off gives back every text:
 *   =1+1  →  '=1+1  →  =1+1        '=x  →  ''=x  →  '=x        'tis  →  'tis
 * A number (-5, +1e9) runs nothing and stays. A cell of XLSX has a type, and needs none of this. */
#ifndef BASE_CELL_H
#define BASE_CELL_H

#include "base/buf.h"

/* Would a spreadsheet take it for a formula, or an import for an apostrophe of ours? */
bool cell_is_risky(struct str text);
/* One cell of a CSV file: with an apostrophe where it is risky, quoted where it must be. */
void cell_write(struct buf *out, struct str text);
/* The text that was written: without the apostrophe that cell_write() put in front. For every
 * reader of CSV and of what is pasted; `text` may be a person's own "'=1". */
struct str cell_disarmed(struct str text);

#endif
