/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What mappings may have in common.
 */
#include "key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "name.h"
#include "put.h"
#include "text.h"
#include "who.h"

static const char *const names[PX_KEYS] = {
	[PX_KEY_NAME] = "name",
	[PX_KEY_PATH] = "path",
	[PX_KEY_KIND] = "kind",
	[PX_KEY_CLASS] = "class",
	[PX_KEY_PERM] = "perm",
	[PX_KEY_ADDRESS] = "address",
	[PX_KEY_HOST] = "host",
	[PX_KEY_PID] = "pid",
	[PX_KEY_CMD] = "cmd",
	[PX_KEY_USER] = "user",
	[PX_KEY_CGROUP] = "cgroup",
};

const char *px_key_name(enum px_key key)
{
	return names[key];
}

/* Returns false. */
static bool refuse(struct px_console *console, const char *verb, const char *value,
	const struct pmapx_text *word, const char *why, unsigned allowed)
{
	struct px_out *err = &console->err;
	bool is_first = true;

	px_message_begin_verb(console, verb);
	px_out_string(err, "--by=");
	px_message_text(console, value);
	px_out_string(err, ": '");
	px_out_text(err, &console->locale, word->bytes, word->length);
	px_out_string(err, why);
	px_out_string(err, "; there are ");
	for (int i = 0; i < PX_KEYS; i++) {
		if ((allowed >> i & 1) == 0)
			continue;
		px_out_string(err, is_first ? "" : ", ");
		px_out_string(err, names[i]);
		is_first = false;
	}
	px_message_end(console);
	return false;
}

static enum px_key find(const struct pmapx_text *word)
{
	int key = 0;

	while (key < PX_KEYS &&
		(strlen(names[key]) != word->length || !px_name_begins(word, names[key])))
		key++;
	return (enum px_key)key;
}

bool px_keys_read(struct px_console *console, const char *verb, const char *value, unsigned allowed,
	struct px_key_list *ret)
{
	const char *at = value;

	*ret = (struct px_key_list){ 0 };
	for (;;) {
		const struct pmapx_text word = { at, strcspn(at, ",") };
		enum px_key key = find(&word);

		if (key == PX_KEYS || (allowed >> key & 1) == 0)
			return refuse(console, verb, value, &word, "' is no key", allowed);
		if ((ret->set >> key & 1) != 0)
			return refuse(console, verb, value, &word, "' is given twice", allowed);
		ret->keys[ret->count++] = key;
		ret->set |= 1U << key;
		if (at[word.length] == '\0')
			return true;
		at += word.length + 1;
	}
}

void px_keys_add_host(struct px_key_list *list)
{
	if ((list->set & PX_KEYS_OF_PROCESS) == 0 || (list->set >> PX_KEY_HOST & 1) != 0)
		return;
	memmove(list->keys + 1, list->keys, list->count * sizeof(list->keys[0]));
	list->keys[0] = PX_KEY_HOST;
	list->count++;
	list->set |= 1U << PX_KEY_HOST;
}

/* A copy of @text that stays. */
static int keep(struct px_keyer *keyer, enum px_key key, const struct pmapx_text *text)
{
	keyer->bytes[key] = malloc(text->length + 1);
	if (keyer->bytes[key] == NULL)
		return -ENOMEM;
	if (text->length > 0)
		memcpy(keyer->bytes[key], text->bytes, text->length);
	keyer->owner[key] = (struct pmapx_text){ keyer->bytes[key], text->length };
	return 0;
}

static int keep_number(struct px_keyer *keyer, enum px_key key, uint64_t number)
{
	char digits[PX_PUT_MAX];
	size_t length = (size_t)(px_put_decimal(digits, number, 0) - digits);

	return keep(keyer, key, &(struct pmapx_text){ digits, length });
}

static int tell_user(struct px_keyer *keyer, struct pmapx_process *process)
{
	uint32_t uid;
	int r = px_process_euid(process, &uid);

	return r < 0 ? r : keep_number(keyer, PX_KEY_USER, uid);
}

static int tell_host(struct px_keyer *keyer, const struct pmapx_member *member)
{
	const char *host = member != NULL ? member->host : "";

	return keep(keyer, PX_KEY_HOST, &(struct pmapx_text){ host, strlen(host) });
}

int px_keyer_begin(struct px_keyer *keyer, const struct px_key_list *list,
	struct pmapx_process *process, const struct pmapx_member *member)
{
	const struct pmapx_identity *identity = pmapx_process_identity(process);
	int r = 0;

	*keyer = (struct px_keyer){ .list = list, .tells_kinds = px_keys_tell_kinds(list) };
	if ((list->set >> PX_KEY_HOST & 1) != 0)
		r = tell_host(keyer, member);
	if (r == 0 && (list->set >> PX_KEY_PID & 1) != 0 && identity->tgid > 0)
		r = keep_number(keyer, PX_KEY_PID, (uint64_t)identity->tgid);
	if (r == 0 && (list->set >> PX_KEY_CMD & 1) != 0 && identity->comm.length > 0)
		r = keep(keyer, PX_KEY_CMD, &identity->comm);
	if (r == 0 && (list->set >> PX_KEY_USER & 1) != 0)
		r = tell_user(keyer, process);
	if (!px_is_shortage(r) && (list->set >> PX_KEY_CGROUP & 1) != 0)
		r = px_process_cgroup(
			process, &keyer->bytes[PX_KEY_CGROUP], &keyer->owner[PX_KEY_CGROUP]);
	return px_is_shortage(r) ? r : 0;
}

void px_keyer_end(struct px_keyer *keyer)
{
	for (int i = 0; i < PX_KEYS; i++)
		free(keyer->bytes[i]);
}

/* @word, and that it is a guess if so. */
static struct pmapx_text tell_word(char *at, const char *word, bool guessed)
{
	struct pmapx_text text = { at, 0 };

	text.length = (size_t)(stpcpy(stpcpy(at, word), guessed ? " (guessed)" : "") - at);
	return text;
}

static struct pmapx_text tell_name(const struct pmapx_mapping *mapping, bool whole)
{
	static const struct pmapx_text unnamed = { "[ anon ]", 8 };
	struct pmapx_text file;

	if (mapping->name.length == 0)
		return unnamed;
	if (whole || px_name_is_label(&mapping->name))
		return mapping->name;
	file = px_name_last_component(&mapping->name);
	/* A file may be called like a label, to be taken for one. */
	return px_name_is_label(&file) ? mapping->name : file;
}

/* What it is for, and what the threads have to say to that. */
static void tell_kind(struct px_keyer *keyer, const struct pmapx_mapping *mapping)
{
	keyer->kind = pmapx_kinds_tell(&keyer->kinds, mapping, &keyer->is_guess);
	if (keyer->stacks != NULL)
		px_stacks_correct(keyer->stacks, mapping, &keyer->kind, &keyer->is_guess);
}

void px_keyer_tell(
	struct px_keyer *keyer, const struct pmapx_mapping *mapping, struct pmapx_text *ret)
{
	const struct px_key_list *list = keyer->list;
	const struct pmapx_kind_info *info;

	if (keyer->tells_kinds)
		tell_kind(keyer, mapping);
	info = pmapx_kind_lookup(keyer->kind);
	for (size_t i = 0; i < list->count; i++) {
		switch (list->keys[i]) {
		case PX_KEY_NAME:
			if (keyer->stacks == NULL ||
				!px_stacks_label(keyer->stacks, mapping, &ret[i]))
				ret[i] = tell_name(mapping, false);
			break;
		case PX_KEY_PATH:
			ret[i] = tell_name(mapping, true);
			break;
		case PX_KEY_KIND:
			ret[i] = tell_word(keyer->kind_name, info->name, keyer->is_guess);
			break;
		case PX_KEY_CLASS:
			ret[i] = tell_word(keyer->class_name, pmapx_class_name(info->in_class),
				keyer->is_guess);
			break;
		case PX_KEY_PERM:
			ret[i] = (struct pmapx_text){ mapping->perms, strlen(mapping->perms) };
			break;
		case PX_KEY_ADDRESS:
			ret[i].bytes = keyer->address;
			ret[i].length = (size_t)(px_put_hex(keyer->address, mapping->start, 16) -
				keyer->address);
			break;
		default:
			ret[i] = keyer->owner[list->keys[i]];
			break;
		}
	}
}
