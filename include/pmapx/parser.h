/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file parser.h
 * From bytes to mappings: a parser for the text of maps and smaps files, fed
 * in pieces of any size, from anywhere.
 *
 * Lines may be of any length up to 16 MiB, and so may a mapping with all its key
 * lines, which no kernel's comes near: what is longer may have no end, and is the
 * end of the input.  Nothing is allocated per mapping: texts are
 * handed out where they lie in the parser's buffer.
 *
 * A line is a mapping, or "Key: value" that belongs to the mapping above it.
 * Order, absence and repetition of keys, keys never heard of, values without
 * unit and empty values are all fine.  Any other line is an error that names
 * line and column, after which reading goes on with the line below.
 *
 * @code
 * while ((r = pmapx_parser_next(parser, &mapping, &error)) != 0) {
 *         if (r == 1)
 *                 use(mapping);
 *         else if (r != -EAGAIN)
 *                 complain(&error);
 *         else if ((n = more(buffer, sizeof(buffer))) > 0)
 *                 pmapx_parser_feed(parser, buffer, n);
 *         else
 *                 pmapx_parser_finish(parser);
 * }
 * @endcode
 */
#ifndef PMAPX_PARSER_H
#define PMAPX_PARSER_H

#include <pmapx/mapping.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A parser in some state of its input; one thread at a time. */
struct pmapx_parser;

/** How to parse; zero everywhere but in @p size is the default. */
struct pmapx_parser_options {
	size_t size; /**< sizeof(struct pmapx_parser_options) at the caller. */

	/**
	 * Hand out each mapping at its own line and pass over its key
	 * lines.  Without it, a mapping is handed out when the next one
	 * begins or the input ends, with all of its keys.
	 */
	bool mappings_only;

	/**
	 * Bits (UINT64_C(1) << PMAPX_FIELD_…) of the fields whose values are
	 * wanted, 0 for all.  With some, values of others may be absent from the
	 * mappings, and pmapx_smaps_entry() has no lines; that is quicker.
	 * Lines that are wrong are reported either way.
	 */
	uint64_t fields;

	/**
	 * Have each mapping tell what follows it (pmapx_mapping::next): it is
	 * handed out when the line of the next one has come, or the input ends.
	 */
	bool look_ahead;
};

/**
 * Make a parser.
 *
 * @param options  How to parse, or NULL for the default.
 * @param ret      Set to the new parser on success; close it with
 *                 pmapx_parser_close().
 * @return 0; -ENOMEM; -E2BIG if @p options has members that this library does
 *         not know, and they are not zero; -EINVAL if its size is impossible.
 */
PMAPX_API int pmapx_parser_open(
	const struct pmapx_parser_options *options, struct pmapx_parser **ret);

/** Free @p parser and everything it handed out.  NULL is fine. */
PMAPX_API void pmapx_parser_close(struct pmapx_parser *parser);

/** Have @p parser forget all input and begin anew at line 1, keeping its memory. */
PMAPX_API void pmapx_parser_reset(struct pmapx_parser *parser);

/**
 * Append a copy of @p length @p bytes to the input of @p parser.
 *
 * The mapping that was handed out last is gone afterwards.
 *
 * @return 0, or -ENOMEM, with nothing appended.
 */
PMAPX_API int pmapx_parser_feed(struct pmapx_parser *parser, const void *bytes, size_t length);

/**
 * Ask where to put input, to save the copy of pmapx_parser_feed(): write up to
 * *@p ret_room bytes to *@p ret_bytes, then say how many with pmapx_parser_fed().
 *
 * The mapping that was handed out last is gone afterwards.
 *
 * @param parser     Whose input it is to be.
 * @param want       Room needed at least, in bytes.
 * @param ret_bytes  Set on success; the parser owns it, and it is valid until
 *                   the next call on @p parser.
 * @param ret_room   Set on success to the room there is, at least @p want.
 * @return 0, or -ENOMEM.
 */
PMAPX_API int pmapx_parser_space(
	struct pmapx_parser *parser, size_t want, char **ret_bytes, size_t *ret_room);

/** Tell @p parser that @p length bytes were written where pmapx_parser_space() said. */
PMAPX_API void pmapx_parser_fed(struct pmapx_parser *parser, size_t length);

/** Tell @p parser that the input has ended; feed nothing afterwards. */
PMAPX_API void pmapx_parser_finish(struct pmapx_parser *parser);

/**
 * Tell @p parser that the input cannot be read any further; feed nothing afterwards.
 *
 * As pmapx_parser_finish(), but a line without its end, which may be any part
 * of one, is dropped without a word.
 */
PMAPX_API void pmapx_parser_abandon(struct pmapx_parser *parser);

/**
 * The next mapping.
 *
 * @param parser  Whose input holds it.
 * @param ret     Set on 1 to a mapping that is valid, with all its texts, until
 *                the next call on @p parser.
 * @param error   Filled on a negative result other than -EAGAIN.  May be NULL.
 * @return 1 with a mapping; 0 at the end; -EAGAIN if more input is needed;
 *         -EBADMSG for a line that is neither mapping nor key (call again to
 *         go on below it); -ENODATA, at most once, if the last line has no
 *         newline: a mapping on it is handed out before, a key on it is
 *         not believed, as digits may be missing; -EFBIG, at most once, if
 *         a line or a mapping with its keys is longer than 16 MiB: nothing
 *         behind it is read; -ENOMEM.
 */
PMAPX_API int pmapx_parser_next(
	struct pmapx_parser *parser, const struct pmapx_mapping **ret, struct pmapx_error *error);

#ifdef __cplusplus
}
#endif

#endif
