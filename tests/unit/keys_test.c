/* The key file, and what is sealed with keys. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/keys.h"
#include "unit/unit.h"

static char folder[] = "/tmp/kechuang-keys-XXXXXX", path[64], reason[300];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/kechuang-keys-XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof(path), "%s/city.key", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static struct keyring *opened(bool create)
{
    struct keyring *ring = keyring_open(path, create, reason, sizeof(reason));
    if (!ring)
        fail_msg("%s", reason);
    return ring;
}

static void write_file(const char *text, mode_t mode)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    close(file);
    assert_int_equal(chmod(path, mode), 0);
}

static void the_first_start_makes_a_file_for_its_owner_only(void **state)
{
    struct stat status;
    unsigned char first[KEY_BYTES], again[KEY_BYTES];
    (void)state;
    assert_null(keyring_open(path, false, reason, sizeof(reason)));
    struct keyring *ring = opened(true);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(keyring_newest(ring), 1);
    assert_true(keyring_key(ring, 1, KEY_WRAP, first));
    keyring_close(ring);
    ring = opened(true);
    assert_true(keyring_key(ring, 1, KEY_WRAP, again));
    assert_memory_equal(first, again, KEY_BYTES);
    keyring_close(ring);
}

static void what_others_may_read_is_refused(void **state)
{
    static const mode_t modes[] = {0644, 0640, 0604, 0660};
    (void)state;
    keyring_close(opened(true));
    for (size_t i = 0; i < COUNT(modes); i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_null(keyring_open(path, true, reason, sizeof(reason)));
        assert_non_null(strstr(reason, "chmod 600"));
    }
}

static void a_damaged_file_is_refused(void **state)
{
#define HEX32 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
    static const char *const texts[] = {
        "",
        "# nothing\n",
        "1\n",
        "1 2026-01-01T00:00:00Z\n",
        "1 2026-01-01T00:00:00Z 00ff\n",
        "1 2026-01-01T00:00:00Z " HEX32 "00\n",
        "0 2026-01-01T00:00:00Z " HEX32 "\n",
        "1 yesterday " HEX32 "\n",
        "2 2026-01-01T00:00:00Z " HEX32 "\n1 2026-01-01T00:00:00Z " HEX32 "\n",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        write_file(texts[i], 0600);
        assert_null(keyring_open(path, true, reason, sizeof(reason)));
        assert_non_null(strstr(reason, "city.key"));
    }
    write_file("1 2026-01-01T00:00:00Z " HEX32 "\n", 0600);
    keyring_close(opened(false));
}

static void a_key_that_another_process_added_is_found(void **state)
{
    unsigned char key[KEY_BYTES], other[KEY_BYTES];
    struct arena arena = {0};
    (void)state;
    struct keyring *server = opened(true), *command = opened(false);
    assert_true(keyring_add(command, reason, sizeof(reason)));
    assert_int_equal(keyring_newest(command), 2);
    assert_false(keyring_key(server, 3, KEY_WRAP, key));
    assert_true(keyring_key(server, 2, KEY_WRAP, key));
    assert_true(keyring_key(command, 2, KEY_WRAP, other));
    assert_memory_equal(key, other, KEY_BYTES);
    assert_true(keyring_key(server, 2, KEY_INDEX, other));
    assert_memory_not_equal(key, other, KEY_BYTES);
    assert_true(str_equal(keyring_print(server, 1, &arena), keyring_print(command, 1, &arena)));
    assert_false(str_equal(keyring_print(server, 1, &arena), keyring_print(server, 2, &arena)));
    assert_null(keyring_print(server, 9, &arena).data);
    arena_free(&arena);
    keyring_close(server);
    keyring_close(command);
}

static void sealed_texts_open_only_where_they_belong(void **state)
{
    static const unsigned char key[KEY_BYTES] = {1}, other[KEY_BYTES] = {2};
    struct arena arena = {0};
    struct str plain, text = STR("王小明"), bound = STR("kp1:7:person.name");
    (void)state;
    struct str sealed = seal(&arena, key, text, bound);
    assert_true(seal_open(&arena, key, sealed, bound, &plain));
    assert_true(str_equal(plain, text));
    assert_false(str_equal(seal(&arena, key, text, bound), sealed));
    assert_false(seal_open(&arena, other, sealed, bound, &plain));
    assert_false(seal_open(&arena, key, sealed, STR("kp1:8:person.name"), &plain));
    assert_false(seal_open(&arena, key, sealed, STR("kp1:7:person.note"), &plain));
    assert_false(seal_open(&arena, key, str_first(sealed, sealed.length - 1), bound, &plain));
    for (size_t i = 0; i < sealed.length; i++) {
        struct str changed = arena_str(&arena, sealed);
        ((char *)(uintptr_t)changed.data)[i] = sealed.data[i] == 'A' ? 'B' : 'A';
        assert_false(seal_open(&arena, key, changed, bound, &plain));
    }
    assert_true(seal_open(&arena, key, seal(&arena, key, STR(""), bound), bound, &plain));
    assert_int_equal(plain.length, 0);
    arena_free(&arena);
}

static void a_sealed_value_says_whose_it_is(void **state)
{
    struct sealed sealed;
    (void)state;
    assert_true(sealed_parse(STR("kp1:17:person.phone:abc"), &sealed));
    assert_int_equal(sealed.person_id, 17);
    assert_true(str_is(sealed.column, "person.phone"));
    assert_true(str_is(sealed.bound, "kp1:17:person.phone"));
    assert_true(str_is(sealed.text, "abc"));
    static const char *const wrong[] = {"",          "kp1:",        "kp1:17",      "kp1:17:a",
                                        "kp1:17:a:", "kp1:x:a:abc", "kp1:0:a:abc", "kp2:17:a:abc",
                                        "kp1:17::b", "kp1:-1:a:abc"};
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(sealed_parse(str_of(wrong[i]), &sealed));
}

static void of_two_processes_that_add_keys_neither_takes_the_others_away(void **state)
{
    enum { PROCESSES = 4, KEYS = 5 };
    (void)state;
    keyring_close(opened(true));
    for (int i = 0; i < PROCESSES; i++)
        if (fork() == 0) {
            bool good = true;
            struct keyring *ring = keyring_open(path, false, reason, sizeof(reason));
            for (int key = 0; key < KEYS; key++)
                good = good && ring && keyring_add(ring, reason, sizeof(reason));
            _exit(!good);
        }
    for (int i = 0, status = 1; i < PROCESSES; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    struct keyring *ring = opened(false);
    assert_int_equal(keyring_newest(ring), 1 + PROCESSES * KEYS);
    keyring_close(ring);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
UNIT_GROUP(keys, IN_FOLDER(the_first_start_makes_a_file_for_its_owner_only),
           IN_FOLDER(what_others_may_read_is_refused), IN_FOLDER(a_damaged_file_is_refused),
           IN_FOLDER(a_key_that_another_process_added_is_found),
           IN_FOLDER(of_two_processes_that_add_keys_neither_takes_the_others_away),
           cmocka_unit_test(sealed_texts_open_only_where_they_belong),
           cmocka_unit_test(a_sealed_value_says_whose_it_is))
