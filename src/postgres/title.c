/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a server process of PostgreSQL says of itself in its command line:
 *
 *	postgres: [CLUSTER: ]USER DATABASE CLIENT ACTIVITY
 *	postgres: [CLUSTER: ]ROLE ACTIVITY
 *
 * Nothing is quoted in it, so the client is looked for: it has a form of its own.
 */
#include "title.h"

#include <string.h>

#define DELETED " (deleted)"

static bool begins(const struct pmapx_text *text, const char *with)
{
	return text->length >= strlen(with) && memcmp(text->bytes, with, strlen(with)) == 0;
}

static struct pmapx_text behind(const struct pmapx_text *text, size_t length)
{
	return (struct pmapx_text){ text->bytes + length, text->length - length };
}

/* Without the blanks at both ends; nothing, if that is all. */
static struct pmapx_text trimmed(struct pmapx_text text)
{
	while (text.length > 0 && *text.bytes == ' ')
		text = behind(&text, 1);
	while (text.length > 0 && text.bytes[text.length - 1] == ' ')
		text.length--;
	return text.length > 0 ? text : (struct pmapx_text){ NULL, 0 };
}

/* How long the first word of @text is. */
static size_t word_length(const struct pmapx_text *text)
{
	const char *blank = text->length > 0 ? memchr(text->bytes, ' ', text->length) : NULL;

	return blank != NULL ? (size_t)(blank - text->bytes) : text->length;
}

/* "[local]", or what has a port in parentheses at its end. */
static bool is_client(const struct pmapx_text *word)
{
	size_t i = word->length;

	if (word->length == strlen("[local]") && begins(word, "[local]"))
		return true;
	if (i < 4 || word->bytes[--i] != ')')
		return false;
	while (i > 0 && word->bytes[i - 1] >= '0' && word->bytes[i - 1] <= '9')
		i--;
	return i > 1 && i < word->length - 1 && word->bytes[i - 1] == '(';
}

/* The first word of @text, behind the first, that is a client; false if there is none. */
static bool find_client(const struct pmapx_text *text, struct pmapx_text *ret)
{
	size_t at = word_length(text) + 1;

	while (at < text->length) {
		*ret = behind(text, at);
		ret->length = word_length(ret);
		if (is_client(ret))
			return true;
		at += ret->length + 1;
	}
	return false;
}

/*
 * The roles of PostgreSQL 9.6 to 18, the longer ones first where one begins with another;
 * up to 10, " process" was behind them.
 */
static const char *const roles[] = {
	"archiver",
	"autovacuum launcher",
	"autovacuum worker",
	"background writer",
	"bgworker:",
	"checkpointer",
	"io worker",
	"logger",
	"logical replication apply worker",
	"logical replication launcher",
	"logical replication parallel apply worker",
	"logical replication tablesync worker",
	"logical replication worker",
	"parallel worker",
	"slotsync worker",
	"startup",
	"stats collector",
	"wal receiver",
	"wal sender",
	"wal writer",
	"walreceiver",
	"walsender",
	"walsummarizer",
	"walwriter",
	"writer",
};

/* How long the role is that @text begins with; 0 if there is none. */
static size_t role_length(const struct pmapx_text *text)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++) {
		size_t length = strlen(roles[i]);

		if (begins(text, roles[i]) &&
			(text->length == length || text->bytes[length] == ' '))
			return length;
	}
	return 0;
}

/* User and database, of which one that has a blank in it makes it unknown which is which. */
static void split_names(struct px_title *title, bool has_database)
{
	struct pmapx_text rest;
	size_t length = word_length(&title->names);

	if (length == title->names.length) {
		if (!has_database)
			title->user = title->names;
		return;
	}
	rest = behind(&title->names, length + 1);
	if (rest.length == 0 || word_length(&rest) != rest.length || length == 0)
		return;
	title->user = (struct pmapx_text){ title->names.bytes, length };
	title->database = rest;
}

/* A title that is of a client: what is before it are names, and what is behind it is done. */
static void read_backend(
	struct px_title *title, const struct pmapx_text *text, const struct pmapx_text *client)
{
	size_t at = (size_t)(client->bytes - text->bytes);

	title->client = *client;
	title->names = trimmed((struct pmapx_text){ text->bytes, at });
	at += client->length;
	title->activity = trimmed(behind(text, at));
}

static bool is_role(const struct pmapx_text *role, const char *name)
{
	return role->length == strlen(name) && begins(role, name);
}

/* A title that begins with a role of @length bytes. */
static void read_role(struct px_title *title, const struct pmapx_text *text, size_t length)
{
	struct pmapx_text rest = trimmed(behind(text, length)), client;

	title->kind = PX_TITLE_ROLE;
	title->role = (struct pmapx_text){ text->bytes, length };
	if (begins(&rest, "process") && (rest.length == 7 || rest.bytes[7] == ' '))
		rest = trimmed(behind(&rest, 7));
	if ((is_role(&title->role, "walsender") || is_role(&title->role, "wal sender")) &&
		find_client(&rest, &client)) {
		read_backend(title, &rest, &client);
		split_names(title, false);
	} else if (is_role(&title->role, "autovacuum worker")) {
		title->database = rest;
	} else {
		title->activity = rest;
	}
}

static void read_title(struct px_title *title, const struct pmapx_text *text)
{
	size_t length = role_length(text);
	struct pmapx_text client;
	bool has_client = find_client(text, &client);

	if (length > 0 &&
		(!has_client || begins(text, "walsender ") || begins(text, "wal sender "))) {
		read_role(title, text, length);
	} else if (has_client) {
		title->kind = PX_TITLE_BACKEND;
		read_backend(title, text, &client);
		split_names(title, true);
	} else {
		title->kind = PX_TITLE_OTHER;
		title->role = trimmed(*text);
	}
}

bool px_title_parse(const struct pmapx_text *cmdline, struct px_title *ret)
{
	struct pmapx_text text = *cmdline;
	const char *end = text.length > 0 ? memchr(text.bytes, '\0', text.length) : NULL, *colon;

	if (!begins(&text, "postgres: "))
		return false;
	*ret = (struct px_title){ .may_be_cut = end == NULL ||
			end + 1 == text.bytes + text.length };
	if (end != NULL)
		text.length = (size_t)(end - text.bytes);
	text = trimmed(behind(&text, strlen("postgres: ")));
	colon = text.length > 0 ? memmem(text.bytes, text.length, ": ", 2) : NULL;
	if (colon != NULL && !begins(&text, "bgworker: ")) {
		ret->cluster = (struct pmapx_text){ text.bytes, (size_t)(colon - text.bytes) };
		text = trimmed(behind(&text, ret->cluster.length + 2));
	}
	if (text.length > 0)
		read_title(ret, &text);
	else
		ret->kind = PX_TITLE_OTHER;
	return true;
}

bool px_title_is_server(const struct pmapx_text *path)
{
	static const char *const names[] = { "/postgres", "/edb-postgres" };
	struct pmapx_text text = *path;

	if (text.length >= strlen(DELETED) &&
		memcmp(text.bytes + text.length - strlen(DELETED), DELETED, strlen(DELETED)) == 0)
		text.length -= strlen(DELETED);
	for (size_t i = 0; i < 2; i++) {
		size_t length = strlen(names[i]);

		if (text.length >= length &&
			memcmp(text.bytes + text.length - length, names[i], length) == 0)
			return true;
	}
	return false;
}
