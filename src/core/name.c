/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the name field of a mapping is.
 */
#include "name.h"

#include <string.h>

#include "scan.h"

int px_text_compare(const struct pmapx_text *one, const struct pmapx_text *other)
{
	size_t shorter = one->length < other->length ? one->length : other->length;
	int order = shorter > 0 ? memcmp(one->bytes, other->bytes, shorter) : 0;

	return order != 0 ? order : (one->length > other->length) - (one->length < other->length);
}

bool px_name_is_label(const struct pmapx_text *name)
{
	return name->length >= 2 && name->bytes[0] == '[' && name->bytes[name->length - 1] == ']';
}

bool px_name_begins(const struct pmapx_text *name, const char *prefix)
{
	size_t length = strlen(prefix);

	return name->length >= length && memcmp(name->bytes, prefix, length) == 0;
}

bool px_name_is_sysv(const struct pmapx_text *name)
{
	static const char deleted[] = " (deleted)";
	const size_t prefix = 5, digits = 8;
	struct pmapx_text rest;

	if (name->length < prefix + digits || !px_name_begins(name, "/SYSV"))
		return false;
	/* The key is printed with %08x (ipc/shm.c), so it is in lower case. */
	for (size_t i = prefix; i < prefix + digits; i++)
		if (!px_is_hex(name->bytes[i]))
			return false;
	rest.bytes = name->bytes + prefix + digits;
	rest.length = name->length - prefix - digits;
	return rest.length == 0 ||
		(rest.length == sizeof(deleted) - 1 && px_name_begins(&rest, deleted));
}

struct pmapx_text px_name_last_component(const struct pmapx_text *name)
{
	const char *slash = name->length ? memrchr(name->bytes, '/', name->length) : NULL;
	struct pmapx_text last = *name;

	if (slash != NULL) {
		last.bytes = slash + 1;
		last.length = (size_t)(name->bytes + name->length - last.bytes);
	}
	return last;
}

struct pmapx_text px_name_living(const struct pmapx_text *name)
{
	static const char deleted[] = " (deleted)";
	const size_t length = sizeof(deleted) - 1;
	struct pmapx_text living = *name;

	if (name->length > length &&
		memcmp(name->bytes + name->length - length, deleted, length) == 0)
		living.length -= length;
	return living;
}
