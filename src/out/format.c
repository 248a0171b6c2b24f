/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Formats from a message catalogue.
 */
#include "format.h"

#include <stdbool.h>
#include <string.h>

#include "put.h"
#include "text.h"

/* Wider than any column; a catalogue that asks for more is damaged. */
#define WIDTH_MAX 99

/* A conversion, as it stands in a format behind its '%'. */
struct conversion {
	size_t value; /* Which value, from 0. */
	size_t width;
	bool is_text;
	bool is_percent;
};

static const char *scan_number(const char *at, size_t *ret)
{
	size_t number = 0;

	while (*at >= '0' && *at <= '9' && number <= WIDTH_MAX)
		number = number * 10 + (size_t)(*at++ - '0');
	*ret = number;
	return at;
}

/* Read what follows a '%'; returns where it ends, or NULL if it is not known. */
static const char *scan_conversion(const char *at, size_t *next, struct conversion *ret)
{
	size_t number;
	const char *p = scan_number(at, &number);

	*ret = (struct conversion){ .is_percent = *at == '%' };
	if (ret->is_percent)
		return at + 1;
	if (*p == '$' && number > 0) {
		ret->value = number - 1;
		p = scan_number(p + 1, &ret->width);
	} else {
		ret->value = (*next)++;
		ret->width = number;
	}
	if (ret->width > WIDTH_MAX)
		return NULL;
	ret->is_text = *p == 's' || *p == 'c';
	if (ret->is_text)
		return p + 1;
	if (*p == 'l')
		p++;
	return *p == 'd' ? p + 1 : NULL;
}

static bool is_sound(const char *format, const struct px_format_value *values, size_t count)
{
	size_t next = 0, used = 0;
	uint64_t seen = 0;

	while ((format = strchr(format, '%')) != NULL) {
		struct conversion conversion;

		format = scan_conversion(format + 1, &next, &conversion);
		if (format == NULL)
			return false;
		if (conversion.is_percent)
			continue;
		if (conversion.value >= count || (seen >> conversion.value & 1) != 0 ||
			conversion.is_text != (values[conversion.value].text != NULL))
			return false;
		seen |= UINT64_C(1) << conversion.value;
		used++;
	}
	return used == count;
}

static void put_value(struct px_out *out, struct px_locale *locale,
	const struct px_format_value *value, size_t width)
{
	if (value->text != NULL) {
		size_t length = strlen(value->text);

		px_out_fill(out, ' ', length < width ? width - length : 0);
		px_out_text(out, locale, value->text, length);
	} else {
		char digits[PX_PUT_MAX + 1];
		char *end = px_put_decimal(digits, value->number, 1);

		px_out_right(out, digits, (size_t)(end - digits), width);
	}
}

void px_out_format(struct px_out *out, struct px_locale *locale, const char *original,
	const char *translated, const struct px_format_value *values, size_t count)
{
	const char *format = is_sound(translated, values, count) ? translated : original;
	size_t next = 0;

	for (;;) {
		const char *percent = strchrnul(format, '%');
		struct conversion conversion;

		px_out_bytes(out, format, (size_t)(percent - format));
		if (*percent == '\0')
			return;
		format = scan_conversion(percent + 1, &next, &conversion);
		if (conversion.is_percent)
			px_out_bytes(out, "%", 1);
		else
			put_value(out, locale, &values[conversion.value], conversion.width);
	}
}
