/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process is called, in one line.
 */
#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "name.h"

/* A copy of @text between @before and @behind, one character each or nothing. */
static int copy(const char *before, const struct pmapx_text *text, const char *behind,
	char **ret_bytes, struct pmapx_text *ret)
{
	size_t length = strlen(before) + text->length + strlen(behind);
	char *bytes = malloc(length + 1), *at = bytes;

	if (bytes == NULL)
		return -ENOMEM;
	at = stpcpy(at, before);
	if (text->length > 0)
		at = mempcpy(at, text->bytes, text->length);
	stpcpy(at, behind);
	*ret_bytes = bytes;
	*ret = (struct pmapx_text){ bytes, length };
	return 0;
}

static bool is_blank(char byte)
{
	return byte == '\0' || byte == ' ' || byte == '\n';
}

/* Arguments end in NULs, also more than one. */
static int copy_arguments(
	const struct pmapx_text *cmdline, char **ret_bytes, struct pmapx_text *ret)
{
	struct pmapx_text arguments = *cmdline;
	int r;

	while (arguments.length > 0 && is_blank(arguments.bytes[arguments.length - 1]))
		arguments.length--;
	r = arguments.length > 0 ? copy("", &arguments, "", ret_bytes, ret)
				 : copy("", &(struct pmapx_text){ "-", 1 }, "", ret_bytes, ret);
	for (size_t i = 0; r == 0 && i < ret->length; i++)
		if ((*ret_bytes)[i] == '\0' || (*ret_bytes)[i] == '\n')
			(*ret_bytes)[i] = ' ';
	return r;
}

int px_command(struct px_visit *visit, char **ret_bytes, struct pmapx_text *ret)
{
	const struct pmapx_identity *identity = pmapx_process_identity(visit->process);
	struct pmapx_text text = { NULL, 0 };
	int r = pmapx_process_cmdline(visit->process, &text);

	if (r == 0 && text.length > 0)
		return copy_arguments(&text, ret_bytes, ret);
	if (px_is_shortage(r))
		return r;
	if (identity->has_stat || identity->comm.length > 0)
		return copy("[", &identity->comm, "]", ret_bytes, ret);
	/* Of a map that nothing tells the process of, its own name. */
	if (visit->member != NULL && visit->member->pid == 0) {
		text = (struct pmapx_text){ visit->member->name, strlen(visit->member->name) };
		return copy("", &text, "", ret_bytes, ret);
	}
	r = pmapx_process_executable(visit->process, &text);
	if (px_is_shortage(r))
		return r;
	if (r < 0)
		return copy("", &(struct pmapx_text){ "-", 1 }, "", ret_bytes, ret);
	text = px_name_last_component(&text);
	return copy("[", &text, "]", ret_bytes, ret);
}
