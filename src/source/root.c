/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Another proc root: a copy of /proc, or the /proc of a container.
 */
#include "source_impl.h"

#include "growable.h"

static int root_shm_device(struct pmapx_source *source, struct pmapx_device *ret)
{
	return px_shm_search(source, px_shm_by_name, 0, ret);
}

static const struct px_source_ops root_ops = {
	.kind = "root",
	.open_place = px_folder_open_place,
	.close_place = px_folder_close_place,
	.open_file = px_folder_open_file,
	.read = px_folder_read,
	.close_stream = px_folder_close_stream,
	.check_end = px_maps_check_end,
	.query = px_maps_query,
	.shm_device = root_shm_device,
	.next = px_folder_next,
	.open_member = px_folder_open_member,
};

int pmapx_source_open_root(const char *directory, const struct pmapx_source_options *options,
	struct pmapx_source **ret)
{
	int r = PX_CHECK_OPTIONS(options);

	return r < 0 ? r : px_source_open(&root_ops, directory, options, ret);
}
