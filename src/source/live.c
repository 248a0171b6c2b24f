/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The running system.
 */
#include "source_impl.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "growable.h"

static enum px_shm_answer is_at(const struct pmapx_mapping *mapping, uint64_t address)
{
	return mapping->start <= address && address < mapping->end ? PX_SHM_SURE : PX_SHM_NO;
}

/*
 * SysV segments, shared anonymous memory and memfds are all files of the
 * kernel's internal shmem mount (shm_mnt in mm/shmem.c), so a mapping of our
 * own shows the device without making a segment.  A /proc that is not the
 * kernel's (a copy mounted there) does not show it: then the names in it decide.
 */
static int live_shm_device(struct pmapx_source *source, struct pmapx_device *ret)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *memory = mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int r = -ENODATA;

	if (memory != MAP_FAILED) {
		r = px_shm_search(source, is_at, (uintptr_t)memory, ret);
		munmap(memory, size);
	}
	return r == -ENODATA ? px_shm_search(source, px_shm_by_name, 0, ret) : r;
}

static const struct px_source_ops live_ops = {
	.kind = "live",
	.is_system = true,
	.open_place = px_folder_open_place,
	.close_place = px_folder_close_place,
	.open_file = px_folder_open_file,
	.read = px_folder_read,
	.close_stream = px_folder_close_stream,
	.check_end = px_maps_check_end,
	.query = px_maps_query,
	.shm_device = live_shm_device,
	.next = px_folder_next,
	.open_member = px_folder_open_member,
};

int pmapx_source_open_live(const struct pmapx_source_options *options, struct pmapx_source **ret)
{
	int r = PX_CHECK_OPTIONS(options);

	return r < 0 ? r : px_source_open(&live_ops, "/proc", options, ret);
}
