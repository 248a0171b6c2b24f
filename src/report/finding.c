/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What checks find in a process.
 */
#include "finding.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "name.h"

/* A finding, and what it is found by: whoever looked for it may call it something else. */
struct node {
	struct px_finding finding;
	enum px_check key;
	char bytes[]; /* Of name and note. */
};

static int compare(const void *a, const void *b)
{
	const struct node *one = a, *other = b;
	int order = (one->key > other->key) - (one->key < other->key);

	if (order == 0)
		order = px_text_compare(&one->finding.name, &other->finding.name);
	if (order == 0)
		order = px_text_compare(&one->finding.note, &other->finding.note);
	return order;
}

static struct node *make(
	enum px_check check, const struct pmapx_text *name, const struct pmapx_text *note)
{
	struct node *node = calloc(1, sizeof(*node) + name->length + note->length);

	if (node == NULL)
		return NULL;
	node->key = node->finding.check = check;
	if (name->length > 0)
		memcpy(node->bytes, name->bytes, name->length);
	if (note->length > 0)
		memcpy(node->bytes + name->length, note->bytes, note->length);
	node->finding.name = (struct pmapx_text){ node->bytes, name->length };
	node->finding.note = (struct pmapx_text){ node->bytes + name->length, note->length };
	return node;
}

struct px_finding *px_findings_find(struct px_findings *findings, enum px_check check,
	const struct pmapx_text *name, const struct pmapx_text *note, bool *ret_is_new)
{
	const struct node wanted = {
		.finding = { .name = *name, .note = *note },
		.key = check,
	};
	struct node *const *found = tfind(&wanted, &findings->tree, compare), *node;

	*ret_is_new = found == NULL;
	if (found != NULL)
		return &(*found)->finding;
	node = make(check, name, note);
	if (node == NULL || tsearch(node, &findings->tree, compare) == NULL) {
		free(node);
		return NULL;
	}
	if (findings->last != NULL)
		findings->last->next = &node->finding;
	else
		findings->first = &node->finding;
	findings->last = &node->finding;
	return &node->finding;
}

void px_findings_clear(struct px_findings *findings)
{
	tdestroy(findings->tree, free);
	*findings = (struct px_findings){ 0 };
}
