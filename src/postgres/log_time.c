/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time in the prefix of a log line.
 */
#include "log_time.h"

#include <string.h>

#include "timestamp.h"

/* How far into a line its time may be. */
#define MAX_PREFIX 4096

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Whether @at begins as @pattern: 0 is any digit, A a letter, _ a blank or digit. */
static bool fits(const char *at, const char *end, const char *pattern)
{
	for (; *pattern != '\0'; pattern++, at++) {
		bool ok;

		if (at == end)
			return false;
		switch (*pattern) {
		case '0':
			ok = is_digit(*at);
			break;
		case 'A':
			ok = (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z');
			break;
		case '_':
			ok = *at == ' ' || is_digit(*at);
			break;
		default:
			ok = *at == *pattern;
		}
		if (!ok)
			return false;
	}
	return true;
}

/*
 * The zone at @at, with the blank before it if there is one.  Returns where it ends,
 * which is @at if there is none.
 */
static const char *scan_zone(const char *at, const char *end, bool *ret_known, int64_t *ret_offset)
{
	const char *word = at < end && *at == ' ' ? at + 1 : at, *stop = word;

	*ret_known = false;
	*ret_offset = 0;
	if (word == end)
		return at;
	if (*word == '+' || *word == '-') {
		stop = px_timestamp_scan_offset(word, end, ret_offset);
		if (stop == NULL || (stop < end && is_digit(*stop)))
			return at;
		*ret_known = true;
		return stop;
	}
	while (stop < end && *stop >= 'A' && *stop <= 'Z')
		stop++;
	/* Behind a word in lower case would be a name, such as that of a host. */
	if (stop == word || (stop < end && ((*stop >= 'a' && *stop <= 'z') || is_digit(*stop))))
		return at;
	*ret_known = (stop - word == 3 &&
			     (memcmp(word, "UTC", 3) == 0 || memcmp(word, "GMT", 3) == 0)) ||
		(word == at && stop - word == 1 && *word == 'Z');
	return stop - word < 2 && !*ret_known ? at : stop;
}

/* "2026-11-21 20:01:00.627 UTC". */
static bool find_civil(const char *at, const char *end, struct px_log_time *ret)
{
	int64_t us, offset;
	const char *p = px_timestamp_scan(at, end, &us);

	if (p == NULL)
		return false;
	p = scan_zone(p, end, &ret->has_us, &offset);
	ret->text = (struct pmapx_text){ at, (size_t)(p - at) };
	ret->us = ret->has_us ? us - offset * 1000000 : 0;
	return true;
}

/* "1763755260.627", alone. */
static bool find_epoch(const char *at, const char *end, struct px_log_time *ret)
{
	size_t length = 0;

	if (fits(at, end, "0000000000.000"))
		length = 14;
	if (length == 0 ||
		((size_t)(end - at) > length && (is_digit(at[length]) || at[length] == '.')))
		return false;
	ret->text = (struct pmapx_text){ at, length };
	ret->has_us = true;
	ret->us = 0;
	for (size_t i = 0; i < length; i++)
		if (at[i] != '.')
			ret->us = ret->us * 10 + (at[i] - '0');
	ret->us *= 1000;
	return true;
}

void px_log_time_find(const struct pmapx_text *text, struct px_log_time *ret)
{
	size_t length = text->length < MAX_PREFIX ? text->length : MAX_PREFIX;
	const char *begin = text->bytes, *end;

	*ret = (struct px_log_time){ 0 };
	if (text->length == 0)
		return;
	end = begin + length;
	for (const char *at = begin; at < end; at++) {
		bool is_first = at == begin || !is_digit(at[-1]);

		if (is_digit(*at)) {
			if (is_first && (find_civil(at, end, ret) || find_epoch(at, end, ret)))
				return;
		} else if (is_first && fits(at, end, "AAA _0 00:00:00")) {
			ret->text = (struct pmapx_text){ at, 15 };
			return;
		}
	}
}
