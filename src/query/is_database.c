/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a file is a database: this is known also where SQLite is missing.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "reporting.h"

bool px_report_is_database(const char *path)
{
	static const char magic[16] = "SQLite format 3";
	int fd = px_open_regular(AT_FDCWD, path, 0);
	bool is_database = false;

	if (fd >= 0) {
		char bytes[sizeof(magic)];

		is_database = px_read_whole(fd, bytes, sizeof(bytes)) == sizeof(bytes) &&
			memcmp(bytes, magic, sizeof(magic)) == 0;
		close(fd);
	}
	return is_database;
}
