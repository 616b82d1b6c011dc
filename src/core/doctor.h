/* `kechuang doctor`: looks at the configuration and at what it names, and says what is wrong and
 * how to mend it. Changes nothing; the program may be running. */
#ifndef CORE_DOCTOR_H
#define CORE_DOCTOR_H

#include "core/config.h"

/* The exit status: 0 all is well or only worth knowing, 1 something has to be mended. */
int doctor_command(const struct config *config);

#endif
