/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What became of processes that were gone through: for programs, and as a status.
 */
#include "walk.h"

bool px_walk_is_vain(const struct px_walk_counts *counts)
{
	return counts->read == 0 && px_unread_count(&counts->unread) > 0;
}

void px_put_fact(struct px_out *out, const char *key, size_t number)
{
	px_out_string(out, key);
	px_out_number(out, number);
}

void px_walk_put_facts(struct px_out *out, const struct px_walk_counts *counts)
{
	px_put_fact(out, "\"processes\":{\"read\":", counts->read);
	px_put_fact(out, ",\"denied\":", counts->unread.denied);
	px_put_fact(out, ",\"vanished\":", counts->unread.vanished);
	px_put_fact(out, ",\"not_saved\":", counts->unread.unsaved);
	px_put_fact(out, ",\"damaged\":", counts->unread.damaged);
}

int px_walk_status(const struct px_walk_options *options, const struct px_walk_counts *counts,
	bool has_findings)
{
	if (counts->has_gap || counts->unread.damaged > 0 || px_walk_is_vain(counts))
		return 2;
	return has_findings || (options->strict && px_unread_count(&counts->unread) > 0);
}
