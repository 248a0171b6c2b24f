/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time in the prefix of a log line.
 */
#include "log_time.h"

#include <string.h>
#include <time.h>

#include "scan.h"

/* How far into a line its time may be. */
#define MAX_PREFIX 4096

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Whether @at begins as @pattern: 0 is any digit, A a letter, _ a blank or digit, | a blank or T. */
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
		case '|':
			ok = *at == ' ' || *at == 'T';
			break;
		default:
			ok = *at == *pattern;
		}
		if (!ok)
			return false;
	}
	return true;
}

/* The number that @count digits are. */
static int64_t number(const char *at, int count)
{
	int64_t value = 0;

	for (; count > 0; count--)
		value = value * 10 + (*at++ - '0');
	return value;
}

/* The microseconds since 1970 of "YYYY-MM-DD hh:mm:ss" in UTC; false if there is no such time. */
static bool civil_us(const char *at, int64_t *ret)
{
	struct tm when = { .tm_year = (int)number(at, 4) - 1900,
		.tm_mon = (int)number(at + 5, 2) - 1,
		.tm_mday = (int)number(at + 8, 2),
		.tm_hour = (int)number(at + 11, 2),
		.tm_min = (int)number(at + 14, 2),
		.tm_sec = (int)number(at + 17, 2) };
	struct tm given = when;

	*ret = (int64_t)timegm(&when) * 1000000;
	/* timegm() makes another day of one that is not. */
	return when.tm_mday == given.tm_mday && when.tm_mon == given.tm_mon &&
		when.tm_hour == given.tm_hour && when.tm_min == given.tm_min &&
		when.tm_sec == given.tm_sec;
}

/* "+02", "-0330" or "+05:30" in seconds. */
static const char *scan_offset(const char *at, const char *end, int64_t *ret)
{
	int64_t sign = *at == '-' ? -1 : 1, minutes = 0;
	const char *p = at + 1;

	if ((*at != '+' && *at != '-') || !fits(p, end, "00"))
		return NULL;
	*ret = number(p, 2) * 3600;
	p += 2;
	if (fits(p, end, ":00")) {
		minutes = number(p + 1, 2);
		p += 3;
	} else if (fits(p, end, "00")) {
		minutes = number(p, 2);
		p += 2;
	}
	if (*ret > INT64_C(57600) || minutes > 59)
		return NULL;
	*ret = sign * (*ret + minutes * 60);
	return p;
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
		stop = scan_offset(word, end, ret_offset);
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
	const char *p = at + 19;
	int64_t us, offset, unit = 100000;

	if (!fits(at, end, "0000-00-00|00:00:00") || !civil_us(at, &us))
		return false;
	if (p + 1 < end && *p == '.' && is_digit(p[1]))
		for (p++; p < end && is_digit(*p); p++, unit /= 10)
			us += (*p - '0') * unit;
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
	if (length == 0)
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
