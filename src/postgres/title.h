/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a server process of PostgreSQL says of itself in its command line: who is
 * connected from where and does what, or which role it has.
 */
#ifndef PX_TITLE_H
#define PX_TITLE_H

#include <pmapx/base.h>

enum px_title_kind {
	PX_TITLE_BACKEND, /**< It serves a client. */
	PX_TITLE_ROLE,    /**< It has one of PostgreSQL's own roles. */
	PX_TITLE_OTHER    /**< A worker of an extension, or a title that has been cut. */
};

/** A title; texts are of the command line, and their bytes NULL where nothing is said. */
struct px_title {
	enum px_title_kind kind;
	struct pmapx_text cluster;  /**< cluster_name. */
	struct pmapx_text role;     /**< Such as "checkpointer"; all there is of PX_TITLE_OTHER. */
	struct pmapx_text names;    /**< User and database as they stand there. */
	struct pmapx_text user;     /**< Of @names, if it is not to be guessed which is which: */
	struct pmapx_text database; /**< that is, if neither has a blank in it. */
	struct pmapx_text client;   /**< "[local]", or address and port: "::1(5432)". */
	struct pmapx_text activity; /**< Such as "idle", or what a role is at. */
	/**
	 * It has all the room there was, and may have been longer: @activity may be the
	 * beginning of one.
	 */
	bool may_be_cut;
};

/**
 * Read a title out of @cmdline, all of /proc/PID/cmdline.
 *
 * Returns false if there is none: the postmaster, and what is not PostgreSQL's.
 */
bool px_title_parse(const struct pmapx_text *cmdline, struct px_title *ret);

/**
 * Whether a program at @path is PostgreSQL's server, or EDB's; what its executable is
 * called, or, of saved files, its first mapping "r-x".
 */
bool px_title_is_server(const struct pmapx_text *path);

#endif
