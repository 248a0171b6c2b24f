/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of a maps file, read by maps.c and by a slower reader that goes
 * word by word.
 */
#include "maps.h"

#include <string.h>

#include "fuzz.h"

/* Take a word that ends at a blank, @stop or the end. */
static struct pmapx_text take_word(struct pmapx_text *rest, char stop)
{
	struct pmapx_text word = { rest->bytes, 0 };

	while (word.length < rest->length && rest->bytes[word.length] != ' ' &&
		rest->bytes[word.length] != '\t' && rest->bytes[word.length] != stop)
		word.length++;
	rest->bytes += word.length;
	rest->length -= word.length;
	return word;
}

static bool take_byte(struct pmapx_text *rest, char byte)
{
	if (rest->length == 0 || rest->bytes[0] != byte)
		return false;
	rest->bytes++;
	rest->length--;
	return true;
}

static bool take_blanks(struct pmapx_text *rest)
{
	bool any = false;

	while (take_byte(rest, ' ') || take_byte(rest, '\t'))
		any = true;
	return any;
}

static unsigned digit_value(char byte)
{
	if (byte >= '0' && byte <= '9')
		return (unsigned)(byte - '0');
	return byte >= 'a' && byte <= 'f' ? (unsigned)(byte - 'a') + 10 : 99;
}

/* A word that is a number of @base below 2^64. */
static bool read_number(struct pmapx_text *rest, char stop, unsigned base, uint64_t *ret)
{
	struct pmapx_text word = take_word(rest, stop);
	unsigned __int128 value = 0;

	for (size_t i = 0; i < word.length; i++) {
		if (digit_value(word.bytes[i]) >= base)
			return false;
		value = value * base + digit_value(word.bytes[i]);
		if (value > UINT64_MAX)
			return false;
	}
	*ret = (uint64_t)value;
	return word.length > 0;
}

static bool are_permissions(const struct pmapx_text *word)
{
	return word->length == 4 && strchr("r-", word->bytes[0]) && strchr("w-", word->bytes[1]) &&
		strchr("x-", word->bytes[2]) && strchr("psS", word->bytes[3]) &&
		memchr(word->bytes, '\0', 4) == NULL;
}

/* The slow reader; false if the line is no mapping. */
static bool read_slowly(struct pmapx_text line, struct pmapx_mapping *ret)
{
	struct pmapx_text word;

	if (!read_number(&line, '-', 16, &ret->start) || !take_byte(&line, '-') ||
		!read_number(&line, '\0', 16, &ret->end) || ret->end < ret->start ||
		!take_blanks(&line))
		return false;
	word = take_word(&line, ' ');
	if (!are_permissions(&word) || !take_blanks(&line))
		return false;
	memcpy(ret->perms, word.bytes, 4);
	if (!read_number(&line, ' ', 16, &ret->offset) || !take_blanks(&line) ||
		!read_number(&line, ':', 16, &ret->dev_major) || !take_byte(&line, ':') ||
		!read_number(&line, ' ', 16, &ret->dev_minor) || !take_blanks(&line) ||
		!read_number(&line, ' ', 10, &ret->inode))
		return false;
	take_blanks(&line);
	ret->name = line;
	return true;
}

static void must_be_same(const struct pmapx_mapping *want, const struct pmapx_mapping *got)
{
	px_must(want->start == got->start && want->end == got->end);
	px_must(want->offset == got->offset && want->inode == got->inode);
	px_must(want->dev_major == got->dev_major && want->dev_minor == got->dev_minor);
	px_must(memcmp(want->perms, got->perms, 5) == 0);
	px_must(want->name.bytes == got->name.bytes && want->name.length == got->name.length);
}

/* The words, put together with blanks between, are the same mapping again. */
static void must_be_in_words(const struct pmapx_mapping *mapping)
{
	struct pmapx_text words[PX_WORD_COUNT];
	struct pmapx_mapping again;
	struct pmapx_error error;
	char line[512], end[20];
	size_t length = 0;

	px_maps_words(mapping, words);
	for (int i = 0; i < PX_WORD_COUNT; i++) {
		px_must(words[i].length > 0);
		if (words[i].length > 40)
			return;
	}
	snprintf(end, sizeof(end), "%llx", (unsigned long long)mapping->end);
	for (int i = 0; i < PX_WORD_COUNT; i++)
		length += (size_t)snprintf(line + length, sizeof(line) - length, "%.*s%s%s ",
			(int)words[i].length, words[i].bytes, i == PX_WORD_START ? "-" : "",
			i == PX_WORD_START ? end : "");
	px_must(px_maps_parse(&(struct pmapx_text){ line, length }, &again, &error) == 0);
	px_must(again.start == mapping->start && again.end == mapping->end);
	px_must(again.offset == mapping->offset && again.inode == mapping->inode);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = px_exact_copy(data, size);
	struct pmapx_text line = { copy, size };
	struct pmapx_mapping want = { 0 }, got = { 0 };
	struct pmapx_error error = { 0 };
	bool is_mapping;

	/* Lines have no newlines in them. */
	if (size > 0 && memchr(copy, '\n', size) == NULL) {
		is_mapping = read_slowly(line, &want);
		px_must((px_maps_parse(&line, &got, &error) == 0) == is_mapping);
		if (is_mapping) {
			must_be_same(&want, &got);
			px_must(px_line_kind(&line) == PX_LINE_MAPPING);
			must_be_in_words(&got);
		} else {
			px_must(error.column >= 1 && error.column <= size + 1);
			px_must(error.reason != NULL && error.code > 0);
		}
	}
	free(copy);
	return 0;
}
