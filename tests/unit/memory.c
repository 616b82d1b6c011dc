#include "unit/memory.h"

static _Thread_local struct {
    bool armed, failed;
    int left;
} memory;

void memory_fail_after(int count)
{
    memory.armed = true;
    memory.failed = false;
    memory.left = count;
}

bool memory_recover(void)
{
    memory.armed = false;
    return memory.failed;
}

bool memory_escapes(struct arena *arena, void (*work)(struct arena *))
{
    jmp_buf escape;
    arena->escape = &escape;
    if (setjmp(escape) != 0) { // NOLINT(cert-err52-cpp): this is how a request ends early
        arena->escape = NULL;
        return true;
    }
    work(arena);
    arena->escape = NULL;
    return false;
}

static bool none_left(void)
{
    if (!memory.armed || memory.left-- > 0)
        return false;
    memory.left = 0;
    memory.failed = true;
    return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t length);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t length);

void *__wrap_malloc(size_t size)
{
    return none_left() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return none_left() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return none_left() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return none_left() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t length)
{
    return none_left() ? NULL : __real_strndup(text, length);
}
