/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who shares its memory with whom.
 */
#ifndef PX_SHARING_H
#define PX_SHARING_H

#include "ranking.h"

/**
 * Find out which rows of @ranking, each a process of the running system, have one memory,
 * and note it in each, and how many they are; also of how many it could not be told.
 * 0 or -ENOMEM.
 */
int px_sharing_find(struct px_ranking *ranking);

#endif
