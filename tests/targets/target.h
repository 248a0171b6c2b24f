/* What the shapes of px_target share: ground truth, mappings, cleaning up, holding still.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef PX_TARGET_H
#define PX_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** One thing that px_target can become. */
struct px_shape {
	const char *name;
	const char *args; /**< How its arguments are written, for --list; "" if it has none. */
	const char *about;
	/** Makes the shape and prints what is true about it; argv[0] is the first argument. */
	void (*build)(int argc, char **argv);
};

/* Each table ends with an entry whose name is NULL. */
extern const struct px_shape px_shapes_memory[];
extern const struct px_shape px_shapes_files[];
extern const struct px_shape px_shapes_process[];
extern const struct px_shape px_shapes_kernel[];
extern const struct px_shape px_shapes_changing[];
extern const struct px_shape px_shapes_leaking[];
extern const struct px_shape px_shapes_obedient[];
extern const struct px_shape px_shapes_real[];

/** Called first in main: does not return in the fresh image of the shapes title and title-raw. */
void px_resume_title(int argc, char **argv);

/* Ground truth. */

/** Prints the line "key value". */
void px_truth(const char *key, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Prints "key PREFIX HEX", for values that may hold any byte. */
void px_truth_bytes(const char *key, const char *prefix, const void *bytes, size_t length);
/** Prints "pid N" and "ready": the shape is complete. */
void px_ready(void);
/** Sleeps until standard input ends, then ends the process and all it made. */
_Noreturn void px_hold(void);

/* Giving up. */

/** Prints "skip REASON" and exits 77: the machine does not have what the shape needs. */
_Noreturn void px_skip(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** Complains on standard error, with errno's text, and exits 1. */
_Noreturn void px_fail(const char *what);
/** Complains about the arguments and exits 2. */
_Noreturn void px_usage(const char *what);

/* Arguments. */

/** A decimal number from 1 to max, or the fallback where the argument is missing. */
size_t px_number(int argc, char **argv, int index, size_t fallback, size_t max);
/** Permission letters, "r", "rw", "rx", "-", as PROT_ bits. */
int px_prot(const char *letters);
/** 's' or 'p' as MAP_SHARED or MAP_PRIVATE. */
int px_sharing(const char *letter);

/* Mappings. They are put at fixed low addresses, 64 KiB apart, so that every run looks alike. */

size_t px_page(void);
/** mmap() at the next fixed address, or where the kernel likes if that is taken; may fail. */
void *px_try_map(size_t length, int prot, int flags, int fd);
/** The same; a failure ends the program. */
void *px_map(size_t length, int prot, int flags, int fd);
/** Mappings of a page, r--p and rw-p in turn, so that nothing merges; touched: the r--p half is
 * resident. */
char *px_map_many(size_t count, bool touched);
/** Reads each page of a mapping and writes it too where prot has PROT_WRITE. */
void px_touch(void *address, size_t length, int prot);

/* Files and children, which px_hold and the usual signals clean up. */

/** Makes a file of some pages in the folder dir; opened for reading and writing. */
int px_make_file(int dir, const char *name, size_t pages);
/** Has what was written to a file, also through a mapping, be on the disk: its pages are not dirty
 * now, and so do not cease to be while somebody looks. */
void px_keep_clean(int fd);
/** Makes a folder in the folder dir and opens it. The descriptor must stay open. */
int px_make_folder(int dir, const char *name);
/** Forgets the newest file and removes it now. */
void px_unlink_newest(void);
/** fork() whose child dies with us; in the child returns 0 and nothing is cleaned up there. */
pid_t px_fork(void);

#endif
