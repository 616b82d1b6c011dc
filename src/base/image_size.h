/* How large an image says it is, from its first bytes, before anything unpacks it. */
#ifndef BASE_IMAGE_SIZE_H
#define BASE_IMAGE_SIZE_H

#include "base/base.h"

/* PNG, JPEG, GIF, WebP. False where the bytes do not say (or it is none of these). */
bool image_size(struct str bytes, uint32_t *width, uint32_t *height) MUST_USE;

#endif
