/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * key.c: lists of keys, and what each says of a mapping and of its process.
 */
#include "support.h"

#include <pmapx/reader.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "key.h"

static struct px_console *make_console(void)
{
	struct px_console *console = calloc(1, sizeof(*console));

	assert_non_null(console);
	px_console_init(console, "pmapx");
	console->locale = (struct px_locale){ .has_charset = true };
	console->err.fd = px_memory();
	return console;
}

static void drop_console(struct px_console *console)
{
	close(console->err.fd);
	px_console_deinit(console);
	free(console);
}

static void check_refused(const char *verb, const char *value, const char *want)
{
	struct px_console *console = make_console();
	struct px_key_list list;
	size_t length;
	char *got;

	assert_false(px_keys_read(console, verb, value, PX_KEYS_OF_MAPPING, &list));
	got = px_taken(console->err.fd, &length);
	px_same(value, want, got);
	free(got);
	drop_console(console);
}

PX_TEST(lists_are_of_keys_each_once)
{
	struct px_console *console = make_console();
	struct px_key_list list;

	assert_true(px_keys_read(console, NULL, "perm,name", PX_KEYS_OF_MAPPING, &list));
	px_same_number("count", 2, list.count);
	px_same_number("first", PX_KEY_PERM, list.keys[0]);
	px_same_number("second", PX_KEY_NAME, list.keys[1]);
	px_same_number("set", 1U << PX_KEY_PERM | 1U << PX_KEY_NAME, list.set);
	assert_false(px_keys_tell_kinds(&list));
	assert_true(px_keys_read(console, NULL, "class", PX_KEYS_OF_MAPPING, &list));
	assert_true(px_keys_tell_kinds(&list));
	drop_console(console);
	check_refused(NULL, "kind,nam",
		"pmapx: --by=kind,nam: 'nam' is no key; there are name, path, kind, "
		"class, perm\n");
	check_refused("diff", "",
		"pmapx: diff: --by=: '' is no key; there are name, path, kind, "
		"class, perm\n");
	check_refused(NULL, "perm,perm\033",
		"pmapx: --by=perm,perm?: 'perm?' is no key; there are name, path, "
		"kind, class, perm\n");
	check_refused(NULL, "kind,kind",
		"pmapx: --by=kind,kind: 'kind' is given twice; there are name, path, "
		"kind, class, perm\n");
	check_refused(NULL, "pid",
		"pmapx: --by=pid: 'pid' is no key; there are name, path, kind, "
		"class, perm\n");
}

/* All keys. */
static struct px_key_list every_key(void)
{
	struct px_key_list list = { 0 };

	for (int i = 0; i < PX_KEYS; i++) {
		list.keys[list.count++] = (enum px_key)i;
		list.set |= 1U << i;
	}
	return list;
}

/* The keys of each mapping in maps of process 100, with blanks between, a line each. */
static char *tell(void **state, const struct pmapx_member *member)
{
	const struct pmapx_reader_options options = {
		.size = sizeof(options), .mappings_only = true, .look_ahead = true
	};
	const struct px_key_list list = every_key();
	const struct pmapx_mapping *mapping;
	struct pmapx_source *source;
	struct pmapx_process *process;
	struct pmapx_reader *reader;
	struct px_keyer keyer;
	char *got = calloc(1, 4096), *at = got;

	assert_non_null(got);
	px_same_number("root", 0, pmapx_source_open_root(*state, NULL, &source));
	px_same_number("open", 0, pmapx_process_open(source, 100, &process, NULL));
	px_same_number("begin", 0, px_keyer_begin(&keyer, &list, process, member));
	px_same_number("reader", 0, pmapx_reader_open(process, PMAPX_FILE_MAPS, &options, &reader));
	while (pmapx_reader_next(reader, &mapping, NULL) == 1) {
		struct pmapx_text texts[PX_KEYS];

		px_keyer_tell(&keyer, mapping, texts);
		for (int i = 0; i < PX_KEYS; i++) {
			if (texts[i].bytes == NULL)
				texts[i] = px_text("<nothing>");
			at = mempcpy(at, texts[i].bytes, texts[i].length);
			*at++ = i + 1 < PX_KEYS ? ' ' : '\n';
		}
	}
	px_keyer_end(&keyer);
	pmapx_reader_close(reader);
	pmapx_process_close(process);
	pmapx_source_close(source);
	return got;
}

#define MAPS                                                               \
	"00001000-00002000 r-xp 00000000 fd:00 7 /usr/bin/a b (deleted)\n" \
	"7f0000000000-7f0000001000 ---p 00000000 00:00 0 \n"               \
	"7f0000001000-7f0000801000 rw-p 00000000 00:00 0 \n"               \
	"7f0001000000-7f0001001000 rw-p 00000000 00:00 0 [anon:a/b]\n"     \
	"7f0002000000-7f0002001000 rw-s 00000000 00:01 9 /dev/zero (deleted)\n"

PX_TEST(keys_are_those_of_mapping_and_process)
{
	const struct pmapx_member member = { .host = "web1", .name = "", .boot_id = "" };
	char *got;

	px_folder_write(state, "100/stat",
		"100 (a name) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77 0 0 0 0 0 4096 0\n");
	px_folder_write(state, "100/status", "Name:\ta name\nTgid:\t100\nUid:\t7\t8\t9\t9\n");
	px_folder_write(state, "100/cgroup", "0::/a/b\n");
	px_folder_write(state, "100/maps", MAPS);
	got = tell(state, NULL);
	px_same("of a root",
		"a b (deleted) /usr/bin/a b (deleted) text file r-xp 0000000000001000  100 a name 8 "
		"/a/b\n"
		"[ anon ] [ anon ] guard (guessed) reserve (guessed) ---p 00007f0000000000  100 "
		"a name 8 /a/b\n"
		"[ anon ] [ anon ] thread-stack (guessed) stack (guessed) rw-p 00007f0000001000  100 "
		"a name 8 /a/b\n"
		"[anon:a/b] [anon:a/b] anon anon rw-p 00007f0001000000  100 a name 8 /a/b\n"
		"zero (deleted) /dev/zero (deleted) shm shm rw-s 00007f0002000000  100 a name 8 "
		"/a/b\n",
		got);
	free(got);
	px_folder_write(state, "100/maps", "00001000-00002000 rw-p 00000000 00:00 0 [heap]\n");
	got = tell(state, &member);
	px_same("of one of several hosts",
		"[heap] [heap] heap heap rw-p 0000000000001000 web1 100 a name 8 /a/b\n", got);
	free(got);
}

PX_TEST(files_called_like_labels_keep_their_folders)
{
	char *got;

	px_folder_write(state, "100/stat",
		"100 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77 0 0 0 0 0 4096 0\n");
	px_folder_write(state, "100/maps",
		"00001000-00002000 rw-p 00000000 00:00 0 /tmp/[heap]\n"
		"00002000-00003000 rw-p 00000000 00:00 0 /tmp/[ anon ]\n"
		"00003000-00004000 rw-p 00000000 00:00 0 /tmp/[x] (deleted)\n");
	got = tell(state, NULL);
	assert_non_null(strstr(got, "/tmp/[heap] /tmp/[heap] "));
	assert_non_null(strstr(got, "/tmp/[ anon ] /tmp/[ anon ] "));
	assert_non_null(strstr(got, "[x] (deleted) /tmp/[x] (deleted) "));
	free(got);
}

PX_TEST(what_cannot_be_told_is_said)
{
	char *got;

	px_folder_write(state, "100/stat",
		"100 () S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77 0 0 0 0 0 4096 0\n");
	px_folder_write(state, "100/maps", "00001000-00002000 rw-p 00000000 00:00 0 [heap]\n");
	got = tell(state, NULL);
	px_same("nothing",
		"[heap] [heap] heap heap rw-p 0000000000001000  100 <nothing> <nothing> <nothing>\n",
		got);
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_of_keys_each_once),
		cmocka_unit_test_setup_teardown(
			keys_are_those_of_mapping_and_process, px_folder_make, px_folder_remove),
		cmocka_unit_test_setup_teardown(files_called_like_labels_keep_their_folders,
			px_folder_make, px_folder_remove),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_told_is_said, px_folder_make, px_folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
