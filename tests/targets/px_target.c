/* Becomes the process to look at: the tests' supply of odd memory maps.
 *
 * px_target SHAPE [ARG...]    Makes the shape in this process, prints what is true about it as
 *                             lines "key value", then "ready", and holds still until standard
 *                             input ends. Files are made in the current folder and are removed.
 *                             "skip REASON" and status 77: not possible on this machine.
 * px_target --list            Prints the shapes.
 *
 * The shapes are in shapes_*.c, a table in each; what they share is in support.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "target.h"

#include <stdio.h>
#include <string.h>

static const struct px_shape *const tables[] = {
	px_shapes_memory,
	px_shapes_files,
	px_shapes_process,
	px_shapes_kernel,
	px_shapes_changing,
	px_shapes_leaking,
	px_shapes_obedient,
	px_shapes_real,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int list(void)
{
	for (size_t i = 0; i < COUNT(tables); i++) {
		for (const struct px_shape *shape = tables[i]; shape->name; shape++)
			printf("%s%s%s\n\t%s\n", shape->name, *shape->args ? " " : "", shape->args,
				shape->about);
	}
	return 0;
}

static const struct px_shape *find(const char *name)
{
	for (size_t i = 0; i < COUNT(tables); i++) {
		for (const struct px_shape *shape = tables[i]; shape->name; shape++) {
			if (!strcmp(shape->name, name))
				return shape;
		}
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const struct px_shape *shape;

	px_resume_title(argc, argv);
	if (argc < 2)
		px_usage("a shape is missing");
	if (!strcmp(argv[1], "--list"))
		return list();
	shape = find(argv[1]);
	if (!shape)
		px_usage("no such shape");
	shape->build(argc - 2, argv + 2);
	px_ready();
	px_hold();
}
