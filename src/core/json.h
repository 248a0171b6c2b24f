/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON (RFC 8259), pulled out of a text token by token; nothing is allocated.
 *
 * A text may be only the beginning of one that is longer: what is sure before
 * the place where it was cut is handed out.
 */
#ifndef PX_JSON_H
#define PX_JSON_H

#include <pmapx/base.h>

/** How deep arrays and objects may be in each other. */
#define PX_JSON_DEPTH 64

/** What a token is. */
enum px_json_kind {
	PX_JSON_OBJECT,     /**< An object begins. */
	PX_JSON_OBJECT_END, /**< It ends. */
	PX_JSON_ARRAY,      /**< An array begins. */
	PX_JSON_ARRAY_END,  /**< It ends. */
	PX_JSON_KEY,        /**< The name of a member of an object; its value is next. */
	PX_JSON_STRING,
	PX_JSON_NUMBER,
	PX_JSON_TRUE,
	PX_JSON_FALSE,
	PX_JSON_NULL
};

/** A token. */
struct px_json_token {
	enum px_json_kind kind;
	/**
	 * Where it stands in the text that is read.  Of keys and strings, what
	 * is between the quotes: valid UTF-8, with its escapes.
	 */
	struct pmapx_text text;
};

/** What comes next, but for blanks. */
enum px_json_expected {
	PX_JSON_EXPECT_VALUE,
	PX_JSON_EXPECT_FIRST,    /**< Of an array or object, which may have ended. */
	PX_JSON_EXPECT_COLON,    /**< Between the name of a member and its value. */
	PX_JSON_EXPECT_SEPARATOR /**< A comma, or the end of what the value was in. */
};

/** A reader; set it up with px_json_init(). */
struct px_json {
	struct pmapx_text text; /**< All of it; borrowed. */
	size_t at;          /**< How far it has been read, in bytes; if that failed, to where. */
	const char *reason; /**< Static text that says what was expected there; or NULL. */
	int result;         /**< What all further calls return, if negative. */
	enum px_json_expected expected;
	unsigned depth;   /**< In how many arrays and objects we are. */
	uint64_t objects; /**< A bit for each that is an object; the lowest is the innermost. */
};

/** Begin to read @text. */
void px_json_init(struct px_json *json, const struct pmapx_text *text);

/**
 * Read the next token.
 *
 * Returns 1 with it in *@ret; 0 at the end of a text that is a value and nothing
 * more; -ENODATA if the text ends before its value does; or -EBADMSG if it is
 * no JSON, or goes too deep: @at and @reason then tell of the first byte that
 * cannot be.  A number at the end of a text is handed out only if it is all of
 * it.  After an error, all calls return it.
 */
int px_json_next(struct px_json *json, struct px_json_token *ret);

/**
 * Read what comes next to its end: a value, with all that is in it, or a member
 * of an object.
 *
 * Returns 1; 0 if none came, but the end of the array, object or text, which has
 * been read; or as px_json_next() does.
 */
int px_json_skip(struct px_json *json);

/** Whether a key or string, given as in its token, says @string. */
bool px_json_equals(const struct pmapx_text *raw, const char *string);

/**
 * What a key or string, given as in its token, says: UTF-8, not terminated, and
 * any byte may be 0.  It is never longer than @raw.
 *
 * Returns its length, -ENOBUFS if that is more than @size, or -EILSEQ if it has
 * half of a surrogate pair in it, which says nothing.
 */
ssize_t px_json_decode(const struct pmapx_text *raw, char *bytes, size_t size);

#endif
