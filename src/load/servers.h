/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes of PostgreSQL servers: which of them belong to the same, and which of them a
 * server means by a number.
 */
#ifndef PX_SERVERS_H
#define PX_SERVERS_H

#include "packed_rows.h"

/** A process of a server. */
struct px_server {
	int64_t pid, ppid;
	int64_t ns_pid;   /**< Its number in its own PID namespace, @pid if that is not known. */
	bool has_parent;  /**< @ppid is known. */
	bool is_child;    /**< By its title, it is not the postmaster. */
	int64_t instance; /**< The pid of its postmaster; 0 if that is not known, yet. */
	bool is_first;    /**< Of its instance. */
	bool has_start;
	int64_t start_us;    /**< When it began, since 1970. */
	size_t same, unsure; /**< What has been heard of it: see px_servers_hear(). */
	struct px_bytes row; /**< Of the table process, packed. */
};

/** Those of a capture; zero to begin with. */
struct px_servers {
	struct px_server *list;
	size_t count, room;
	size_t instances; /**< How many servers there are; */
	bool has_inner;   /**< and whether one is in a PID namespace of its own. */
	int64_t asked; /**< The instance that has been asked, if it is there; 0 if that is not known. */
};

/** Add one, with its row; 0 or -ENOMEM. */
int px_servers_add(
	struct px_servers *servers, const struct px_server *server, const struct px_datum *row);

/** All are there: find out who belongs together, and put their rows into @store. */
int px_servers_settle(struct px_servers *servers, struct px_store *store);

/**
 * A server has told of one of its processes, which it calls @pid, and which began at *@start_us,
 * NULL if it does not tell: count that for each that may be meant.
 */
void px_servers_hear(struct px_servers *servers, int64_t pid, const int64_t *start_us);

/**
 * The server that has told all that was counted, as pg_instance; 0 if that cannot be told.
 * In PID namespaces the same numbers come again, and those of its first processes in each: if
 * there is more than one server, it is the one of which most processes are the same by
 * number and start, else the only one that has any of the numbers; or servers->asked, if
 * that is there.  Counts begin anew.
 */
int64_t px_servers_judge(struct px_servers *servers);

/** Whether a server calls one of its processes @pid. */
bool px_servers_has(const struct px_servers *servers, int64_t pid);

/** The server that has a process @pid; 0 if there is none, or more than one. */
int64_t px_servers_find(const struct px_servers *servers, int64_t pid);

/** Forget them all. */
void px_servers_clear(struct px_servers *servers);

#endif
