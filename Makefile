# kechuang: `make` leaves build/kechuang. Objects of each flavour live apart, so that a
# sanitizer run never rebuilds the release.
CC       ?= gcc
PACKAGES  = libmicrohttpd jansson sqlite3 libpq libsodium libcrypto xlsxwriter zlib libzip libxml-2.0 libcurl
WARN      = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
            -Wwrite-strings -Wcast-qual -Wcast-align -Wvla -Wundef -Wformat=2 -Wswitch-enum \
            -Wunused-const-variable -Wimplicit-fallthrough -Werror
FLAVOUR  ?= release
FLAGS_release = -O2 -g
# What events cost: only bench/run builds it.
FLAGS_bare    = $(FLAGS_release) -DWITHOUT_EVENTS
FLAGS_asan    = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FLAGS_tsan    = -O1 -g -fsanitize=thread -fno-omit-frame-pointer
# Warnings are gcc's: those of clang, which fuzzing needs, are others.
FLAGS_fuzz    = -O1 -g -w -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all
OUT       = build/$(FLAVOUR)
VERSION   = $(shell cat VERSION)
CPPFLAGS += -D_GNU_SOURCE -Isrc -Ibuild/generated $(shell pkg-config --cflags $(PACKAGES))
CFLAGS   += -std=c17 -ffp-contract=off $(WARN) $(FLAGS_$(FLAVOUR))
LDLIBS   += $(shell pkg-config --libs $(PACKAGES)) -lm -lpthread

SQL       = $(wildcard src/core/*.sql src/modules/*/*.sql)
TEXT_H    = build/generated/fold.table.h build/generated/pinyin.table.h
SQL_H     = $(patsubst %.sql,build/generated/%.sql.h,$(notdir $(SQL)))
SOURCES   = $(filter-out src/main.c,$(wildcard src/*/*.c src/modules/*/*.c))
OBJECTS   = $(SOURCES:src/%.c=$(OUT)/%.o)
TESTS     = $(wildcard tests/unit/*.c)
FUZZED    = $(wildcard tests/fuzz/targets*.c)

.PHONY: all interop unit unit_tests test soak fuzz lint format bench deb offline clean FORCE
all: build/kechuang

build/kechuang: $(OUT)/kechuang
	@ln -sf $(FLAVOUR)/kechuang $@

$(OUT)/kechuang: $(OUT)/main.o $(OBJECTS) $(OUT)/embedded.o
	$(CC) $(CFLAGS) $^ -o $@ $(LDLIBS)

# Allocations of our own objects can be made to fail: tests/unit/memory.h.
WRAP      = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup
$(OUT)/unit_tests: $(TESTS:tests/%.c=$(OUT)/tests/%.o) $(OUT)/tests/fault/fault_vfs.o \
                   $(FUZZED:tests/%.c=$(OUT)/tests/%.o) $(OBJECTS) $(OUT)/embedded.o
	$(CC) $(CFLAGS) $(WRAP) $^ -o $@ $(LDLIBS) -lcmocka

# The faulty disk is proved with plain SQLite, before anything of ours relies on it.
$(OUT)/fault_tests: $(OUT)/tests/fault/fault_vfs.o $(OUT)/tests/fault/fault_vfs_test.o
	$(CC) $(CFLAGS) $^ -o $@ -lsqlite3 -lcmocka

$(OUT)/main.o: CPPFLAGS += -DVERSION='"$(VERSION)"'
$(OUT)/main.o: VERSION
build/lint/src/main.ok: CPPFLAGS += -DVERSION='"$(VERSION)"'

$(OUT)/%.o: src/%.c | $(SQL_H) $(TEXT_H)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(OUT)/tests/%.o: tests/%.c | $(SQL_H) $(TEXT_H)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests $(CFLAGS) -MMD -MP -c $< -o $@

# The named statements and migrations of each module become one header.
build/embed_sql: tools/embed_sql.c
	@mkdir -p build/generated
	$(CC) -std=c17 -O1 -g $(WARN) -D_GNU_SOURCE $< -o $@

# Folding and pinyin: tables out of ICU, which the program itself is not linked with.
build/text_tables: tools/text_tables.c
	@mkdir -p build/generated
	$(CC) -std=c17 -O1 -g $(WARN) -Wno-sign-conversion -D_GNU_SOURCE $< -o $@ \
	    $(shell pkg-config --cflags --libs icu-i18n icu-uc) # its macros convert signs
build/generated/fold.table.h: build/text_tables
	build/text_tables > $@.$$$$ && mv $@.$$$$ $@
build/generated/pinyin.table.h: build/text_tables src/text/polyphones.csv
	build/text_tables src/text/polyphones.csv > $@.$$$$ && mv $@.$$$$ $@

vpath %.sql $(sort $(dir $(SQL)))
MIGRATIONS = $(wildcard src/*/migrations src/*/migrations/*.sql \
                        src/modules/*/migrations src/modules/*/migrations/*.sql)
build/generated/%.sql.h: %.sql build/embed_sql $(MIGRATIONS)
	build/embed_sql $< > $@.$$$$ && mv $@.$$$$ $@
# Else make deletes them as mere steps on the way, and makes everything again the next time.
.SECONDARY: $(SQL_H)

# The web pages become one more C file. build_web.sh says so where it cannot build them, and then
# those of the last build, or a placeholder, go into the program. WEB=no leaves them alone.
WEB      ?= yes
WEB_FILES = $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print)
build/web-$(WEB).stamp: tools/build_web.sh $(WEB_FILES) $(wildcard web/node_modules/.installed)
	@mkdir -p build
	@WEB=$(WEB) tools/build_web.sh && touch $@

build/embed_files: tools/embed_files.c
	@mkdir -p build
	$(CC) -std=c17 -O1 -g $(WARN) -D_GNU_SOURCE $< -o $@ -lz -lbrotlienc -lsodium

build/generated/embedded.c: build/embed_files build/web-$(WEB).stamp $(wildcard web/dist/index.html)
	@mkdir -p $(@D)
	@if [ -f web/dist/index.html ]; then folder=web/dist; else folder=web/placeholder; fi; \
	build/embed_files $$folder build/web > $@.new && mv $@.new $@

$(OUT)/embedded.o: build/generated/embedded.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

# Tests. `make unit FLAVOUR=asan GROUP=db` runs one kind quickly; `make test` runs all there are.
unit_tests: $(OUT)/fault_tests $(OUT)/unit_tests
unit: unit_tests build/embed_sql
	@tests/unit/run tests/tools/embed_sql_test $(OUT)/fault_tests $(OUT)/unit_tests $(GROUP)
test:
	@./test
soak: build/release/unit_tests
	@tests/soak/run

# Made-up bytes for whatever reads bytes: FUZZ_SECONDS=20 for each target. Linked for clang.
fuzz:
	@tests/fuzz/run
build/fuzz/fuzz: $(OUT)/tests/fuzz/fuzz.o $(FUZZED:tests/%.c=$(OUT)/tests/%.o) $(OBJECTS) $(OUT)/embedded.o
	$(CC) $(CFLAGS) -fsanitize=fuzzer $^ -o $@ $(LDLIBS)

# Other people's programs read what ours writes.
interop:
	@tests/interop/run

# Style. A file whose text and headers have not changed is not read again.
C_FILES   = $(wildcard src/*.[ch] src/*/*.[ch] src/modules/*/*.[ch] tests/*/*.[ch] tools/*.c bench/*.c)
lint: $(patsubst %.c,build/lint/%.ok,$(filter %.c,$(C_FILES)))
	@tools/lint $(C_FILES)
build/lint/%.ok: %.c .clang-tidy | $(SQL_H) $(TEXT_H)
	@mkdir -p $(@D)
	@echo "clang-tidy $<"; clang-tidy --quiet $< -- $(CPPFLAGS) -Itests -std=c17
	@$(CC) $(CPPFLAGS) -Itests -MM -MP -MT $@ -MF $(@:.ok=.d) $< && touch $@
format:
	clang-format -i $(C_FILES)

bench:
	@bench/run
build/bench/fold: bench/fold.c $(addprefix build/release/,text/fold.o base/utf8.o base/arena.o)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=c17 -O2 -g $(WARN) $^ -o $@
build/bench/clock: bench/clock.c $(addprefix build/release/base/,work_clock.o working_time.o date.o number.o buf.o arena.o)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=c17 -O2 -g $(WARN) $^ -o $@
build/bench/%: bench/%.c
	@mkdir -p $(@D)
	$(CC) -std=c17 -O2 -g $(WARN) -D_GNU_SOURCE $< -o $@ -lmicrohttpd -lsqlite3 -lpthread

# What an administrator installs: packaging/.
deb: build/kechuang
	@packaging/build_deb
offline: build/kechuang
	@packaging/build_offline

clean:
	rm -rf build

-include $(shell find build -name '*.d' 2>/dev/null)
