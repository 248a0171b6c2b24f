/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One buffered descriptor with a sticky error.
 */
#include "out.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "put.h"

void px_out_write(struct px_out *out, const char *bytes, size_t length)
{
	size_t done = 0;

	while (out->error == 0 && done < length) {
		ssize_t n = write(out->fd, bytes + done, length - done);

		if (n > 0)
			done += (size_t)n;
		else if (n == 0)
			out->error = EIO;
		else if (errno != EINTR)
			out->error = errno;
	}
}

void px_out_flush(struct px_out *out)
{
	if (out->sink == NULL)
		px_out_write(out, out->bytes, out->length);
	else if (out->length > 0)
		out->sink->take(out->sink, out);
	out->length = 0;
}

void px_out_long(struct px_out *out, const char *bytes, size_t length)
{
	while (length > 0) {
		char *at = px_out_room(out, 1);
		size_t room = PX_OUT_SIZE - out->length;
		size_t part = length < room ? length : room;

		memcpy(at, bytes, part);
		px_out_written(out, at + part);
		bytes += part;
		length -= part;
	}
}

void px_out_number(struct px_out *out, uint64_t number)
{
	px_out_written(out, px_put_decimal(px_out_room(out, PX_PUT_MAX), number, 1));
}

void px_out_fill(struct px_out *out, char byte, size_t count)
{
	while (count > 0) {
		char *at = px_out_room(out, 1);
		size_t room = PX_OUT_SIZE - out->length;
		size_t part = count < room ? count : room;

		memset(at, byte, part);
		px_out_written(out, at + part);
		count -= part;
	}
}

void px_out_right(struct px_out *out, const char *bytes, size_t length, size_t width)
{
	if (length < width)
		px_out_fill(out, ' ', width - length);
	px_out_bytes(out, bytes, length);
}

void px_out_left(struct px_out *out, const char *bytes, size_t length, size_t width)
{
	px_out_bytes(out, bytes, length);
	if (length < width)
		px_out_fill(out, ' ', width - length);
}
