/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Points in time as PostgreSQL, and those who save what it says, write them.
 */
#include "timestamp.h"

#include "scan.h"

/* Exactly @count digits. */
static const char *scan_digits(const char *at, const char *end, int count, int64_t *ret)
{
	int64_t value = 0;

	if (at == NULL || end - at < count)
		return NULL;
	for (; count > 0; count--, at++) {
		if (*at < '0' || *at > '9')
			return NULL;
		value = value * 10 + (*at - '0');
	}
	*ret = value;
	return at;
}

static const char *scan_byte(const char *at, const char *end, char byte)
{
	return at != NULL && at < end && *at == byte ? at + 1 : NULL;
}

/* Of the calendar that we have, which is taken to have been there always. */
static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* The number of a day, from 1970-01-01 on, or INT64_MIN if there is no such day. */
static int64_t day_number(int64_t year, int64_t month, int64_t day)
{
	static const unsigned char lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t days = 0, before = year - 1;

	if (year < 1 || month < 1 || month > 12 || day < 1 ||
		day > lengths[month - 1] + (month == 2 && is_leap(year)))
		return INT64_MIN;
	for (int64_t i = 1; i < month; i++)
		days += lengths[i - 1] + (i == 2 && is_leap(year));
	/* 719162 days were before 1970. */
	return before * 365 + before / 4 - before / 100 + before / 400 - 719162 + days + day - 1;
}

static const char *scan_date(const char *at, const char *end, int64_t *ret_days)
{
	int64_t year = 0, month = 0, day = 0;

	at = scan_byte(scan_digits(at, end, 4, &year), end, '-');
	at = scan_byte(scan_digits(at, end, 2, &month), end, '-');
	at = scan_digits(at, end, 2, &day);
	if (at != NULL)
		*ret_days = day_number(year, month, day);
	return at != NULL && *ret_days != INT64_MIN ? at : NULL;
}

/* What is behind a second; finer than a microsecond is dropped. */
static const char *scan_fraction(const char *at, const char *end, int64_t *ret_us)
{
	int64_t unit = 100000;

	*ret_us = 0;
	if (at == NULL || end - at < 2 || *at != '.' || at[1] < '0' || at[1] > '9')
		return at;
	for (at++; at < end && *at >= '0' && *at <= '9'; at++) {
		*ret_us += (*at - '0') * unit;
		unit /= 10;
	}
	return at;
}

static const char *scan_time(const char *at, const char *end, int64_t *ret_us)
{
	int64_t hour = 0, minute = 0, second = 0, fraction = 0;

	at = scan_byte(scan_digits(at, end, 2, &hour), end, ':');
	at = scan_byte(scan_digits(at, end, 2, &minute), end, ':');
	at = scan_fraction(scan_digits(at, end, 2, &second), end, &fraction);
	if (at == NULL || hour > 23 || minute > 59 || second > 59)
		return NULL;
	*ret_us = ((hour * 60 + minute) * 60 + second) * 1000000 + fraction;
	return at;
}

const char *px_timestamp_scan(const char *at, const char *end, int64_t *ret_us)
{
	int64_t days = 0, us = 0;

	at = scan_date(at, end, &days);
	if (at == NULL || at == end || (*at != ' ' && *at != 'T'))
		return NULL;
	at = scan_time(at + 1, end, &us);
	if (at != NULL)
		*ret_us = days * 86400 * 1000000 + us;
	return at;
}

const char *px_timestamp_scan_offset(const char *at, const char *end, int64_t *ret_seconds)
{
	int64_t parts[3] = { 0 };
	bool is_west = at < end && *at == '-';

	if (at == end || (*at != '+' && *at != '-'))
		return NULL;
	at = scan_digits(at + 1, end, 2, &parts[0]);
	for (int i = 1; i < 3 && at != NULL && at < end; i++) {
		const char *more = scan_digits(*at == ':' ? at + 1 : at, end, 2, &parts[i]);

		if (more == NULL)
			break;
		at = more;
	}
	if (at == NULL || parts[0] > 15 || parts[1] > 59 || parts[2] > 59)
		return NULL;
	*ret_seconds = (parts[0] * 60 + parts[1]) * 60 + parts[2];
	if (is_west)
		*ret_seconds = -*ret_seconds;
	return at;
}

/* The name of the zone that Go puts behind the offset, which says it all. */
static const char *skip_zone_name(const char *at, const char *end)
{
	const char *name = scan_byte(at, end, ' ');

	if (name == NULL || name == end)
		return NULL;
	for (at = name; at < end; at++)
		if (!((*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') || *at == '+' ||
			    *at == '-'))
			return NULL;
	return at;
}

bool px_timestamp_parse(const struct pmapx_text *text, int64_t *ret_us)
{
	const char *at = text->bytes, *end;
	int64_t us = 0, seconds = 0;

	if (text->length == 0)
		return false;
	end = at + text->length;
	at = px_timestamp_scan(at, end, &us);
	if (at == NULL || at == end)
		return false;
	if (*at == 'Z') {
		at++;
	} else if (*at == ' ') {
		at = px_timestamp_scan_offset(at + 1, end, &seconds);
		at = at != NULL ? skip_zone_name(at, end) : NULL;
	} else {
		at = px_timestamp_scan_offset(at, end, &seconds);
	}
	if (at != end)
		return false;
	*ret_us = us - seconds * 1000000;
	return true;
}
