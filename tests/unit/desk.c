/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sheet to test the pieces of pmap's face on.
 */
#include "desk.h"

#include <stdlib.h>
#include <unistd.h>

#include "maps.h"

struct px_desk *px_desk_new(void **state)
{
	struct px_desk *desk = calloc(1, sizeof(*desk));

	assert_non_null(desk);
	px_console_init(&desk->console, "/usr/bin/pmapx");
	desk->console.out.fd = px_memory();
	desk->console.err.fd = px_memory();
	desk->options.high = UINT64_MAX;
	desk->sheet.console = &desk->console;
	desk->sheet.options = &desk->options;
	desk->sheet.identity = &desk->identity;
	desk->sheet.heritage = &desk->heritage;
	assert_int_equal(pmapx_source_open_root(*state, NULL, &desk->sheet.source), 0);
	px_widths_init(&desk->sheet, 16);
	return desk;
}

void px_desk_free(struct px_desk *desk)
{
	pmapx_source_close(desk->sheet.source);
	close(desk->console.out.fd);
	close(desk->console.err.fd);
	px_console_deinit(&desk->console);
	px_heritage_deinit(&desk->heritage);
	free(desk);
}

char *px_desk_output(struct px_desk *desk)
{
	size_t length;

	px_out_flush(&desk->console.out);
	return px_taken(desk->console.out.fd, &length);
}

char *px_desk_errors(struct px_desk *desk)
{
	size_t length;

	px_out_flush(&desk->console.err);
	return px_taken(desk->console.err.fd, &length);
}

struct pmapx_mapping px_desk_mapping(const char *line, const struct pmapx_smaps *smaps)
{
	static const struct pmapx_smaps none;
	struct pmapx_text text = px_text(line);
	struct pmapx_mapping mapping;
	struct pmapx_error error;

	assert_int_equal(px_maps_parse(&text, &mapping, &error), 0);
	mapping.smaps = smaps != NULL ? smaps : &none;
	return mapping;
}
