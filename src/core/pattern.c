/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Regular expressions.
 */
#include "pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *px_pattern_compile(struct px_pattern *pattern, const char *expression)
{
	int code = regcomp(&pattern->regex, expression, REG_EXTENDED | REG_NOSUB);

	if (code == 0)
		return NULL;
	regerror(code, &pattern->regex, pattern->problem, sizeof(pattern->problem));
	return pattern->problem;
}

void px_pattern_free(struct px_pattern *pattern)
{
	regfree(&pattern->regex);
}

int px_pattern_matches(const struct px_pattern *pattern, const struct pmapx_text *text)
{
	char room[1024], *string = text->length < sizeof(room) ? room : malloc(text->length + 1);
	int code;

	if (string == NULL)
		return -ENOMEM;
	if (text->length > 0)
		memcpy(string, text->bytes, text->length);
	string[text->length] = '\0';
	code = regexec(&pattern->regex, string, 0, NULL, 0);
	if (string != room)
		free(string);
	if (code == 0 || code == REG_NOMATCH)
		return code == 0;
	return -ENOMEM;
}
