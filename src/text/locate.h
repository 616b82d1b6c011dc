/* Where in a line a printed number stands, and which sentence it belongs to. Offsets are Unicode
 * code points of the line as it is. Pure; linear in the line for tokens of bounded length. */
#ifndef TEXT_LOCATE_H
#define TEXT_LOCATE_H

#include "base/base.h"

struct span {
    size_t start, end; /* end exclusive */
};

enum { TOKEN_MAX = 200 }; /* code points */

/* Finds the token in the line. Blanks inside the line's text do not count (PDF dumps put them into
 * words), and a token is not found inside a longer number: 8% is not in 6.8%. */
bool locate_token(struct str line, struct str token, struct span *found);
/* The sentence around a span: between 。！？；and the like, or HTML tags; without blanks around. */
struct span locate_sentence(struct str line, struct span inside);

#endif
