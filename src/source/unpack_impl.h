/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a way of compression is inside: a struct of functions.
 */
#ifndef PX_UNPACK_IMPL_H
#define PX_UNPACK_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A step of unpacking: some bytes go in, some come out. */
struct px_unpack_step {
	uint8_t *in; /**< What is packed: moves on as it is taken. */
	size_t in_left;
	bool is_last; /**< There is no more to come than that. */
	uint8_t *out; /**< Room for what was packed: moves on as it is filled. */
	size_t out_left;
	const char *trouble; /**< What is wrong with what is packed, for people, or NULL. */
	char text[120];      /**< What @trouble is if it has a number in it. */
};

/** What a way of compression does. */
struct px_unpack_ops {
	const char *missing; /**< What to say when its library is. */
	/** Load the library and prepare; 0, -ELIBACC or -ENOMEM.  NULL: it was built without. */
	int (*open)(void **ret_state);
	/**
	 * Go on.  Returns 0; 1 at the end; or -ENOMEM, or another negative errno with
	 * what is wrong in @step->trouble.  That nothing more comes out, where there
	 * must be more, is seen by the caller.
	 */
	int (*step)(void *state, struct px_unpack_step *step);
	void (*close)(void *state);
};

extern const struct px_unpack_ops px_unpack_gzip, px_unpack_bzip2, px_unpack_xz, px_unpack_zstd;

/** What is wrong where nothing more is known. */
int px_unpack_damaged(struct px_unpack_step *step);

/** So many bytes of memory are more than may be taken. */
int px_unpack_too_large(struct px_unpack_step *step, uint64_t size);

/**
 * Behind a stream, look whether another begins, which is how the @length bytes of
 * @magic tell; *@taken of them have been seen before, and are taken.
 *
 * Returns 0, and another begins if *@taken is @length; or 1 if there is none.
 * What is there instead is no matter, as to gzip(1) and bzip2(1).
 */
int px_unpack_next(struct px_unpack_step *step, const uint8_t *magic, size_t length, size_t *taken);

#endif
