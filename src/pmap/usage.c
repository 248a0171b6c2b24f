/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Help and version.  The lines of pmap's usage are its interface, and the keys
 * of their translations, so they stand here as pmap 4.0.7 prints them.
 */
#include "usage.h"

#include <pmapx/kind.h>

#include <string.h>

#include "text.h"

static const char usage_line[] = " %s [options] PID [PID ...]\n";

static const char *const pmap_lines[] = {
	" -x, --extended              show details\n",
	" -X                          show even more details\n",
	"            WARNING: format changes according to /proc/PID/smaps\n",
	" -XX                         show everything the kernel provides\n",
	" -c, --read-rc               read the default rc\n",
	" -C, --read-rc-from=<file>   read the rc from file\n",
	" -n, --create-rc             create new default rc\n",
	" -N, --create-rc-to=<file>   create new rc to file\n",
	"            NOTE: pid arguments are not allowed with -n, -N\n",
	" -d, --device                show the device format\n",
	" -q, --quiet                 do not display header and footer\n",
	" -p, --show-path             show path in the mapping\n",
	" -k, --use-kernel-name       use names provided by kernel\n",
	" -A, --range=<low>[,<high>]  limit results to the given range\n",
};

static const char own_lines[] =
	"\n"
	"More than pmap (spelled in full):\n"
	" --all                       every process\n"
	" --name <re>                 processes whose name matches\n"
	" --user <name>               processes of this user\n"
	" --tree <pid>                this process and its descendants\n"
	" --cgroup <path>             processes in this cgroup or below\n"
	" --map <re>                  mappings whose name matches\n"
	" --kind <kind>[,...]         mappings of these kinds or classes\n"
	" --kinds                     list kinds of mappings and their classes, and exit\n"
	" --perm <letters>            mappings that have these: r, w, x, s, p\n"
	" --min <size>                mappings with at least so much resident\n"
	" --sort <column>             in its order; -<column>: the largest first\n"
	" --top <n>                   the first n rows, with totals of all\n"
	" --fields <column>[,...]     these columns, of pmap's, smaps, numa_maps\n"
	" --by <key>[,...]            sums of mappings with these in common: name, path,\n"
	"                             kind, class, perm, pid, cmd, user, cgroup\n"
	" --threads                   with these two: which stack is of which thread\n"
	" --units <letter>            sizes of these two in k, m, g, or h: what suits\n"
	" --format <name>             text, json, ndjson, csv or tsv\n"
	" --root <dir>                read <dir>/PID instead of /proc/PID\n"
	" --from <path>               read what was saved: map, folder, archive, core\n"
	" --jobs <n>                  read at most n processes at a time\n"
	" --compat=3.2                lay out as procps 3.2 did\n"
	"\n"
	"Other jobs, by a word in front of all else (more with \"help\"):\n"
	" capture                     save processes to one file\n"
	" rank                        processes by what they really cost\n"
	" diff                        what has grown between two looks at processes\n"
	" watch                       the same between then and now, again and again\n"
	" check                       what is odd about the memory of processes\n"
	" load                        put processes into a database\n"
	" sql                         query such a database\n"
	" report                      which backend of PostgreSQL has the memory, and why\n"
	" help [<word>]               what there is, and its options\n";

static const char *const last_lines[] = {
	" -h, --help     display this help and exit\n",
	" -V, --version  output version information and exit\n",
};

static const char see_line[] = "\nFor more details see %s.\n";
static const char version_line[] = "%s from %s\n";

static void put_lines(
	struct px_console *console, struct px_out *out, const char *const *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		px_out_string(out, px_translate(&console->locale, lines[i]));
}

static void put_format(
	struct px_console *console, struct px_out *out, const char *format, const char *value)
{
	px_out_format(out, &console->locale, format, px_translate(&console->locale, format),
		&(struct px_format_value){ .text = value }, 1);
}

void px_usage(struct px_console *console, bool as_pmap, struct px_out *out)
{
	px_out_string(out, px_translate(&console->locale, "\nUsage:\n"));
	put_format(console, out, usage_line, console->name);
	px_out_string(out, px_translate(&console->locale, "\nOptions:\n"));
	put_lines(console, out, pmap_lines, sizeof(pmap_lines) / sizeof(pmap_lines[0]));
	if (!as_pmap)
		px_out_string(out, own_lines);
	px_out_string(out, px_translate(&console->locale, "\n"));
	put_lines(console, out, last_lines, sizeof(last_lines) / sizeof(last_lines[0]));
	put_format(console, out, see_line, as_pmap ? "pmap(1)" : "pmapx(1)");
	px_out_flush(out);
}

void px_kinds(struct px_out *out)
{
	const struct pmapx_kind_info *info;

	for (int i = 0; (info = pmapx_kind_lookup((enum pmapx_kind)i)) != NULL; i++) {
		px_out_left(out, info->name, strlen(info->name), 14);
		px_out_string(out, pmapx_class_name(info->in_class));
		px_out_string(out, "\n");
	}
}

void px_version(struct px_console *console, bool as_pmap)
{
	if (as_pmap) {
		const struct px_format_value values[] = {
			{ .text = console->name },
			{ .text = "procps-ng " PX_PMAP_VERSION " (pmapx " PX_VERSION ")" },
		};

		px_out_format(&console->out, &console->locale, version_line,
			px_translate(&console->locale, version_line), values, 2);
	} else {
		px_out_text(&console->out, &console->locale, console->name, strlen(console->name));
		px_out_string(
			&console->out, " " PX_VERSION " (pmap of procps-ng " PX_PMAP_VERSION ")\n");
	}
}
