/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One line of numa_maps.  The kernel writes it in fs/proc/task_mmu.c, nodes in the order
 * of their numbers.
 */
#include "numa.h"

#include "scan.h"

static const char size_key[] = "kernelpagesize_kB=";

/* Take the next word of what is between *@at and @end; false if there is none. */
static bool take_word(const char **at, const char *end, struct pmapx_text *ret)
{
	const char *begin = px_skip_blanks(*at, end), *p = begin;

	while (p < end && !px_is_blank(*p))
		p++;
	*ret = (struct pmapx_text){ begin, (size_t)(p - begin) };
	*at = p;
	return p > begin;
}

/* Whether a word is about a node: "N0=12". */
static bool is_node(const struct pmapx_text *word)
{
	return word->length > 1 && word->bytes[0] == 'N' && word->bytes[1] >= '0' &&
		word->bytes[1] <= '9';
}

static bool is_size(const struct pmapx_text *word)
{
	const size_t length = sizeof(size_key) - 1;

	return word->length >= length && memcmp(word->bytes, size_key, length) == 0;
}

/* Read a word that is about a node; returns NULL, or where it is wrong. */
static const char *read_node(const struct pmapx_text *word, uint64_t *node, uint64_t *pages)
{
	const char *end = word->bytes + word->length, *p, *next;

	p = px_scan_decimal(word->bytes + 1, end, node);
	if (p == NULL)
		return word->bytes + 1;
	if (p == end || *p != '=')
		return p;
	next = px_scan_decimal(++p, end, pages);
	if (next == NULL)
		return p;
	return next == end ? NULL : next;
}

/* What has been read of a line. */
struct reading {
	uint64_t next_node;  /* No node below may follow. */
	uint64_t most;       /* The most pages on one node, */
	const char *most_at; /* and where they stand. */
};

static int parse_node(const struct pmapx_text *line, const struct pmapx_text *word,
	struct reading *reading, struct pmapx_error *error)
{
	uint64_t node = 0, pages = 0;
	const char *wrong = read_node(word, &node, &pages);

	if (wrong != NULL)
		return px_bad_line(line, wrong, "expected pages of a node such as N0=12", error);
	if (node < reading->next_node || node == UINT64_MAX)
		return px_bad_line(
			line, word->bytes, "expected nodes in the order of their numbers", error);
	reading->next_node = node + 1;
	if (pages > reading->most) {
		reading->most = pages;
		reading->most_at = word->bytes;
	}
	return 0;
}

static int parse_size(const struct pmapx_text *line, const struct pmapx_text *word,
	struct px_numa_line *ret, struct pmapx_error *error)
{
	const char *end = word->bytes + word->length, *number = word->bytes + sizeof(size_key) - 1;

	if (ret->page_kb != 0)
		return px_bad_line(line, word->bytes, "a second size of pages", error);
	if (px_scan_decimal(number, end, &ret->page_kb) != end || ret->page_kb == 0)
		return px_bad_line(line, number, "expected the size of a page in kB", error);
	return 0;
}

/* What is told behind the policy, word by word. */
static int parse_words(const struct pmapx_text *line, const char *at, struct px_numa_line *ret,
	struct pmapx_error *error)
{
	const char *end = line->bytes + line->length;
	struct reading reading = { .most_at = at };
	struct pmapx_text word;
	int r = 0;

	while (r == 0 && take_word(&at, end, &word)) {
		if (is_node(&word))
			r = parse_node(line, &word, &reading, error);
		else if (is_size(&word))
			r = parse_size(line, &word, ret, error);
	}
	if (r == 0 && ret->page_kb != 0 && reading.most > UINT64_MAX / ret->page_kb)
		r = px_bad_line(line, reading.most_at, "expected less than 2^64 kB", error);
	return r;
}

int px_numa_parse(
	const struct pmapx_text *line, struct px_numa_line *ret, struct pmapx_error *error)
{
	const char *end = line->bytes + line->length, *at;
	struct px_numa_line read = { .text = *line };
	struct pmapx_text policy;
	int r;

	at = px_scan_hex(line->bytes, end, &read.start);
	if (at == NULL)
		return px_bad_line(line, line->bytes, "expected an address below 2^64", error);
	if (at == end || !px_is_blank(*at))
		return px_bad_line(line, at, "expected a blank after the address", error);
	if (!take_word(&at, end, &policy))
		return px_bad_line(line, at, "expected a policy after the address", error);
	r = parse_words(line, at, &read, error);
	if (r == 0)
		*ret = read;
	return r;
}

/* How many pages are on @wanted, in a line that was parsed. */
static uint64_t pages_on(const struct px_numa_line *line, unsigned wanted)
{
	const char *at = line->text.bytes, *end = at + line->text.length;
	uint64_t node = 0, pages = 0;
	struct pmapx_text word;

	/* The address and the policy. */
	take_word(&at, end, &word);
	take_word(&at, end, &word);
	while (take_word(&at, end, &word)) {
		if (!is_node(&word))
			continue;
		read_node(&word, &node, &pages);
		if (node >= wanted)
			return node == wanted ? pages : 0;
	}
	return 0;
}

bool px_numa_kb(const struct px_numa_line *line, unsigned node, uint64_t *ret)
{
	uint64_t pages;

	if (line->text.bytes == NULL)
		return false;
	pages = pages_on(line, node);
	if (pages > 0 && line->page_kb == 0)
		return false;
	*ret = pages * line->page_kb;
	return true;
}
