/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Libraries that are loaded when a feature needs them, not when the program
 * starts.  Types and functions come from their own headers; functions are
 * called through a typed table.
 */
#ifndef PX_LIBRARY_H
#define PX_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

/** A function of a library, and where in the table it goes. */
struct px_symbol {
	const char *name;
	size_t offset; /**< Of a pointer to it, in bytes. */
};

/**
 * Load the library called @soname and fill @table with its @count @symbols.
 *
 * Returns 0 and in *@ret_handle what px_library_close() takes, or -ELIBACC if
 * it cannot be loaded, or lacks one of them.
 */
int px_library_open(const char *soname, const struct px_symbol *symbols, size_t count, void *table,
	void **ret_handle);

/** Give a library back; NULL is fine. */
void px_library_close(void *handle);

/* A member of a table, from a list of functions; and its row of struct px_symbol. */
#define PX_LAZY_MEMBER(function) __typeof__ (&(function))(function);
#define PX_LAZY_SYMBOL(function) { #function, offsetof(PX_LAZY_TABLE, function) },

/**
 * A note in the program that says which library it loads late, and for what,
 * after the specification "ELF package and dlopen metadata" of the UAPI group:
 * packages take what they recommend from it.
 */
#define PX_LIBRARY_NOTE(soname, feature, description)                                              \
	static const struct {                                                                      \
		uint32_t name_size, text_size, type;                                               \
		char name[4];                                                                      \
		_Alignas(4) char text[sizeof(PX_LIBRARY_NOTE_TEXT(soname, feature, description))]; \
	} px_note __attribute__((used, section(".note.dlopen"), aligned(4))) = { 4,                \
		sizeof(PX_LIBRARY_NOTE_TEXT(soname, feature, description)), 0x407c0c0a, "FDO",     \
		PX_LIBRARY_NOTE_TEXT(soname, feature, description) }

#define PX_LIBRARY_NOTE_TEXT(soname, feature, description)             \
	"[{\"feature\":\"" feature "\",\"description\":\"" description \
	"\",\"priority\":\"recommended\",\"soname\":[\"" soname "\"]}]"

#endif
