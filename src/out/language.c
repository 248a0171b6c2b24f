/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user's language and character set.
 *
 * pmap's words are translated in the catalogue that procps-ng installs, so
 * that a French system sees what its pmap shows.
 */
#include "language.h"

#include <ctype.h>
#include <langinfo.h>
#include <libintl.h>
#include <locale.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* The value that decides a category: LC_ALL, its own variable, LANG, or NULL. */
static const char *deciding(const char *category)
{
	const char *const names[] = { "LC_ALL", category, "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && *value != '\0')
			return value;
	}
	return NULL;
}

static bool is_plain_c(const char *name)
{
	return name == NULL || strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0;
}

/*
 * Whether messages can come out other than they are written: not in C or
 * POSIX; in C.UTF-8 and in American English only if LANGUAGE asks for it.
 */
static bool may_translate(void)
{
	const char *name = deciding("LC_MESSAGES");
	const char *language = getenv("LANGUAGE");

	if (is_plain_c(name))
		return false;
	if (language != NULL && *language != '\0')
		return true;
	return strncmp(name, "C.", 2) != 0 && strncmp(name, "en_US", 5) != 0;
}

void px_locale_begin(struct px_locale *locale)
{
	if (!may_translate())
		return;
	/* Where there is no such locale, the C locale stays. */
	(void)setlocale(LC_ALL, "");
	bindtextdomain("procps-ng", PX_PROCPS_LOCALEDIR);
	textdomain("procps-ng");
	locale->translates = true;
}

void px_locale_end(struct px_locale *locale)
{
	if (locale->ctype != (locale_t)0)
		freelocale(locale->ctype);
	*locale = (struct px_locale){ 0 };
}

/*
 * Looked up late, when other threads may be at work: so in a locale object,
 * not in the locale of all of them.
 */
enum px_charset px_locale_charset(struct px_locale *locale)
{
	if (!locale->has_charset) {
		locale->charset = PX_CHARSET_OTHER;
		if (!is_plain_c(deciding("LC_CTYPE")))
			locale->ctype = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
		if (locale->ctype != (locale_t)0 &&
			strcmp(nl_langinfo_l(CODESET, locale->ctype), "UTF-8") == 0)
			locale->charset = PX_CHARSET_UTF8;
		locale->has_charset = true;
	}
	return locale->charset;
}

bool px_locale_is_printable(const struct px_locale *locale, unsigned char byte)
{
	if (locale->ctype == (locale_t)0)
		return byte >= 0x20 && byte < 0x7f;
	return isprint_l(byte, locale->ctype) != 0;
}

size_t px_locale_columns(const struct px_locale *locale, uint32_t character)
{
	locale_t before;
	int columns;

	if (locale->ctype == (locale_t)0)
		return 1;
	/* wcwidth() goes by the locale of the thread; characters are numbered as in Unicode. */
	before = uselocale(locale->ctype);
	columns = wcwidth((wchar_t)character);
	(void)uselocale(before);
	return columns < 0 ? 1 : (size_t)columns;
}

const char *px_translate(const struct px_locale *locale, const char *text)
{
	return locale->translates ? gettext(text) : text;
}

const char *px_translate_libc(const struct px_locale *locale, const char *text)
{
	return locale->translates ? dgettext("libc", text) : text;
}
