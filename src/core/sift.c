/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which mappings are wanted: reading what was asked for, and matching.
 */
#include "sift.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "scan.h"

const char *const px_sieve_names[PX_SIEVES] = {
	[PX_SIEVE_MAP] = "map",
	[PX_SIEVE_KIND] = "kind",
	[PX_SIEVE_PERM] = "perm",
	[PX_SIEVE_MIN] = "min",
};

bool px_sift_size(const char *text, uint64_t *ret_kb)
{
	static const char units[] = "kmgt";
	const char *end = text + strlen(text), *at;
	unsigned shift = 0;
	uint64_t number;

	at = px_scan_decimal(text, end, &number);
	if (at == NULL)
		return false;
	if (at < end) {
		const char *unit = strchr(units, *at | 0x20);

		if (unit == NULL || at + 1 < end)
			return false;
		shift = 10 * (unsigned)(unit - units);
	}
	if (number > UINT64_MAX >> shift)
		return false;
	*ret_kb = number << shift;
	return true;
}

static const char *add_map(struct px_sift *sift, const char *value)
{
	return px_pattern_compile(&sift->name, value);
}

/* Whoever prints it makes it harmless, and has all of @value before it. */
static const char *refuse_kind(
	struct px_sift *sift, const char *value, const struct pmapx_text *word)
{
	bool is_all = strlen(value) == word->length;
	int length = (int)(word->length < 40 ? word->length : 40);

	snprintf(sift->problem, sizeof(sift->problem),
		"no such kind%s%.*s; pmapx --kinds lists them", is_all ? "" : ": ",
		is_all ? 0 : length, word->bytes);
	return sift->problem;
}

static const char *add_kind(struct px_sift *sift, const char *value)
{
	sift->kinds = 0;
	for (const char *at = value; at != NULL;) {
		struct pmapx_text word = { at, strcspn(at, ",") };
		uint64_t found = pmapx_kind_find(&word);

		if (word.length == 0)
			return "a kind is missing";
		if (found == 0)
			return refuse_kind(sift, value, &word);
		sift->kinds |= found;
		at += word.length;
		at = *at == ',' ? at + 1 : NULL;
	}
	return NULL;
}

static const char *add_perm(struct px_sift *sift, const char *value)
{
	(void)sift;
	return value[strspn(value, "rwxsp")] == '\0' ? NULL
						     : "not permissions: some of r, w, x, s, p";
}

static const char *add_min(struct px_sift *sift, const char *value)
{
	return px_sift_size(value, &sift->min_kb) ? NULL : PX_SIZE_WANTED;
}

int px_sift_add(
	struct px_sift *sift, enum px_sieve sieve, const char *value, const char **ret_reason)
{
	static const char *(*const adders[PX_SIEVES])(struct px_sift *, const char *) = {
		[PX_SIEVE_MAP] = add_map,
		[PX_SIEVE_KIND] = add_kind,
		[PX_SIEVE_PERM] = add_perm,
		[PX_SIEVE_MIN] = add_min,
	};
	const char *reason;

	if (*value == '\0')
		reason = "nothing to look for";
	else if (sift->values[sieve] != NULL)
		reason = "given twice; a mapping is selected if all that is given holds";
	else
		reason = adders[sieve](sift, value);
	if (reason != NULL) {
		*ret_reason = reason;
		return -EINVAL;
	}
	sift->values[sieve] = value;
	sift->is_given = true;
	return 0;
}

void px_sift_deinit(struct px_sift *sift)
{
	if (sift->values[PX_SIEVE_MAP] != NULL)
		px_pattern_free(&sift->name);
	*sift = (struct px_sift){ 0 };
}

bool px_sift_by_kind(const struct px_sift *sift)
{
	return sift->values[PX_SIEVE_KIND] != NULL;
}

static bool wants_kind(const struct px_sift *sift, enum pmapx_kind kind)
{
	return (sift->kinds >> kind & 1) != 0;
}

bool px_sift_by_guess(const struct px_sift *sift, enum pmapx_kind kind)
{
	return wants_kind(sift, kind) && !wants_kind(sift, pmapx_kind_lookup(kind)->if_not);
}

static bool has_permissions(const struct pmapx_mapping *mapping, const char *wanted)
{
	for (; *wanted != '\0'; wanted++) {
		if (mapping->has_no_mode && strchr("rwx", *wanted) != NULL)
			continue;
		if (strchr(mapping->perms, *wanted) == NULL)
			return false;
	}
	return true;
}

static bool is_large(const struct pmapx_mapping *mapping, uint64_t min_kb, bool by_resident)
{
	if (!by_resident)
		return pmapx_mapping_size_bytes(mapping) / 1024 >= min_kb;
	return !pmapx_smaps_has(mapping->smaps, PMAPX_FIELD_RSS) ||
		mapping->smaps->rss_kb >= min_kb;
}

int px_sift_but_size(
	const struct px_sift *sift, const struct pmapx_mapping *mapping, enum pmapx_kind kind)
{
	static const struct pmapx_text unnamed = { "[ anon ]", 8 };

	if (px_sift_by_kind(sift) && !wants_kind(sift, kind))
		return 0;
	if (sift->values[PX_SIEVE_PERM] != NULL &&
		!has_permissions(mapping, sift->values[PX_SIEVE_PERM]))
		return 0;
	if (sift->values[PX_SIEVE_MAP] == NULL)
		return 1;
	return px_pattern_matches(
		&sift->name, mapping->name.length > 0 ? &mapping->name : &unnamed);
}

int px_sift_mapping(const struct px_sift *sift, const struct pmapx_mapping *mapping,
	enum pmapx_kind kind, bool by_resident)
{
	if (sift->values[PX_SIEVE_MIN] != NULL && !is_large(mapping, sift->min_kb, by_resident))
		return 0;
	return px_sift_but_size(sift, mapping, kind);
}
