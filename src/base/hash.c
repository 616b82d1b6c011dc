#include "base/base.h"

uint64_t hash_bytes(uint64_t seed, const void *data, size_t length)
{
    const unsigned char *bytes = data;
    uint64_t hash = seed;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    return hash;
}
