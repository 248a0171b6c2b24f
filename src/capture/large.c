/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the large files of a process into a spool: smaps, maps, numa_maps.
 */
#include "large.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "interrupt.h"
#include "saved_name.h"
#include "scan.h"
#include "source_impl.h"

/* Up to how many bytes of it a map that changes is read again. */
#define AGAIN_MAX ((size_t)1024 * 1024)

/* Look at a line that begins as those of mappings do: "559d2c000000-559d2c021000 r--p ...". */
static void look_at_mapping(struct px_order *order, const char *line, const char *stop)
{
	uint64_t start, end;
	const char *at = px_scan_address(line, stop, '-', &start);

	if (at == NULL || at == stop || *at != '-' ||
		px_scan_address(at + 1, stop, ' ', &end) == NULL)
		return;
	order->is_torn |= start < order->end;
	order->end = end;
}

void px_order_look(struct px_order *order, const char *bytes, size_t length)
{
	const char *at = bytes, *end = bytes + length;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		/* Keys begin with a capital, and are nine lines of ten. */
		if (newline != NULL && !order->is_in_line && px_is_hex(*at))
			look_at_mapping(order, at, newline);
		order->is_in_line = newline == NULL;
		at = newline != NULL ? newline + 1 : end;
	}
}

/* The file of another thread of the process; -ENOENT if there is none, or what we are short of. */
static int open_of_thread(const struct pmapx_process *process, const char *name)
{
	const struct px_place *place = &process->place;
	const struct dirent *entry;
	DIR *folder;
	int result = px_open_folder(place->fd, "task", 0, &folder);

	if (result < 0)
		return px_is_shortage(result) ? result : -ENOENT;
	result = -ENOENT;
	while (result < 0 && !px_is_shortage(result) && (entry = readdir(folder)) != NULL) {
		struct pmapx_text text = { entry->d_name, strlen(entry->d_name) };
		pid_t thread = px_saved_pid(&text);
		char path[64];

		if (thread == 0 || thread == process->identity.pid)
			continue;
		stpcpy(stpcpy(stpcpy(stpcpy(path, "task/"), entry->d_name), "/"), name);
		result = px_place_open(place, path);
	}
	closedir(folder);
	return result;
}

/*
 * Once the first thread of a process has exited, its own files are empty; those of
 * any other are whole.
 */
static int open_file(const struct pmapx_process *process, const char *name)
{
	int fd = process->identity.state == 'Z' ? open_of_thread(process, name) : -ENOENT;

	return fd >= 0 || px_is_shortage(fd) ? fd : px_place_open(&process->place, name);
}

/* Append @length bytes of the buffer to the spool, or what may be kept of them. */
static int keep(struct px_large *large, const char *name, size_t length, bool is_last)
{
	struct pmapx_text text = { large->buffer, length };

	if (!px_redacts(large->redactor->redaction, name))
		return px_spool_append(large->spool, text.bytes, text.length);
	px_redact_lines(large->redactor, name, &text, is_last);
	return px_redact_keep(large->redactor, large->spool);
}

/* The next piece, behind @length bytes in the buffer; as read(2). */
static ssize_t read_piece(struct px_large *large, int fd, size_t length, bool is_map)
{
	char *to = large->buffer + length;
	ssize_t n = px_read(fd, to, PX_LARGE_BUFFER - length);

	if (n <= 0)
		return n;
	atomic_fetch_add(&large->pace->read_bytes, (size_t)n);
	if (is_map)
		px_order_look(&large->order, to, (size_t)n);
	return n;
}

/* Whether to begin again: that is not done for ever, nor with much of it read. */
static bool is_again(const struct px_large *large, uint64_t length)
{
	return large->order.is_torn && !large->is_last_reading && length < AGAIN_MAX;
}

/* Read what is open as @fd to its end; as px_large_read(). */
static int read_open(struct px_large *large, int fd, const char *name, bool is_map)
{
	uint64_t start = large->spool->length;
	size_t length = 0;
	ssize_t n;

	do {
		n = read_piece(large, fd, length, is_map);
		if (n > 0)
			length += (size_t)n;
		if (n > 0 && is_again(large, large->spool->length - start + length))
			return -EAGAIN;
		if (n > 0 && PX_LARGE_BUFFER - length >= PX_READ_SIZE)
			continue;
		/* The spool may be a file, which takes many pages sooner than each one. */
		large->error = keep(large, name, length, n <= 0);
		length = 0;
		if (large->error == 0 && (atomic_load(&large->pace->stopped) || px_interrupted()))
			large->error = -ECANCELED;
		if (large->error < 0)
			return large->error;
	} while (n > 0);
	return (int)n;
}

int px_large_read(
	struct px_large *large, const struct pmapx_process *process, const char *name, bool is_map)
{
	int fd = open_file(process, name), r;

	large->error = 0;
	large->order = (struct px_order){ .end = 0 };
	if (fd < 0)
		return fd;
	/* What was learned of it when it was read before. */
	if (is_map)
		px_redact_begin(large->redactor);
	r = read_open(large, fd, name, is_map && process->place.is_procfs);
	close(fd);
	return r;
}
