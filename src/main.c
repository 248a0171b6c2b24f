/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pmapx: report the memory map of processes.
 *
 * A map of the program, in the order in which a run meets its parts; each
 * folder sees only those that doc/ARCHITECTURE.md allows it.
 *
 * src/main.c       this file: which face is asked for
 * src/cmd/         verbs
 *   cmd.c            their table, and help
 *   arguments.c      what command lines have in common
 *   capture.c        the command line of "capture"
 *   rank.c           that of "rank"
 *   diff.c           that of "diff"
 *   load.c           that of "load"
 *   loading.c        what "load" and "report" have in common
 *   report.c         that of "report"
 *   sql.c            that of "sql"
 *   watch.c          that of "watch"
 *   check.c          that of "check"
 * src/pmap/        pmap's face
 *   pmap.c           operands → blocks of rows → exit status
 *   wanted.c         the processes that are selected, beside those that are named
 *   show.c           one process: its header, and the way to its rows
 *   rows.c           these, and what went wrong
 *   show_saved.c     the processes of what was saved
 *   say.c            what could not be shown
 *   options.c        the command line
 *   bad_option.c     what is wrong with an option
 *   arrange.c        what --sort means in a view
 *   usage.c          --help, --version
 *   rc.c             rc files: where they are, reading, writing
 *   rc_parse.c       what an rc file asks for
 *   sheet.c          what views share: widths, addresses, modes
 *   header.c         the line "PID:   command"
 *   label.c          the name column
 *   view.c           which view
 *   view_by.c        --by, process by process
 *   by.c             and all of them in one table
 *   view_plain.c     the view without options
 *   view_extended.c  -x
 *   view_device.c    -d
 *   view_fields.c    -X, -XX, -c, -C
 *   view_records.c   --format
 *   view_chosen.c    --fields
 *   columns.c        the columns that keys of smaps make
 *   heritage.c       what columns have from the processes before
 *   field.c          columns of a mapping by name
 *   chosen.c         which of them --fields asks for
 *   sorter.c         rows in another order
 *   copy.c           a mapping that is kept for later
 *   cells.c          a store for rows that wait for their widths
 * src/report/      questions about processes
 *   walk.c           going through them
 *   walk_list.c      which of them
 *   walk_saved.c     those of what was saved
 *   walk_say.c       what is wrong with one
 *   counts.c         what became of them
 *   reading.c        opening maps, and whether one that was read fits together
 *   memory.c         what one has in memory
 *   command.c        what it is called
 *   ranking.c        rows of what they cost, grouped and added up
 *   sharing.c        whose memory is that of another
 *   rank.c           the table of it
 *   look.c           a look at processes, added up
 *   same.c           which processes are the same in several looks
 *   compare.c        what differs between them
 *   diff.c           looks that are taken and compared
 *   diff_columns.c   the columns of the table of that
 *   diff_print.c     and its rows
 *   watch.c          the same against a moment ago, again and again
 *   check.c          what is odd about their memory, line by line
 *   inspect.c        one of them, looked at for that
 *   finding.c        what is found
 *   explain.c        what that means
 * src/load/        processes into a database
 *   load.c           one source after the other
 *   progress.c       how far it is, on a terminal
 *   inserts.c        files of INSERTs
 *   capture_row.c    a capture, and what it says of its machine
 *   names.c          what it is called, otherwise than all others
 *   process_row.c    a process
 *   mapping_row.c    a mapping
 *   servers.c        which processes are of one PostgreSQL server
 *   activity_rows.c  what PostgreSQL has said of itself: pg_stat_activity
 *   beside.c         and dumps of memory contexts
 *   told_input.c     where that is read from
 *   settings_rows.c  its settings
 *   text_input.c     text that may be packed
 *   packed_rows.c    rows that wait
 * src/query/       reading such a database
 *   is_database.c    whether a file is one
 *   no_sqlite.c      without SQLite
 *   database.c       opening it, and statements that only read
 *   functions.c      functions that SQLite lacks
 *   result.c         the rows of a statement, printed
 *   sql.c            queries of others
 *   reports.c        the list of reports; report_….sql has the queries of each
 *   reporting.c      a report
 *   choice.c         which captures it shows
 *   backend.c        the one on a backend, for programs
 *   backend_text.c   and for people
 * src/shape/       what views and verbs make of mappings
 *   shape.c          the options that say how a table is to look
 *   measure.c        what mappings are added up by
 *   key.c            what they may have in common
 *   group.c          mappings added up by what they have in common
 *   stacks.c         which of them are stacks of threads
 *   guesses.c        mappings that were selected by a guess at their kind, counted
 *   table.c          rows that are sorted, and records of them
 *   table_text.c     the same for people
 *   unread.c         processes that could not be read, counted
 *   untold.c         threads of which it is not known where their stacks are, counted
 * src/postgres/    what PostgreSQL says of itself: text → values
 *   contexts.c       a server log → dumps of memory contexts
 *   log_record.c     bytes → lines and CSV records
 *   log_entry.c      these → who says what, and when
 *   log_time.c       the time in a prefix
 *   csv_cells.c      CSV, cell by cell
 *   context_line.c   one line of a dump
 *   dump_lines.c     the lines that dumps are made of, out of all others
 *   open_dumps.c     dumps that are under way
 *   dump_build.c     one of them: its tree, and what it adds up to
 *   context_view.c   CSV of pg_backend_memory_contexts
 *   malloc_dump.c    malloc's own account
 *   activity.c       pg_stat_activity, of which shape, row by row
 *   activity_lines.c what its shapes share: lines, columns, footers
 *   activity_csv.c   CSV
 *   activity_copy.c  COPY's text
 *   activity_separated.c  one byte between columns, nothing escaped
 *   activity_aligned.c  psql's tables
 *   activity_expanded.c  psql -x
 *   activity_json.c  JSON
 *   display.c        how wide characters are
 *   settings.c       settings
 *   timestamp.c      points in time
 *   title.c          titles of processes
 * src/capture/     saving processes to a file
 *   capture.c        from the first byte to the last
 *   pool.c           processes read side by side, handed out in order
 *   take.c           one process
 *   large.c          its large files
 *   host.c           the host
 *   redact.c         what is replaced, and by what
 *   redact_addresses.c  addresses
 *   redact_postgres.c  what PostgreSQL says
 *   postgres.c       what a PostgreSQL server is asked
 *   psql.c           by psql
 *   instance.c       which processes are its
 *   server_log.c     what it writes to its log
 *   about.c          pmapx.json
 *   target.c         where it all goes, and how that gets its name
 *   archive.c        tar
 *   no_libarchive.c  without libarchive
 *   tree.c           a folder
 *   interrupt.c      signals that wait
 *   report.c         progress, closing line, costs
 * src/store/       databases of captures
 *   store.c          what kinds of them share
 *   schema.c         tables and columns, and the SQL that comes of them
 *   clean.c          text as databases take it
 *   connection.c     connections to SQLite
 *   sqlite_store.c   rows for a file of SQLite
 *   sqlite_file.c    such a file, changed as a whole or not at all
 *   no_sqlite.c      without SQLite
 *   psql.c           a script for psql
 *   waiting.c        its rows that wait
 * src/source/      libpmapx: where the text comes from
 *   source.c         what sources share
 *   live.c           the running system
 *   root.c           another proc root
 *   folder.c         operations on a folder laid out like /proc
 *   host_file.c      files of hosts, not of their processes
 *   members.c        which processes it has
 *   descriptor.c     opening files with care
 *   plain_error.c    what an errno says, in English
 *   shm.c            the device that shared memory lives on
 *   process.c        one process of a source
 *   procinfo.c       what stat and status say
 *   executable.c     what to call a process that has no name
 *   threads.c        its threads
 *   proctable.c      which processes there are
 *   proctable_system.c  those of the running system, as libproc2 tells it
 *   no_libproc2.c    as /proc does
 *   select.c         which of them are wanted
 *   operand.c        words that stand for processes
 *   reader.c         a map file, fed to a parser
 *   numa_maps.c      beside it, where the pages are
 *   query.c          what a maps file of a kernel can be asked
 *   open_saved.c     what was saved: a map, a folder or an archive
 *   beginning.c      how archives and core files begin
 *   saved.c          what these share
 *   saved_tree.c     which processes of them descend from one
 *   collection.c     a folder of saved files
 *   archive.c        an archive of them
 *   tar.c            tar, entry by entry
 *   no_libarchive.c  without libarchive
 *   corefile.c       a core file
 *   core_map.c       the map of its process
 *   core_notes.c     who its process is
 *   no_libelf.c      without libelf
 *   elf_file.c       ELF files, a piece at a time
 *   elf_image.c      what a mapped ELF file says of its mappings
 *   saved_name.c     what the name of a saved file tells
 *   index.c          what a saved source holds
 *   manifest.c       what a capture says of itself as a whole
 *   spool.c          bytes that must wait, in memory and in a file
 *   unpack.c         what is compressed, unpacked within bounds
 *   unpack_bzip2.c   by bzip2
 *   no_libbz2.c      without libbz2
 *   unpack_gzip.c    by gzip
 *   no_libz.c        without libz
 *   unpack_xz.c      by xz
 *   no_liblzma.c     without liblzma
 *   unpack_zstd.c    by zstd
 *   no_libzstd.c     without libzstd
 *   vm.c             page tables, vm.max_map_count, files that are mapped
 *   who.c            whom a process belongs to
 * src/lazy/        libpmapx: libraries loaded on first use
 *   library.c        loading one, and finding its functions
 *   elfutils.c       libelf: the records of ELF files
 *   libarchive.c     tar, and what compresses it
 *   libbz2.c         .bz2
 *   liblzma.c        .xz
 *   libproc2.c       the processes of the running system
 *   libz.c           .gz
 *   libzstd.c        .zst
 *   sqlite.c         databases in a file
 * src/core/        libpmapx: text → values
 *   parser.c         bytes → mappings
 *   frame.c          bytes → lines
 *   maps.c           mapping lines
 *   layout.c         key lines, tried as the mapping before had them
 *   smaps.c          key lines; the table of keys is fields.inc
 *   numa.c           lines of numa_maps
 *   scan.c           what the cursors of scan.h look up
 *   pattern.c        regular expressions
 *   sift.c           which mappings are wanted
 *   name.c           what a mapping's name is
 *   kind.c           what mappings are for
 *   json.c           JSON, pulled out of a text token by token
 *   totals.c         sums over mappings
 *   version.c        the version of the library
 * src/out/         what a run prints
 *   console.c        its streams, messages, and what became of them
 *   out.c            one buffered descriptor with a sticky error
 *   held.c           output that is held in memory for a while
 *   jobs.c           workers side by side, their output in order
 *   alone.c          the same without workers
 *   text.c           text from outside, made harmless
 *   record.c         records for programs: JSON, CSV, TSV
 *   units.c          sizes in kB, or for people
 *   format.c         formats from a message catalogue
 *   language.c       language and character set, when needed
 */
#include <string.h>

#include "cmd.h"
#include "console.h"
#include "pmap.h"

int main(int argc, char **argv)
{
	static char nameless[] = "pmapx", *nothing[] = { nameless, NULL };
	/* Too large for a stack that somebody has limited. */
	static struct px_console console;
	const struct px_verb *verb;
	bool as_pmap;
	int status;

	/* execve() permits an empty argument vector. */
	if (argc < 1) {
		argc = 1;
		argv = nothing;
	}
	px_console_init(&console, argv[0]);
	as_pmap = strcmp(console.name, "pmap") == 0;
	console.terse = as_pmap;
	px_locale_begin(&console.locale);
	verb = as_pmap ? NULL : px_verb_find(argc, argv);
	status = verb != NULL ? verb->run(&console, argc - 1, argv + 1)
			      : px_pmap(&console, as_pmap, argc, argv);
	status = px_console_finish(&console, status);
	px_console_deinit(&console);
	return status;
}
