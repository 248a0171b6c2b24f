/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records for programs: named values as JSON, CSV or TSV.  doc/FORMATS.md
 * describes what comes out.
 */
#ifndef PX_RECORD_H
#define PX_RECORD_H

#include "out.h"

/** How a table is written. */
enum px_notation {
	PX_NOTATION_TEXT,   /**< For people. */
	PX_NOTATION_JSON,   /**< One document. */
	PX_NOTATION_NDJSON, /**< A JSON object a line. */
	PX_NOTATION_CSV,    /**< RFC 4180. */
	PX_NOTATION_TSV     /**< Values between tabs, a record a line. */
};

/** What to say of a word that is none of them. */
#define PX_NOTATION_WANTED "no such format, there are text, json, ndjson, csv, tsv"

/** Look up a notation by its name; false, and *@ret as it was, if there is none. */
bool px_notation_find(const char *word, enum px_notation *ret);

/** Whether it begins with a line of headings. */
static inline bool px_notation_has_headings(enum px_notation notation)
{
	return notation == PX_NOTATION_CSV || notation == PX_NOTATION_TSV;
}

/** A record that is being written; in no notation for people. */
struct px_record {
	struct px_out *out;
	enum px_notation notation;
	size_t count;  /**< Values so far. */
	bool is_blank; /**< None of them has put anything. */
};

/** Begin a record, or the line of headings. */
struct px_record px_record_begin(struct px_out *out, enum px_notation notation);

/** A heading, where there are such. */
void px_record_heading(struct px_record *record, const char *key);

/**
 * A value called @key, which is text of ours or a key of smaps.  Every record of a
 * CSV or TSV has the same values in the same order.
 *
 * Text may be any bytes, and can be found out again: what is no UTF-8, or may harm
 * a terminal, is \xHH a byte, and a backslash that would be taken for one of these
 * is \x5c.  Nothing else is changed, but for what the notation demands.
 */
void px_record_text(struct px_record *record, const char *key, const char *bytes, size_t length);
void px_record_number(struct px_record *record, const char *key, uint64_t number);
void px_record_change(struct px_record *record, const char *key, int64_t change);
/** A number that somebody else has written as JSON has it, such as -1.5e+30. */
void px_record_real(struct px_record *record, const char *key, const char *bytes, size_t length);
/** "0x" and the digits of maps. */
void px_record_address(struct px_record *record, const char *key, uint64_t address);
/** What could not be read: null, or nothing between two commas. */
void px_record_nothing(struct px_record *record, const char *key);

/** The end: a brace, and but for JSON that of the line. */
void px_record_end(struct px_record *record);

/** A JSON string, with its quotes; as px_record_text(). */
void px_out_json_string(struct px_out *out, const char *bytes, size_t length);

#endif
