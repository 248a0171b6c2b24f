/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of a dump of memory contexts.
 *
 *   context  name ": " stats [": " ident]
 *   more     N " more child contexts containing " stats
 *   stats    T " total in " B " blocks" [" (" C " chunks)"] ["; " E " empty blocks"]
 *            "; " F " free" [" (" K " chunks)"] "; " U " used"
 *   end      "Grand total: " T " bytes in " B " blocks; " F " free (" K " chunks); " U " used"
 *
 * None of it is ever translated.  Chunks in blocks are those of Generation contexts,
 * empty blocks those of Slab; Bump (17) has no chunks that are free.
 */
#include "context_line.h"

#include <string.h>

#include "scan.h"

/* No server goes as deep. */
#define MAX_LEVEL 1000000U

#define GRAND "Grand total: "
#define TOTAL_IN " total in "
#define MORE " more child contexts containing "

/* What is behind @word, or NULL if it is not at @at, which may be NULL. */
static const char *behind(const char *at, const char *end, const char *word)
{
	size_t length = strlen(word);

	if (at == NULL || (size_t)(end - at) < length || memcmp(at, word, length) != 0)
		return NULL;
	return at + length;
}

/* A number with @word behind it. */
static const char *number(const char *at, const char *end, const char *word, uint64_t *ret)
{
	return at != NULL ? behind(px_scan_decimal(at, end, ret), end, word) : NULL;
}

/* @word, a number and another word, which are there or not. */
static const char *option(const char *at, const char *end, const char *word, const char *last,
	uint64_t *ret, unsigned bit, unsigned *have)
{
	const char *p = number(behind(at, end, word), end, last, ret);

	if (p == NULL) {
		*ret = 0;
		return at;
	}
	*have |= bit;
	return p;
}

static const char *stats(const char *at, const char *end, struct px_context *ret)
{
	struct px_context_sum *sum = &ret->sum;

	at = number(at, end, TOTAL_IN, &sum->total);
	at = number(at, end, " blocks", &sum->blocks);
	at = option(at, end, " (", " chunks)", &ret->chunks, PX_CONTEXT_HAS_CHUNKS, &ret->have);
	at = option(at, end, "; ", " empty blocks", &ret->empty, PX_CONTEXT_HAS_EMPTY, &ret->have);
	at = number(behind(at, end, "; "), end, " free", &sum->free);
	at = option(at, end, " (", " chunks)", &sum->free_chunks, PX_CONTEXT_HAS_FREE_CHUNKS,
		&ret->have);
	return number(behind(at, end, "; "), end, " used", &sum->used);
}

/* The numbers of a context end where its line does, or where its ident begins. */
static bool tail(const char *at, const char *end, struct px_context *ret)
{
	if (at == end)
		return true;
	at = behind(at, end, ": ");
	if (at == NULL || ret->more)
		return false;
	ret->ident = (struct pmapx_text){ at, (size_t)(end - at) };
	return true;
}

/* A name may hold anything: it ends where the first ": " is that numbers follow. */
static bool context(const char *at, const char *end, struct px_context *ret)
{
	const char *name = at, *p = number(at, end, MORE, &ret->count);

	*ret = (struct px_context){ .count = ret->count, .parent = PX_CONTEXT_NO_PARENT };
	ret->more = p != NULL;
	if (ret->more)
		return tail(stats(p, end, ret), end, ret) && ret->count > 0;
	ret->count = 1;
	while (at < end && (at = memmem(at, (size_t)(end - at), ": ", 2)) != NULL) {
		ret->have = 0;
		p = stats(at + 2, end, ret);
		if (p != NULL) {
			ret->name = (struct pmapx_text){ name, (size_t)(at - name) };
			return at > name && tail(p, end, ret);
		}
		at += 2;
	}
	return false;
}

static bool grand(const struct pmapx_text *text, struct px_context_line *ret)
{
	const char *end = text->bytes + text->length, *at = behind(text->bytes, end, GRAND);
	struct px_context_sum *sum = &ret->context.sum;

	*ret = (struct px_context_line){ .is_grand = true };
	at = number(at, end, " bytes in ", &sum->total);
	at = number(at, end, " blocks; ", &sum->blocks);
	at = number(at, end, " free (", &sum->free);
	at = number(at, end, " chunks); ", &sum->free_chunks);
	return number(at, end, " used", &sum->used) == end;
}

bool px_context_line_logged(const struct pmapx_text *text, struct px_context_line *ret)
{
	const char *end = text->bytes + text->length, *at = text->bytes;
	uint64_t level;

	at = number(behind(at, end, "level: "), end, "; ", &level);
	if (at == NULL)
		return grand(text, ret);
	if (level > MAX_LEVEL)
		return false;
	*ret = (struct px_context_line){ .level = (uint32_t)level };
	return context(at, end, &ret->context);
}

bool px_context_line_indented(const struct pmapx_text *text, struct px_context_line *ret)
{
	const char *end = text->bytes + text->length, *at = text->bytes;
	const struct pmapx_text *name = &ret->context.name;
	size_t blanks;

	while (at < end && *at == ' ')
		at++;
	blanks = (size_t)(at - text->bytes);
	if (blanks == 0 && grand(text, ret))
		return true;
	if (blanks % 2 != 0 || blanks / 2 > MAX_LEVEL)
		return false;
	*ret = (struct px_context_line){ .level = (uint32_t)(blanks / 2) };
	/* A message of a log has a severity, whatever it is about. */
	return context(at, end, &ret->context) &&
		(ret->context.more || memmem(name->bytes, name->length, ":  ", 3) == NULL);
}
