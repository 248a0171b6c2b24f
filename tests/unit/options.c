/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.c: pmap's command line, and what pmapx adds to it.
 */
#include "support.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"

#define MAX UINT64_MAX

/*
 * A stream's text in one line, without the name and the newline at its end; with the usage
 * behind it as that word.
 */
static void put_stream(FILE *to, struct px_out *out)
{
	char *text, *at, *usage;
	size_t length;

	px_out_flush(out);
	text = px_taken(out->fd, &length);
	usage = strstr(text, "\nUsage:\n pmapx [options] PID [PID ...]\n");
	if (usage != NULL)
		*usage = '\0';
	at = strncmp(text, "pmapx: ", 7) == 0 ? text + 7 : text;
	fprintf(to, "%.*s", (int)strlen(at) - (*at != '\0'), at);
	if (usage != NULL)
		fputs(*at != '\0' ? "; usage" : "usage", to);
	free(text);
}

static void put_options(FILE *to, const struct px_options *options)
{
	static const char *const views[] = { "plain", "extended", "device", "fields" };

	fputs(views[options->view], to);
	fputs(options->every_field ? " every" : "", to);
	fputs(options->quiet ? " quiet" : "", to);
	fputs(options->show_path ? " path" : "", to);
	fputs(options->kernel_names ? " kernel" : "", to);
	fputs(options->compat_3_2 ? " 3.2" : "", to);
	if (options->low != 0 || options->high != MAX)
		fprintf(to, " %" PRIx64 "-%" PRIx64, options->low, options->high);
	if (options->root != NULL)
		fprintf(to, " root=%s", options->root);
	if (options->from != NULL)
		fprintf(to, " from=%s", options->from);
	fputs(options->read_rc ? " read" : options->create_rc ? " create" : "", to);
	if (options->rc_path != NULL)
		fprintf(to, " rc=%s", options->rc_path);
	for (size_t i = 0; i < options->operand_count; i++)
		fprintf(to, " <%s>", options->operands[i]);
}

/* Read "pmapx|arg|arg" and say what came of it, to be freed. */
static char *read_line(const char *line, bool as_pmap, struct px_options *options)
{
	struct px_console *console = malloc(sizeof(*console));
	char *argv[32], *words = strdup(line), *rest = words, *ret;
	size_t length;
	FILE *to = open_memstream(&ret, &length);
	enum px_verdict verdict;
	int argc = 0;

	assert_true(console != NULL && words != NULL && to != NULL);
	while (rest != NULL && argc < 31)
		argv[argc++] = strsep(&rest, "|");
	argv[argc] = NULL;
	px_console_init(console, argv[0]);
	console->out.fd = px_memory();
	console->err.fd = px_memory();
	/* getopt() begins anew. */
	optind = 0;
	verdict = px_options_read(console, as_pmap, argc, argv, options);
	if (verdict == PX_GO_ON) {
		put_options(to, options);
		if (lseek(console->err.fd, 0, SEEK_END) > 0) {
			fputs(" [", to);
			put_stream(to, &console->err);
			fputs("]", to);
		}
	} else {
		fputs(verdict == PX_DONE ? "done: " : "refused: ", to);
		put_stream(to, verdict == PX_DONE ? &console->out : &console->err);
	}
	fclose(to);
	close(console->out.fd);
	close(console->err.fd);
	px_console_deinit(console);
	free(console);
	free(words);
	return ret;
}

static void check(const char *line, bool as_pmap, const char *want)
{
	struct px_options options;
	char *got = read_line(line, as_pmap, &options);

	px_same(line, want, got);
	free(got);
}

#define EXCLUSIVE "refused: options -c, -C, -d, -n, -N, -x, -X are mutually exclusive"
#define NOT_WITH_N "refused: options -p, -q are mutually exclusive with -n, -N"

/* The same for pmap and for pmapx. */
static const struct {
	const char *line, *want;
} both[] = {
	{ "pmapx", "refused: usage" },
	{ "pmapx|1", "plain <1>" },
	{ "pmapx|1|2|1", "plain <1> <2> <1>" },
	{ "pmapx|-x|1", "extended <1>" },
	{ "pmapx|--extended|1", "extended <1>" },
	{ "pmapx|-d|1", "device <1>" },
	{ "pmapx|--device|1", "device <1>" },
	{ "pmapx|-X|1", "fields <1>" },
	{ "pmapx|-XX|1", "fields every <1>" },
	{ "pmapx|-X|-X|-X|1", "fields every <1>" },
	{ "pmapx|-qpk|1", "plain quiet path kernel <1>" },
	{ "pmapx|--quiet|--show-path|--use-kernel-name|1", "plain quiet path kernel <1>" },
	{ "pmapx|-pp|-qq|-kk|-x|-x|1", "extended quiet path kernel <1>" },
	{ "pmapx|-c|1", "fields read <1>" },
	{ "pmapx|--read-rc|1", "fields read <1>" },
	{ "pmapx|-Cf|1", "fields read rc=f <1>" },
	{ "pmapx|-C|f|--read-rc-from=g|1", "fields read rc=g <1>" },
	{ "pmapx|-n", "plain create" },
	{ "pmapx|-N|f|-k|-A0", "plain kernel 0-0 create rc=f" },
	{ "pmapx|--create-rc-to|f", "plain create rc=f" },

	/* Mixed, bundled, abbreviated. */
	{ "pmapx|1|-q|2|-x|3", "extended quiet <1> <2> <3>" },
	{ "pmapx|-qx|-A0|1", "extended quiet 0-0 <1>" },
	{ "pmapx|-qA|5,6|1", "plain quiet 5-6 <1>" },
	{ "pmapx|--|-q|1", "plain <-q> <1>" },
	{ "pmapx|1|--|-q", "plain <1> <-q>" },
	{ "pmapx|-|1", "plain <-> <1>" },
	{ "pmapx|--ext|--qui|1", "extended quiet <1>" },
	{ "pmapx|--e|--q|--s|--u|--ra=5|1", "extended quiet path kernel 5-5 <1>" },
	{ "pmapx|--create-rc", "plain create" },
	{ "pmapx|--read-rc-f|x|1", "fields read rc=x <1>" },
	{ "pmapx|--r|1",
		"refused: option '--r' is ambiguous; possibilities: "
		"'--range' '--read-rc' '--read-rc-from'; usage" },
	{ "pmapx|--re|1",
		"refused: option '--re' is ambiguous; possibilities: "
		"'--read-rc' '--read-rc-from'; usage" },
	{ "pmapx|--read|1",
		"refused: option '--read' is ambiguous; possibilities: "
		"'--read-rc' '--read-rc-from'; usage" },
	{ "pmapx|--c|1",
		"refused: option '--c' is ambiguous; possibilities: "
		"'--create-rc' '--create-rc-to'; usage" },
	{ "pmapx|--create|1",
		"refused: option '--create' is ambiguous; possibilities: "
		"'--create-rc' '--create-rc-to'; usage" },
	{ "pmapx|--extended=1|1", "refused: option '--extended' doesn't allow an argument; usage" },
	{ "pmapx|--range", "refused: option '--range' requires an argument; usage" },
	{ "pmapx|-A", "refused: option requires an argument -- 'A'; usage" },
	{ "pmapx|-Z|1", "refused: invalid option -- 'Z'; usage" },
	{ "pmapx|-1", "refused: invalid option -- '1'; usage" },
	{ "pmapx|-a|1", "refused: invalid option -- 'a'; usage" },
	{ "pmapx|-S|1", "refused: invalid option -- 'S'; usage" },
	{ "pmapx|--nonsense|1", "refused: unrecognized option '--nonsense'; usage" },

	/* In the order of the line. */
	{ "pmapx|-h|-Z", "done: usage" },
	{ "pmapx|-Z|-h", "refused: invalid option -- 'Z'; usage" },
	{ "pmapx|--help", "done: usage" },
	{ "pmapx|-n|-h", "done: usage" },
	{ "pmapx|-A|zz|-h", "refused: failed to parse argument: 'zz'" },
	{ "pmapx|-x|-d|-A|zz|1", "refused: failed to parse argument: 'zz'" },
	{ "pmapx|-r|1", "plain <1> [option -r is ignored as SunOS compatibility]" },

	/* What goes together, in the order of the checks. */
	{ "pmapx|-x", "refused: argument missing" },
	{ "pmapx|--", "refused: argument missing" },
	{ "pmapx|-x|-d|1", EXCLUSIVE },
	{ "pmapx|-x|-X|1", EXCLUSIVE },
	{ "pmapx|-c|-C|f|1", EXCLUSIVE },
	{ "pmapx|-n|-N|f", EXCLUSIVE },
	{ "pmapx|-d|-n|-q|1", EXCLUSIVE },
	{ "pmapx|-x|-d", EXCLUSIVE },
	{ "pmapx|-n|-q", NOT_WITH_N },
	{ "pmapx|-N|f|-p|1", NOT_WITH_N },
	{ "pmapx|-n|1", "refused: too many arguments" },
	{ "pmapx|-N|f|1", "refused: too many arguments" },
};

PX_TEST(a_line_of_pmaps_means_the_same_under_both_names)
{
	for (size_t i = 0; i < 2 * PX_COUNT(both); i++)
		check(both[i / 2].line, i % 2 != 0, both[i / 2].want);
}

/* What pmapx adds, and what the same line means to pmap. */
static const struct {
	const char *line, *want, *want_pmap;
} own[] = {
	{ "pmapx|--from|d", "plain from=d", "refused: unrecognized option '--from'; usage" },
	{ "pmapx|-x|--from=-|1", "extended from=- <1>",
		"refused: unrecognized option '--from=-'; usage" },
	{ "pmapx|--from=a|--from=b", "plain from=b",
		"refused: unrecognized option '--from=a'; usage" },
	{ "pmapx|--from=a|--root=b|1", "refused: options --from, --root are mutually exclusive",
		"refused: unrecognized option '--from=a'; usage" },
	{ "pmapx|-n|--from=a|1", "refused: too many arguments",
		"refused: unrecognized option '--from=a'; usage" },
	{ "pmapx|--root|d|1", "plain root=d <1>", "refused: unrecognized option '--root'; usage" },
	{ "pmapx|--root=d|1", "plain root=d <1>",
		"refused: unrecognized option '--root=d'; usage" },
	{ "pmapx|--root=|1", "plain root= <1>", "refused: unrecognized option '--root='; usage" },
	{ "pmapx|--root=a|--root=b|1", "plain root=b <1>",
		"refused: unrecognized option '--root=a'; usage" },
	{ "pmapx|1|--root|d|-x|2", "extended root=d <1> <2>",
		"refused: unrecognized option '--root'; usage" },
	{ "pmapx|-qx|--root=d|1", "extended quiet root=d <1>",
		"refused: unrecognized option '--root=d'; usage" },
	{ "pmapx|-qA|0|--root|d|-p|1", "plain quiet path 0-0 root=d <1>",
		"refused: unrecognized option '--root'; usage" },
	{ "pmapx|-|--root|d", "plain root=d <->", "refused: unrecognized option '--root'; usage" },
	{ "pmapx|--root", "refused: option '--root' requires an argument; usage",
		"refused: unrecognized option '--root'; usage" },
	{ "pmapx|--roo|d|1", "refused: unrecognized option '--roo'; usage",
		"refused: unrecognized option '--roo'; usage" },
	{ "pmapx|--ro=d|1", "refused: unrecognized option '--ro=d'; usage",
		"refused: unrecognized option '--ro=d'; usage" },
	{ "pmapx|--roots=d|1", "refused: unrecognized option '--roots=d'; usage",
		"refused: unrecognized option '--roots=d'; usage" },
	{ "pmapx|--rootd|1", "refused: unrecognized option '--rootd'; usage",
		"refused: unrecognized option '--rootd'; usage" },
	{ "pmapx|--compat=3.2|1", "plain 3.2 <1>",
		"refused: unrecognized option '--compat=3.2'; usage" },
	{ "pmapx|--compat|3.2|-x|1", "extended 3.2 <1>",
		"refused: unrecognized option '--compat'; usage" },
	{ "pmapx|--comp=3.2|1", "refused: unrecognized option '--comp=3.2'; usage",
		"refused: unrecognized option '--comp=3.2'; usage" },
	{ "pmapx|--compat=3.3|1", "refused: --compat=3.3: no such layout, there is 3.2",
		"refused: unrecognized option '--compat=3.3'; usage" },
	{ "pmapx|--compat=\033|1", "refused: --compat=?: no such layout, there is 3.2",
		"refused: unrecognized option '--compat=?'; usage" },
	{ "pmapx|--compat=3.2|-X|1",
		"refused: --compat=3.2 lays out the default view, -x and -d: procps 3.2 had no other",
		"refused: unrecognized option '--compat=3.2'; usage" },
	/* An argument or an operand is what it is, whatever it looks like. */
	{ "pmapx|--|--root|d", "plain <--root> <d>", "plain <--root> <d>" },
	{ "pmapx|-C|--root|1", "fields read rc=--root <1>", "fields read rc=--root <1>" },
	{ "pmapx|-qC|--root|1", "fields quiet read rc=--root <1>",
		"fields quiet read rc=--root <1>" },
	{ "pmapx|--read-rc-from|--root=d|1", "fields read rc=--root=d <1>",
		"fields read rc=--root=d <1>" },
	{ "pmapx|--root|-x|1", "plain root=-x <1>",
		"refused: unrecognized option '--root'; usage" },
	{ "pmapx|--root|--range|1", "plain root=--range <1>",
		"refused: unrecognized option '--root'; usage" },
	{ "pmapx|-A|--root|1", "refused: failed to parse argument: '--root'",
		"refused: failed to parse argument: '--root'" },
	{ "pmapx|-V", "done: pmapx " PX_VERSION " (pmap of procps-ng " PX_PMAP_VERSION ")",
		"done: pmapx from procps-ng " PX_PMAP_VERSION " (pmapx " PX_VERSION ")" },
};

PX_TEST(own_options_are_taken_in_full_only_and_never_as_pmap)
{
	for (size_t i = 0; i < PX_COUNT(own); i++) {
		check(own[i].line, false, own[i].want);
		check(own[i].line, true, own[i].want_pmap);
	}
}

PX_TEST(posix_ends_options_at_the_first_operand)
{
	assert_int_equal(setenv("POSIXLY_CORRECT", "1", 1), 0);
	check("pmapx|-q|1|-x", false, "plain quiet <1> <-x>");
	check("pmapx|-q|1|--root|d", false, "plain quiet <1> <--root> <d>");
	check("pmapx|--root|d|1|--root|e", false, "plain root=d <1> <--root> <e>");
	assert_int_equal(unsetenv("POSIXLY_CORRECT"), 0);
}

PX_TEST(a_range_is_read_as_strtoul_reads_it)
{
	static const struct {
		const char *value;
		bool refused;
		uint64_t low, high;
	} rows[] = {
		{ "404000", false, 0x404000, 0x404000 },
		{ "0x404000", false, 0x404000, 0x404000 },
		{ "0X4ABC", false, 0x4abc, 0x4abc },
		{ "402000,407fff", false, 0x402000, 0x407fff },
		{ "402000,", false, 0x402000, MAX },
		{ ",402000", false, 0, 0x402000 },
		{ ",", false, 0, MAX },
		{ "", false, 0, MAX },
		{ "404000,401000", false, 0x404000, 0x401000 },
		{ "-1", false, MAX, MAX },
		{ "-0x1", false, MAX, MAX },
		{ "ffffffffffffffffffffff", false, MAX, MAX },
		{ "0,ffffffffffffffffffffff", false, 0, MAX },
		{ "+404000", false, 0x404000, 0x404000 },
		{ " 404000", false, 0x404000, 0x404000 },
		{ "\t1, 2", false, 1, 2 },
		{ "0", false, 0, 0 },
		{ "zz", true, 0, 0 },
		{ "0x", true, 0, 0 },
		{ "404000 ", true, 0, 0 },
		{ " ", true, 0, 0 },
		{ " ,1", true, 0, 0 },
		{ "1, ", true, 0, 0 },
		{ "1,2,3", true, 0, 0 },
		{ "1,zz", true, 0, 0 },
		{ "zz,1", true, 0, 0 },
		{ "404000,,", true, 0, 0 },
		{ "-", true, 0, 0 },
		{ "g", true, 0, 0 },
	};
	static const char *const spellings[] = { "pmapx|-A|%s|1", "pmapx|--range=%s|1",
		"pmapx|--range|%s|1" };

	for (size_t i = 0; i < PX_COUNT(rows) * PX_COUNT(spellings); i++) {
		const char *value = rows[i / PX_COUNT(spellings)].value;
		const char *spelling = spellings[i % PX_COUNT(spellings)];
		const char *hole = strstr(spelling, "%s");
		struct px_options options;
		char line[128], want[128], *got;

		snprintf(line, sizeof(line), "%.*s%s%s", (int)(hole - spelling), spelling, value,
			hole + 2);
		got = read_line(line, true, &options);
		if (rows[i / PX_COUNT(spellings)].refused) {
			snprintf(want, sizeof(want), "refused: failed to parse argument: '%s'",
				value);
			px_same(line, want, got);
		} else {
			px_same_number(line, rows[i / PX_COUNT(spellings)].low, options.low);
			px_same_number(line, rows[i / PX_COUNT(spellings)].high, options.high);
		}
		free(got);
	}
	check("pmapx|-A0|-A5,9|-A,7|1", true, "plain 5-7 <1>");
	check("pmapx|-A5,9|-A7,|1", true, "plain 7-9 <1>");
	check("pmapx|-A5,9|-A,|1", true, "plain 5-9 <1>");
	check("pmapx|-A\033\xff|1", true, "refused: failed to parse argument: '?\?'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_of_pmaps_means_the_same_under_both_names),
		cmocka_unit_test(own_options_are_taken_in_full_only_and_never_as_pmap),
		cmocka_unit_test(posix_ends_options_at_the_first_operand),
		cmocka_unit_test(a_range_is_read_as_strtoul_reads_it),
	};

	unsetenv("POSIXLY_CORRECT");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
