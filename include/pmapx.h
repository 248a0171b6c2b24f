/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file pmapx.h
 * All of libpmapx.
 */
/**
 * @mainpage libpmapx
 * Read the memory maps of processes.
 *
 * Open a source (source.h), a process of it (process.h), and a reader of one
 * of its map files (reader.h); pull mappings (mapping.h) until there are no
 * more.  To parse text that comes from elsewhere, use a parser (parser.h).
 *
 * @code
 * struct pmapx_source *source;
 * struct pmapx_process *process;
 * struct pmapx_reader *reader;
 * const struct pmapx_mapping *mapping;
 *
 * if (pmapx_source_open_live(NULL, &source) == 0 &&
 *     pmapx_process_open(source, 1100, &process, NULL) == 0 &&
 *     pmapx_reader_open(process, PMAPX_FILE_SMAPS, NULL, &reader) == 0)
 *         while (pmapx_reader_next(reader, &mapping, NULL) == 1)
 *                 if (pmapx_smaps_has(mapping->smaps, PMAPX_FIELD_PSS))
 *                         total_kb += mapping->smaps->pss_kb;
 * @endcode
 */
#ifndef PMAPX_H
#define PMAPX_H

#include <pmapx/base.h>
#include <pmapx/kind.h>
#include <pmapx/mapping.h>
#include <pmapx/parser.h>
#include <pmapx/source.h>
#include <pmapx/process.h>
#include <pmapx/reader.h>

#endif
