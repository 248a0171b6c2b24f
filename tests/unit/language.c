/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * language.c: what the environment says of language and character set.
 */
#include "support.h"

#include <langinfo.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "language.h"

static void set(const char *name, const char *value)
{
	assert_int_equal(value != NULL ? setenv(name, value, 1) : unsetenv(name), 0);
}

/* An environment with these alone. */
static void set_all(const char *all, const char *category, const char *lang, const char *language)
{
	set("LC_ALL", all);
	set("LC_CTYPE", category);
	set("LC_MESSAGES", category);
	set("LANG", lang);
	set("LANGUAGE", language);
	setlocale(LC_ALL, "C");
}

static const struct {
	const char *about, *all, *category, *lang, *language;
	bool translates;
} languages[] = {
	{ "nothing set", NULL, NULL, NULL, NULL, false },
	{ "C", "C", NULL, "fr_FR.UTF-8", "fr", false },
	{ "POSIX", NULL, "POSIX", "fr_FR.UTF-8", "fr", false },
	{ "empty is not set", "", "", "C", "fr", false },
	{ "C.UTF-8", NULL, NULL, "C.UTF-8", NULL, false },
	{ "C.UTF-8, and a wish", NULL, NULL, "C.UTF-8", "fr", true },
	{ "American", NULL, NULL, "en_US.UTF-8", "", false },
	{ "American, and a wish", NULL, NULL, "en_US.UTF-8", "fr", true },
	{ "French", NULL, NULL, "fr_FR.UTF-8", NULL, true },
	{ "the category comes before LANG", NULL, "fr_FR.UTF-8", "C", NULL, true },
	{ "LC_ALL comes first", "fr_FR.UTF-8", "C", "C", NULL, true },
};

PX_TEST(only_a_language_with_translations_sets_the_locale)
{
	for (size_t i = 0; i < PX_COUNT(languages); i++) {
		struct px_locale locale = { 0 };

		set_all(languages[i].all, languages[i].category, languages[i].lang,
			languages[i].language);
		px_locale_begin(&locale);
		px_same_number(languages[i].about, languages[i].translates, locale.translates);
		px_same_number(languages[i].about, languages[i].translates, locale.translates);
		px_same(languages[i].about, "no such text in any catalogue",
			px_translate(&locale, "no such text in any catalogue"));
	}
}

/* Whether there is a locale of that name and none else, as some C libraries have for each. */
static bool has_locale(const char *name)
{
	const char *dot = strchr(name, '.');

	return setlocale(LC_ALL, name) != NULL &&
		(dot == NULL || strcmp(nl_langinfo(CODESET), dot + 1) == 0);
}

static const struct {
	const char *about, *needs, *all, *category, *lang;
	enum px_charset want;
} charsets[] = {
	{ "nothing set", NULL, NULL, NULL, NULL, PX_CHARSET_OTHER },
	{ "C", NULL, "C", "C.UTF-8", "C.UTF-8", PX_CHARSET_OTHER },
	{ "C.UTF-8", "C.UTF-8", NULL, NULL, "C.UTF-8", PX_CHARSET_UTF8 },
	{ "as the category", "C.UTF-8", "", "C.UTF-8", "C", PX_CHARSET_UTF8 },
	{ "ISO-8859-1", "fr_FR.ISO-8859-1", "fr_FR.ISO-8859-1", NULL, NULL, PX_CHARSET_OTHER },
};

PX_TEST(the_charset_is_that_of_the_locale_and_asked_for_once)
{
	for (size_t i = 0; i < PX_COUNT(charsets); i++) {
		struct px_locale locale = { 0 };

		if (charsets[i].needs != NULL && !has_locale(charsets[i].needs)) {
			print_message("skipped: no locale %s\n", charsets[i].needs);
			continue;
		}
		set_all(charsets[i].all, charsets[i].category, charsets[i].lang, NULL);
		px_same_number(charsets[i].about, charsets[i].want, px_locale_charset(&locale));
		set_all("C.UTF-8", NULL, NULL, NULL);
		px_same_number(charsets[i].about, charsets[i].want, px_locale_charset(&locale));
		px_locale_end(&locale);
		assert_false(locale.has_charset);
	}
}

PX_TEST(a_locale_that_is_not_installed_has_no_charset)
{
	struct px_locale locale = { 0 };

	if (has_locale("xx_XX.UTF-8")) {
		print_message("skipped: this C library has a locale of every name\n");
		skip();
	}
	set_all("xx_XX.UTF-8", NULL, NULL, NULL);
	assert_int_equal(px_locale_charset(&locale), PX_CHARSET_OTHER);
	px_locale_end(&locale);
}

PX_TEST(without_translations_words_are_themselves)
{
	static const char word[] = "Address";

	assert_ptr_equal(px_translate(&(struct px_locale){ 0 }, word), word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_language_with_translations_sets_the_locale),
		cmocka_unit_test(the_charset_is_that_of_the_locale_and_asked_for_once),
		cmocka_unit_test(a_locale_that_is_not_installed_has_no_charset),
		cmocka_unit_test(without_translations_words_are_themselves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
