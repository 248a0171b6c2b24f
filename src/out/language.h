/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user's language and character set, set up only when something needs
 * them: opening locale files costs a third of a short run.
 */
#ifndef PX_LANGUAGE_H
#define PX_LANGUAGE_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How bytes beyond ASCII are to be understood. */
enum px_charset {
	PX_CHARSET_UTF8,  /**< UTF-8. */
	PX_CHARSET_OTHER, /**< Something else: ask the C library, byte by byte. */
};

/** What is known of the locale; zero to begin with.  One thread at a time. */
struct px_locale {
	bool translates;  /**< Whether messages may have translations. */
	bool has_charset; /**< Whether @charset is known. */
	enum px_charset charset;
	locale_t ctype; /**< What bytes are, if @charset is other; or 0. */
};

/**
 * Look at the environment, and if it asks for a language that may have
 * translations, set the locale and the catalogue of procps-ng.
 */
void px_locale_begin(struct px_locale *locale);

/** Free what @locale holds. */
void px_locale_end(struct px_locale *locale);

/** The character set. */
enum px_charset px_locale_charset(struct px_locale *locale);

/** Whether @byte is printable, where the character set is not UTF-8. */
bool px_locale_is_printable(const struct px_locale *locale, unsigned char byte);

/**
 * How many columns of a terminal @character takes, where the character set is UTF-8: 2 if
 * it is wide, 0 if it goes on top of the one before, as wcwidth(3) has it; 1 if that
 * does not know it.
 */
size_t px_locale_columns(const struct px_locale *locale, uint32_t character);

/**
 * The translation of @text in procps-ng's own installed catalogue, or @text.
 * Static storage.
 */
const char *px_translate(const struct px_locale *locale, const char *text);

/** The same in the catalogue of the C library, where that has one. */
const char *px_translate_libc(const struct px_locale *locale, const char *text);

#endif
