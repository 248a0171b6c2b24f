/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From bytes to lines and CSV records.
 *
 * A line that begins as csvlog does is the beginning of a record, which goes on
 * while there is an odd number of quotes.  Where a server died while it wrote one,
 * the next record begins within its quotes: that is seen by a quote in its line
 * that no CSV has there, and the torn one is passed over.
 */
#include "log_record.h"

#include <errno.h>
#include <string.h>

#include "scan.h"

void px_log_records_deinit(struct px_log_records *records)
{
	px_frame_deinit(&records->frame);
}

int px_log_records_feed(struct px_log_records *records, const void *bytes, size_t length)
{
	struct px_frame *frame = &records->frame;
	ptrdiff_t shift;

	if (length == 0)
		return 0;
	if (!records->holds)
		frame->keep = frame->at;
	if (px_frame_space(frame, length, &shift) < 0)
		return -ENOMEM;
	memcpy(frame->bytes + frame->end, bytes, length);
	frame->end += length;
	return 0;
}

/* Whether @line begins as records of csvlog do: time, zone, and a user or none. */
static bool begins_csv(const struct pmapx_text *line)
{
	static const char pattern[] = "0000-00-00 00:00:00.000 ";
	const char *at = line->bytes, *end = at + line->length;

	if (line->length < sizeof(pattern))
		return false;
	for (const char *p = pattern; *p != '\0'; p++, at++)
		if (*p == '0' ? *at < '0' || *at > '9' : *at != *p)
			return false;
	while (at < end && *at != ',' && *at != '"' && *at != ' ')
		at++;
	return at + 1 < end && *at == ',' && (at[1] == '"' || at[1] == ',');
}

/* Whether the first quote in @line is one that ends no value and stands for none. */
static bool is_torn(const struct pmapx_text *line)
{
	const char *end = line->bytes + line->length;
	const char *quote = memchr(line->bytes, '"', line->length);

	return quote != NULL && quote + 1 < end && quote[1] != '"' && quote[1] != ',' &&
		quote[1] != '\r';
}

/* Whether there is an odd number of quotes in @line. */
static bool is_odd(const struct pmapx_text *line)
{
	const char *at = line->bytes, *end = at + line->length;
	bool odd = false;

	while (at < end && (at = memchr(at, '"', (size_t)(end - at))) != NULL) {
		odd = !odd;
		at++;
	}
	return odd;
}

/* Give up what is there of a record, but not of @line of it. */
static void drop(struct px_log_records *records)
{
	records->frame.keep = records->frame.at;
	records->holds = records->quoted = false;
	records->dropped++;
}

/* No whole line is there: pass over what is too long already. */
static int wait_for_more(struct px_log_records *records)
{
	struct px_frame *frame = &records->frame;

	if (frame->end - frame->keep > records->max_length) {
		drop(records);
		records->skipping = true;
	}
	if (records->skipping)
		frame->keep = frame->at = frame->scanned = frame->end;
	return -EAGAIN;
}

/* The record that ends with @line, which has been taken. */
static void hand_out(
	struct px_log_records *records, const struct pmapx_text *line, struct px_log_record *ret)
{
	const char *begin = records->frame.bytes + records->frame.keep;
	const char *end = line->bytes + line->length;

	if (end > begin && end[-1] == '\r')
		end--;
	ret->text = (struct pmapx_text){ begin, (size_t)(end - begin) };
	ret->line = records->line;
	ret->csv = records->csv;
	records->holds = records->quoted = false;
	records->frame.keep = records->frame.at;
}

int px_log_records_next(struct px_log_records *records, struct px_log_record *ret)
{
	struct px_frame *frame = &records->frame;
	enum px_frame_result result;
	struct pmapx_text line;

	if (!records->holds)
		frame->keep = frame->at;
	while ((result = px_frame_peek(frame, &line)) != PX_FRAME_END) {
		size_t length;

		if (result == PX_FRAME_MORE)
			return wait_for_more(records);
		length = (size_t)(line.bytes + line.length - frame->bytes) - frame->keep;
		px_frame_take(frame, &line);
		if (records->skipping || length > records->max_length) {
			records->skipping = false;
			drop(records);
			continue;
		}
		if (records->holds && begins_csv(&line) && is_torn(&line)) {
			drop(records);
			frame->keep = (size_t)(line.bytes - frame->bytes);
		}
		if (!records->holds) {
			records->csv = records->all_csv || begins_csv(&line);
			records->line = frame->line;
		}
		ret->cut = result == PX_FRAME_CUT;
		if (records->csv)
			records->quoted ^= is_odd(&line);
		if (!records->quoted || ret->cut) {
			hand_out(records, &line, ret);
			return 1;
		}
		records->holds = true;
	}
	if (!records->holds)
		return 0;
	/* Its quotes are never closed. */
	line = (struct pmapx_text){ frame->bytes + frame->at, 0 };
	ret->cut = true;
	hand_out(records, &line, ret);
	return 1;
}
