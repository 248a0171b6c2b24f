/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of numa_maps, read by numa.c and by a slower reader that splits it into
 * words first.
 */
#include "numa.h"

#include <string.h>

#include "fuzz.h"

/* Nodes that are remembered: more than fit in a line that is tried have no digits left. */
#define NODES 1024

/* A line, read slowly. */
struct slow {
	uint64_t start, page_kb;
	uint64_t nodes[NODES], pages[NODES];
	size_t count;
};

/* A word that is a number of @base below 2^64. */
static bool read_number(const char *word, unsigned base, uint64_t *ret)
{
	static const char digits[] = "0123456789abcdef";
	unsigned __int128 value = 0;

	for (const char *at = word; *at != '\0'; at++) {
		const char *digit = memchr(digits, *at, base);

		if (digit == NULL)
			return false;
		value = value * base + (unsigned)(digit - digits);
		if (value > UINT64_MAX)
			return false;
	}
	*ret = (uint64_t)value;
	return *word != '\0';
}

/* A word about a node, which must be above those before. */
static bool read_node(char *word, struct slow *ret)
{
	char *pages = strchr(word, '=');
	size_t i = ret->count;

	if (pages == NULL)
		return false;
	*pages = '\0';
	px_must(i < NODES);
	if (!read_number(word + 1, 10, &ret->nodes[i]) ||
		!read_number(pages + 1, 10, &ret->pages[i]) || ret->nodes[i] == UINT64_MAX ||
		(i > 0 && ret->nodes[i] <= ret->nodes[i - 1]))
		return false;
	ret->count++;
	return true;
}

/* The slow reader; false if it is no line. */
static bool read_slowly(char *line, struct slow *ret)
{
	static const char size[] = "kernelpagesize_kB=";
	size_t count = 0;

	/* What is in front of the address is a part of it. */
	if (*line == ' ' || *line == '\t')
		return false;
	for (char *word = strtok(line, " \t"); word != NULL; word = strtok(NULL, " \t"), count++) {
		bool is_good = true;

		if (count == 0)
			is_good = read_number(word, 16, &ret->start);
		else if (count > 1 && word[0] == 'N' && word[1] >= '0' && word[1] <= '9')
			is_good = read_node(word, ret);
		else if (count > 1 && strncmp(word, size, sizeof(size) - 1) == 0)
			is_good = ret->page_kb == 0 &&
				read_number(word + sizeof(size) - 1, 10, &ret->page_kb) &&
				ret->page_kb != 0;
		if (!is_good)
			return false;
	}
	for (size_t i = 0; i < ret->count; i++)
		if ((unsigned __int128)ret->pages[i] * ret->page_kb > UINT64_MAX)
			return false;
	return count > 1;
}

static void must_be_same(const struct slow *want, const struct px_numa_line *got)
{
	px_must(got->start == want->start && got->page_kb == want->page_kb);
	for (unsigned node = 0, i = 0; node < PX_NUMA_NODES; node++) {
		uint64_t kb = 0, pages = 0;
		bool is_known = px_numa_kb(got, node, &kb);

		while (i < want->count && want->nodes[i] < node)
			i++;
		if (i < want->count && want->nodes[i] == node)
			pages = want->pages[i];
		px_must(is_known == (pages == 0 || want->page_kb != 0));
		px_must(!is_known || kb == pages * want->page_kb);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct slow want;
	struct pmapx_text line = { px_exact_copy(data, size), size };
	struct px_numa_line got;
	struct pmapx_error error = { 0 };
	char *copy;

	/* Lines have no newlines in them; and the slow reader takes no NUL. */
	if (size <= 3000 && memchr(data, '\n', size) == NULL && memchr(data, '\0', size) == NULL) {
		bool is_line;

		copy = strndup(line.bytes, size);
		px_must(copy != NULL);
		want = (struct slow){ .count = 0 };
		is_line = read_slowly(copy, &want);
		px_must((px_numa_parse(&line, &got, &error) == 0) == is_line);
		if (is_line) {
			must_be_same(&want, &got);
		} else {
			px_must(error.column >= 1 && error.column <= size + 1);
			px_must(error.reason != NULL && error.code > 0);
		}
		free(copy);
	}
	free((char *)(uintptr_t)line.bytes);
	return 0;
}
