/* Small pieces of memory for SQLite, which asks for some two hundred a write. Debian's SQLite is
 * built without a pool of its own (lookaside), so each thread keeps what was given back on it, by
 * size, up to a ceiling. */
#ifndef DB_SQLITE_MEMORY_H
#define DB_SQLITE_MEMORY_H

/* Before SQLite is used for the first time; afterwards it changes nothing. */
void sqlite_memory_configure(void);

#endif
