/* Files that belong to records (attachments): whoever may see a record sees its files, whoever may
 * change it adds and removes them. A file about a person is none of these: it is sealed with the
 * person's key (modules/people/attachments.c).
 *
 * What a file is, its first bytes say (base/sniff.h), not its name; a name that says otherwise is
 * refused, and so is what could be run. A file goes out as an attachment, only images in place, and
 * always with a policy under which nothing in it runs. Previews are made by children without rights
 * (core/child.h). */
#ifndef MODULES_FILES_H
#define MODULES_FILES_H

#include "core/route.h"

extern const struct module files_module;

#endif
