/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whom a process belongs to.
 */
#include "who.h"

#include <errno.h>
#include <pwd.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "descriptor.h"
#include "procinfo.h"
#include "source_impl.h"

/* The most that is looked at of an entry in the table of users, in bytes. */
#define USER_SIZE_MAX ((size_t)1024 * 1024)

/*
 * Files in the folder of a program that may not be dumped are root's, but the folder
 * itself never is for that (task_dump_owner() in fs/proc/base.c): to ask for it costs the
 * kernel a twentieth of what it costs to write status.
 */
int px_process_euid(struct pmapx_process *process, uint32_t *ret)
{
	struct stat folder;
	size_t length;
	char *bytes;
	int r;

	if (process->place.is_procfs && fstat(process->place.fd, &folder) == 0) {
		*ret = folder.st_uid;
		return 0;
	}
	r = px_process_read(process, PX_FILE_STATUS, &bytes, &length);
	if (r < 0)
		return r;
	r = px_parse_euid(&(struct pmapx_text){ bytes, length }, ret);
	free(bytes);
	return r;
}

/*
 * Look an entry up, by name or, if that is NULL, by number; its texts are in *@ret_bytes,
 * to be freed, NULL if there is none.  0, -ENOENT, or what stands in the way.
 */
static int find_entry(const char *name, uint32_t uid, struct passwd *entry, char **ret_bytes)
{
	struct passwd *found = NULL;
	char *bytes = NULL;
	int error = ERANGE;

	*ret_bytes = NULL;
	for (size_t size = 1024; error == ERANGE && size <= USER_SIZE_MAX; size *= 4) {
		char *more = realloc(bytes, size);

		if (more == NULL) {
			free(bytes);
			return -ENOMEM;
		}
		bytes = more;
		error = name != NULL ? getpwnam_r(name, entry, bytes, size, &found)
				     : getpwuid_r(uid, entry, bytes, size, &found);
	}
	if (found != NULL) {
		*ret_bytes = bytes;
		return 0;
	}
	free(bytes);
	return px_is_shortage(-error) || error == EIO ? -error : -ENOENT;
}

int px_user_number(const char *name, uint32_t *ret)
{
	struct passwd entry;
	char *bytes;
	int r = find_entry(name, 0, &entry, &bytes);

	if (bytes != NULL) {
		*ret = entry.pw_uid;
		free(bytes);
	}
	return r;
}

/* What user @uid is called on this machine, to be freed, NULL if nothing tells; or a shortage. */
static int find_name(uint32_t uid, char **ret)
{
	struct passwd entry;
	int r = find_entry(NULL, uid, &entry, ret);

	/* It lies somewhere in what is to be freed. */
	if (*ret != NULL)
		memmove(*ret, entry.pw_name, strlen(entry.pw_name) + 1);
	return px_is_shortage(r) ? r : 0;
}

/* Whether a comma list has @word. */
static bool has_word(const struct pmapx_text *list, const char *word)
{
	const char *p = list->bytes, *end = p + list->length;
	size_t length = strlen(word);

	while (p <= end) {
		const char *comma = p < end ? memchr(p, ',', (size_t)(end - p)) : NULL;
		const char *stop = comma != NULL ? comma : end;

		if ((size_t)(stop - p) == length && memcmp(p, word, length) == 0)
			return true;
		p = stop + 1;
	}
	return false;
}

/*
 * HIERARCHY:CONTROLLERS:PATH, a line; that of version 2 has hierarchy 0 and names no
 * controllers (proc_cgroup_show() in kernel/cgroup/cgroup.c).
 */
static bool parse_line(
	const struct pmapx_text *line, struct pmapx_text *controllers, struct pmapx_text *path)
{
	const char *end = line->bytes + line->length, *first, *second;

	first = line->length > 0 ? memchr(line->bytes, ':', line->length) : NULL;
	second = first != NULL ? memchr(first + 1, ':', (size_t)(end - first - 1)) : NULL;
	if (second == NULL)
		return false;
	*controllers = (struct pmapx_text){ first + 1, (size_t)(second - first - 1) };
	*path = (struct pmapx_text){ second + 1, (size_t)(end - second - 1) };
	return true;
}

int px_parse_cgroup(const struct pmapx_text *file, struct pmapx_text *ret)
{
	const char *p = file->bytes, *end = p + file->length;
	int best = 0;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *stop = newline != NULL ? newline : end;
		const struct pmapx_text line = { p, (size_t)(stop - p) };
		struct pmapx_text controllers, path;
		int rank = 0;

		if (parse_line(&line, &controllers, &path))
			rank = has_word(&controllers, "memory") ? 3
				: controllers.length == 0       ? 2
								: 1;
		if (rank > best) {
			best = rank;
			*ret = path;
		}
		p = newline != NULL ? newline + 1 : end;
	}
	return best > 0 ? 0 : -ENODATA;
}

int px_process_cgroup(struct pmapx_process *process, char **ret_bytes, struct pmapx_text *ret)
{
	size_t length;
	char *bytes;
	int r = px_process_read(process, PX_FILE_CGROUP, &bytes, &length);

	if (r < 0)
		return r;
	r = px_parse_cgroup(&(struct pmapx_text){ bytes, length }, ret);
	if (r < 0)
		free(bytes);
	else
		*ret_bytes = bytes;
	return r;
}

/* A user that has been asked for. */
struct user {
	uint32_t uid;
	char *name;
};

static int compare_users(const void *a, const void *b)
{
	const struct user *one = a, *other = b;

	return (one->uid > other->uid) - (one->uid < other->uid);
}

static void free_user(void *data)
{
	struct user *user = data;

	free(user->name);
	free(user);
}

/* Set what @user is called, or its number; 0, or a shortage. */
static int name_user(struct user *user, bool is_here)
{
	char number[16];
	int r = is_here ? find_name(user->uid, &user->name) : 0;

	if (r < 0 || user->name != NULL)
		return r;
	(void)snprintf(number, sizeof(number), "%u", (unsigned)user->uid);
	user->name = strdup(number);
	return user->name != NULL ? 0 : -ENOMEM;
}

int px_users_find(struct px_users *users, uint32_t uid, bool is_here, const char **ret)
{
	const struct user wanted = { .uid = uid }, *const * found;
	struct user *user;
	int r;

	found = tfind(&wanted, &users->tree, compare_users);
	if (found != NULL) {
		*ret = (*found)->name;
		return 0;
	}
	user = calloc(1, sizeof(*user));
	if (user == NULL)
		return -ENOMEM;
	user->uid = uid;
	r = name_user(user, is_here);
	if (r == 0 && tsearch(user, &users->tree, compare_users) == NULL)
		r = -ENOMEM;
	if (r == 0)
		*ret = user->name;
	else
		free_user(user);
	return r;
}

void px_users_deinit(struct px_users *users)
{
	tdestroy(users->tree, free_user);
	users->tree = NULL;
}
