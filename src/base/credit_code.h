/* Unified social credit codes of organisations (GB 32100-2015): 18 characters from an alphabet of
 * 31, the last of which checks the others; characters 9 to 17 are the organisation code of GB
 * 11714-1997 with a check of its own. */
#ifndef BASE_CREDIT_CODE_H
#define BASE_CREDIT_CODE_H

#include "base/base.h"

enum { CREDIT_CODE_LENGTH = 18 };

enum credit_code_fault {
    CREDIT_CODE_GOOD,
    CREDIT_CODE_LENGTH_WRONG,
    CREDIT_CODE_CHARACTER,         /* I, O, S, V, Z, a small letter, or no letter and no digit */
    CREDIT_CODE_CHECK,             /* the 18th character does not fit the others */
    CREDIT_CODE_ORGANISATION_CHECK /* the 17th does not fit the 8 before it */
};

enum credit_code_fault credit_code_check(struct str code);
/* A valid code that a likely slip turns into `code`: a letter taken for a digit that looks like it,
 * two neighbours exchanged, one character mistaken. False when there is none, or when more than one
 * would do equally well. */
bool credit_code_suggest(struct str code, char suggestion[CREDIT_CODE_LENGTH + 1]);

#endif
