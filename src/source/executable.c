/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What to call a process of which neither arguments nor name were saved: the
 * first file in its map that may be executed is mostly its program.
 */
#include <errno.h>
#include <pmapx/reader.h>
#include <stdlib.h>
#include <string.h>

#include "source_impl.h"

static bool is_program(const struct pmapx_mapping *mapping)
{
	return mapping->perms[0] == 'r' && mapping->perms[2] == 'x' && mapping->name.length > 0 &&
		mapping->name.bytes[0] == '/';
}

static int find(struct pmapx_process *process, struct pmapx_reader *reader)
{
	const struct pmapx_mapping *mapping;
	int r;

	do
		r = pmapx_reader_next(reader, &mapping, NULL);
	while (r == -EBADMSG || (r == 1 && !is_program(mapping)));
	if (r != 1)
		return r < 0 ? r : -ENODATA;
	process->executable = malloc(mapping->name.length);
	if (process->executable == NULL)
		return -ENOMEM;
	memcpy(process->executable, mapping->name.bytes, mapping->name.length);
	process->executable_length = mapping->name.length;
	return 0;
}

int pmapx_process_executable(struct pmapx_process *process, struct pmapx_text *ret)
{
	const struct pmapx_reader_options options = { .size = sizeof(options),
		.mappings_only = true };
	struct pmapx_reader *reader;
	int r = 0;

	if (process->executable == NULL) {
		r = pmapx_reader_open(process, PMAPX_FILE_MAPS, &options, &reader);
		if (r < 0)
			return r;
		r = find(process, reader);
		pmapx_reader_close(reader);
	}
	if (r == 0)
		*ret = (struct pmapx_text){ process->executable, process->executable_length };
	return r;
}
