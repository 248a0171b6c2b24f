/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the captures of one load are called: each otherwise than all before it.
 */
#ifndef PX_NAMES_H
#define PX_NAMES_H

#include "load_impl.h"

/**
 * What the capture at hand is called, if nobody says: to be freed.  NULL if there is no memory.
 */
char *px_names_label(const struct px_loading *loading);

/**
 * Take the label and host of the capture at hand.  If one before has them it gets another label,
 * where that may be; else the load has failed, after a message.  0 or -ENOMEM.
 */
int px_names_take(struct px_loading *loading);

/** Forget them all. */
void px_names_free(struct px_loading *loading);

#endif
