/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a process to its mappings: a file of the source, fed to a parser.
 */
#include <pmapx/parser.h>
#include <pmapx/reader.h>

#include <errno.h>
#include <stdlib.h>

#include "corefile.h"
#include "growable.h"
#include "source_impl.h"

/*
 * Room for each read.  The kernel fills about a page of it at a time, whole
 * lines (seq_read() in fs/seq_file.c); saved files fill all of it.
 */
#define READ_SIZE ((size_t)32 * 1024)

/*
 * How many mappings to ask for one by one: that costs about twice as much for
 * each as reading does, so a range that holds more is read.
 */
#define ASK_MAX 64

_Static_assert(PX_QUERY_SIZE <= READ_SIZE, "an answer has room where a read has");

struct pmapx_reader {
	struct pmapx_process *process; /* Borrowed. */
	struct pmapx_parser *parser;
	struct px_place place;       /* Of the group, if has_place. */
	struct px_stream stream;     /* Being read. */
	struct px_stream own_stream; /* Of the thread itself, if has_own_stream. */
	bool has_place, has_own_stream;
	bool is_map;              /* What is read is the map that the process has open. */
	enum pmapx_map_file file; /* What was asked for. */
	pid_t pid, own_pid;
	int own_error;      /* Negative errno of opening the thread's own, or 0. */
	uint64_t last_line; /* Of the mapping handed out last, 0 before the first. */
	uint64_t start;     /* And where it begins. */

	bool asks;        /* Mappings are asked for one by one, not read. */
	unsigned asked;   /* How many have been. */
	uint64_t next;    /* Where to ask next. */
	uint64_t highest; /* Beyond which not to ask. */
	uint64_t done;    /* Mappings up to here have been handed out already. */
	bool has_memory;  /* The process has: its map is not empty. */
	bool has_text;    /* Something of the map has come. */
	bool at_end;      /* The file has been read to its end, or what looks like it. */
	bool has_gone;    /* The memory that it is about has ceased to exist. */
	bool is_hollow;   /* The file is empty, though there is memory. */
	int failed;       /* Negative errno of reading, not yet told. */
	bool ended;       /* Nothing more will be handed out. */

	bool has_marks;              /* As the source. */
	struct pmapx_mapping marked; /* Handed out last, if it has, */
	struct pmapx_mapping behind; /* and what follows. */
};

static void close_all(struct pmapx_reader *reader, bool has_stream)
{
	const struct px_source_ops *ops = reader->process->source->ops;

	if (has_stream)
		ops->close_stream(&reader->stream);
	if (reader->has_own_stream)
		ops->close_stream(&reader->own_stream);
	if (reader->has_place)
		ops->close_place(&reader->place);
}

/* The file of the process itself: for maps, that which is open. */
static int open_stream(struct pmapx_reader *reader, enum px_file file)
{
	struct pmapx_process *process = reader->process;

	if (file != PX_FILE_MAPS || !process->has_map)
		return px_process_open_file(process, file, &reader->stream);
	reader->stream = process->map;
	process->has_map = false;
	reader->is_map = true;
	return 0;
}

/*
 * A thread's own file is as good as its group's, and better once the leader
 * has exited, when the group's reads as empty: keep it in reserve.
 */
static int open_streams(struct pmapx_reader *reader, enum px_file file)
{
	const struct px_source_ops *ops = reader->process->source->ops;
	const struct pmapx_identity *identity = &reader->process->identity;
	int own, r;

	reader->pid = reader->own_pid = identity->pid;
	/* What was saved of a thread is all that there is of it. */
	if (identity->tgid == identity->pid || reader->process->source->saved != NULL)
		return open_stream(reader, file);

	r = ops->open_place(reader->process->source, identity->tgid, &reader->place);
	reader->has_place = r == 0;
	/*
	 * As long as a thread is there, its group's number is nobody else's.  So
	 * the folder is the group's if the thread still is, once that is open.
	 */
	own = px_process_open_file(reader->process, file, &reader->own_stream);
	reader->has_own_stream = own == 0;
	reader->own_error = own;
	if (own < 0 && reader->process->source->is_procfs && own != -EACCES && own != -EPERM)
		return own;
	reader->pid = identity->tgid;
	if (r == 0)
		r = ops->open_file(&reader->place, file, &reader->stream);
	if (r < 0 && own == 0) {
		reader->stream = reader->own_stream;
		reader->has_own_stream = false;
		reader->pid = reader->own_pid;
		return 0;
	}
	/* Copies may lack the group: then the thread's own file is the one to blame. */
	if (r == -ESRCH) {
		reader->pid = reader->own_pid;
		return own;
	}
	return r;
}

static enum px_file file_of(enum pmapx_map_file file)
{
	switch (file) {
	case PMAPX_FILE_SMAPS:
		return PX_FILE_SMAPS;
	case PMAPX_FILE_SMAPS_ROLLUP:
		return PX_FILE_SMAPS_ROLLUP;
	default:
		return PX_FILE_MAPS;
	}
}

int pmapx_reader_open(struct pmapx_process *process, enum pmapx_map_file file,
	const struct pmapx_reader_options *options, struct pmapx_reader **ret)
{
	struct pmapx_parser_options parser_options = { .size = sizeof(parser_options) };
	struct pmapx_reader *reader;
	int r = PX_CHECK_OPTIONS(options);

	if (r < 0)
		return r;
	/* A later version may have more. */
	if ((unsigned)file > PMAPX_FILE_SMAPS_ROLLUP)
		return -EINVAL;
	reader = calloc(1, sizeof(*reader));
	if (reader == NULL)
		return -ENOMEM;
	reader->process = process;
	reader->has_marks = process->source->has_marks;
	reader->file = file;
	/* Kernel threads and zombies have no stack that could start somewhere. */
	reader->has_memory = process->identity.has_start_stack;
	parser_options.mappings_only = PX_OPTION(options, mappings_only, false);
	parser_options.fields = PX_OPTION(options, fields, 0);
	parser_options.look_ahead = PX_OPTION(options, look_ahead, false);
	/* Each mapping must be handed out before the next is asked for. */
	reader->asks = file == PMAPX_FILE_MAPS && parser_options.mappings_only &&
		!parser_options.look_ahead && PX_OPTION(options, has_range, false) &&
		process->source->is_procfs && process->source->ops->query != NULL;
	reader->next = PX_OPTION(options, low, 0);
	reader->highest = PX_OPTION(options, high, 0);
	r = pmapx_parser_open(&parser_options, &reader->parser);
	if (r == 0)
		r = open_streams(reader, file_of(file));
	if (r < 0) {
		close_all(reader, false);
		pmapx_parser_close(reader->parser);
		free(reader);
		return r;
	}
	*ret = reader;
	return 0;
}

void pmapx_reader_close(struct pmapx_reader *reader)
{
	if (reader == NULL)
		return;
	close_all(reader, true);
	pmapx_parser_close(reader->parser);
	free(reader);
}

pid_t pmapx_reader_pid(const struct pmapx_reader *reader)
{
	return reader->pid;
}

enum pmapx_map_file pmapx_reader_file(const struct pmapx_reader *reader)
{
	if (reader->process->source->saved == NULL || reader->file == PMAPX_FILE_SMAPS_ROLLUP)
		return reader->file;
	return reader->stream.file == PX_FILE_SMAPS ? PMAPX_FILE_SMAPS : PMAPX_FILE_MAPS;
}

/*
 * Ask for one more mapping, or read once.  What cannot be asked for is read from
 * the beginning, less what has been handed out.
 */
static ssize_t get_more(struct pmapx_reader *reader, char *bytes, size_t room)
{
	const struct px_source_ops *ops = reader->process->source->ops;

	if (reader->asks && reader->asked < ASK_MAX) {
		ssize_t n = ops->query(&reader->stream, &reader->next, reader->highest, bytes);

		reader->asked++;
		if (n >= 0)
			return n;
	}
	if (reader->asks && reader->last_line > 0)
		reader->done = reader->next;
	reader->asks = false;
	return ops->read(&reader->stream, bytes, room);
}

/*
 * Whether the memory that was read was there to the end.  A file that is not
 * the one that was open when the process was looked at may be about other
 * memory, so then it is that one which is asked; it costs the kernel a line, while
 * smaps would have it count the pages of the first mapping again.
 */
static int check_memory(struct pmapx_reader *reader)
{
	const struct px_source_ops *ops = reader->process->source->ops;

	/* The gate is always the last. */
	if (reader->is_map && reader->start >= PX_GATE)
		return 0;
	/* The kernel makes all of it in one go, and fails if there is no memory. */
	if (reader->file == PMAPX_FILE_SMAPS_ROLLUP)
		return 0;
	return ops->check_end(reader->process->has_map ? &reader->process->map : &reader->stream);
}

/*
 * A saved map that is empty is that of a kernel thread or a zombie, or one that
 * could not be read: who has a stack or arguments has memory.  Of tar, which
 * believes the sizes that /proc tells, all files are empty.
 */
static int check_saved(struct pmapx_reader *reader)
{
	struct pmapx_text cmdline = { NULL, 0 };

	if (reader->has_text)
		return 0;
	reader->is_hollow = reader->has_memory || reader->process->is_hollow ||
		(pmapx_process_cmdline(reader->process, &cmdline) == 0 && cmdline.length > 0);
	return reader->is_hollow ? -ENODATA : 0;
}

/* At the end of a file: 0, or what keeps it from being the end of the map. */
static int check_end(struct pmapx_reader *reader)
{
	const struct pmapx_source *source = reader->process->source;
	int r = 0;

	if (source->saved != NULL && reader->at_end)
		return check_saved(reader);
	/* Questions are answered from memory that is there. */
	if (!source->is_procfs || source->ops->check_end == NULL || !reader->at_end)
		return 0;
	if (reader->has_text) {
		r = check_memory(reader);
	} else if (reader->own_error < 0) {
		/* The group's map is empty when its leader has exited: the thread's is the map. */
		reader->pid = reader->own_pid;
		return reader->own_error;
	} else if (reader->has_memory) {
		r = -ESTALE;
	}
	reader->has_gone = r == -ESTALE;
	return r;
}

/* Feed the parser once, or tell it that this is all. */
static int feed(struct pmapx_reader *reader)
{
	char *bytes;
	size_t room;
	ssize_t n;
	int r;

	r = pmapx_parser_space(reader->parser, READ_SIZE, &bytes, &room);
	if (r < 0)
		return r;
	n = get_more(reader, bytes, room);
	if (n > 0) {
		reader->has_text = true;
		pmapx_parser_fed(reader->parser, (size_t)n);
		return 0;
	}
	reader->at_end = n == 0 && !reader->asks;
	if (n == 0)
		pmapx_parser_finish(reader->parser);
	return (int)n;
}

/* Nothing came of the group's file: read the thread's own. */
static bool turn_to_own(struct pmapx_reader *reader)
{
	if (!reader->has_own_stream || reader->last_line > 0)
		return false;
	reader->process->source->ops->close_stream(&reader->stream);
	reader->stream = reader->own_stream;
	reader->has_own_stream = false;
	reader->pid = reader->own_pid;
	reader->failed = 0;
	reader->at_end = false;
	pmapx_parser_reset(reader->parser);
	return true;
}

/* What pmapx_reader_next() says when reading itself has failed, once. */
static int tell_failure(struct pmapx_reader *reader, int r, struct pmapx_error *error)
{
	reader->failed = 0;
	reader->ended = true;
	*error = (struct pmapx_error){ .code = -r, .reason = "" };
	if (reader->has_gone)
		error->reason = "the process has exited or begun another program";
	if (reader->is_hollow)
		error->reason = PX_HOLLOW_REASON;
	return r;
}

/* In a map that was made of a core file, marks stand where an inode would. */
static void take_marks(struct pmapx_mapping *mapping)
{
	mapping->is_not_dumped = (mapping->inode & PX_CORE_NOT_DUMPED) != 0;
	mapping->has_no_mode = (mapping->inode & PX_CORE_NO_MODE) != 0;
	mapping->inode = 0;
}

static const struct pmapx_mapping *without_marks(
	struct pmapx_reader *reader, const struct pmapx_mapping *mapping)
{
	if (!reader->has_marks)
		return mapping;
	reader->marked = *mapping;
	take_marks(&reader->marked);
	if (mapping->next != NULL) {
		reader->behind = *mapping->next;
		take_marks(&reader->behind);
		reader->marked.next = &reader->behind;
	}
	return &reader->marked;
}

int pmapx_reader_next(
	struct pmapx_reader *reader, const struct pmapx_mapping **ret, struct pmapx_error *error)
{
	struct pmapx_error ignored;

	if (error == NULL)
		error = &ignored;
	while (!reader->ended) {
		int r = pmapx_parser_next(reader->parser, ret, error);

		/* What reaches beyond has changed since it was asked for. */
		if (r == 1 && (*ret)->start < reader->done && (*ret)->end <= reader->done)
			continue;
		if (r == 1) {
			reader->last_line = (*ret)->line;
			reader->start = (*ret)->start;
			*ret = without_marks(reader, *ret);
		}
		if (r == -ENOMEM)
			return tell_failure(reader, r, error);
		/* The end, with or without a cut line before it. */
		if (r == 0 || r == -ENODATA) {
			if (turn_to_own(reader))
				continue;
			/* A line cut off by a failing read is the read's fault. */
			if (reader->failed == 0)
				reader->failed = check_end(reader);
			if (reader->failed < 0)
				return tell_failure(reader, reader->failed, error);
			reader->ended = true;
		}
		if (r != -EAGAIN)
			return r;
		r = feed(reader);
		if (r < 0) {
			/* Hand out what is there, but no part of a line, then say so. */
			reader->failed = r;
			pmapx_parser_abandon(reader->parser);
		}
	}
	return 0;
}
