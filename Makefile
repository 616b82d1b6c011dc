# kechuang: `make` leaves build/kechuang. Objects of each flavour live apart, so that a
# sanitizer run never rebuilds the release.
CC       ?= gcc
PACKAGES  = libmicrohttpd jansson sqlite3 libpq libsodium xlsxwriter zlib
WARN      = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
            -Wwrite-strings -Wcast-qual -Wcast-align -Wvla -Wundef -Wformat=2 -Wswitch-enum \
            -Wunused-const-variable -Wimplicit-fallthrough -Werror
FLAVOUR  ?= release
FLAGS_release = -O2 -g
FLAGS_asan    = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FLAGS_tsan    = -O1 -g -fsanitize=thread -fno-omit-frame-pointer
OUT       = build/$(FLAVOUR)
CPPFLAGS += -D_GNU_SOURCE -Isrc -Ibuild/generated $(shell pkg-config --cflags $(PACKAGES))
CFLAGS   += -std=c17 -ffp-contract=off $(WARN) $(FLAGS_$(FLAVOUR))
LDLIBS   += $(shell pkg-config --libs $(PACKAGES)) -lm -lpthread

SQL       = $(wildcard src/core/*.sql src/modules/*/*.sql)
SQL_H     = $(patsubst %.sql,build/generated/%.sql.h,$(notdir $(SQL)))
SOURCES   = $(filter-out src/main.c,$(wildcard src/*/*.c src/modules/*/*.c))
OBJECTS   = $(SOURCES:src/%.c=$(OUT)/%.o)
TESTS     = $(wildcard tests/unit/*.c)

.PHONY: all check clean
all: build/kechuang

build/kechuang: $(OUT)/kechuang
	@ln -sf $(FLAVOUR)/kechuang $@

$(OUT)/kechuang: $(OUT)/main.o $(OBJECTS)
	$(CC) $(CFLAGS) $^ -o $@ $(LDLIBS)

$(OUT)/unit_tests: $(TESTS:tests/%.c=$(OUT)/tests/%.o) $(OBJECTS)
	$(CC) $(CFLAGS) $^ -o $@ $(LDLIBS) -lcmocka

$(OUT)/%.o: src/%.c | $(SQL_H)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(OUT)/tests/%.o: tests/%.c | $(SQL_H)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests $(CFLAGS) -MMD -MP -c $< -o $@

# The named statements and migrations of each module become one header.
build/embed_sql: tools/embed_sql.c
	@mkdir -p build/generated
	$(CC) -std=c17 -O1 -g $(WARN) -D_GNU_SOURCE $< -o $@

vpath %.sql $(sort $(dir $(SQL)))
build/generated/%.sql.h: %.sql build/embed_sql $(wildcard src/*/migrations/*.sql src/modules/*/migrations/*.sql)
	build/embed_sql $< > $@.new && mv $@.new $@

clean:
	rm -rf build

-include $(wildcard $(OUT)/*.d $(OUT)/*/*.d $(OUT)/*/*/*.d)
