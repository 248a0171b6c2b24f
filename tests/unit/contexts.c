/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * contexts.c: dumps of memory contexts in logs of every form, whole, in pieces, cut
 * at every byte, interleaved, and too many.
 */
#include "support.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contexts.h"

/* What is found, in words; zero to begin with. */
struct story {
	char *text;
	size_t length, complete;
};

static void __attribute__((format(printf, 2, 3))) say(struct story *story, const char *format, ...)
{
	char *more = NULL;
	va_list values;
	int length;

	va_start(values, format);
	length = vasprintf(&more, format, values);
	va_end(values);
	assert_true(length >= 0);
	story->text = realloc(story->text, story->length + (size_t)length + 1);
	assert_non_null(story->text);
	memcpy(story->text + story->length, more, (size_t)length + 1);
	story->length += (size_t)length;
	free(more);
}

/* "1:Top 2:A=ident 3:+5 |", with "^" before a row that hangs on none. */
static void say_context(struct story *story, const struct px_context *context)
{
	say(story, " %s%" PRIu32 ":", context->parent == PX_CONTEXT_NO_PARENT ? "^" : "",
		context->depth);
	if (context->more)
		say(story, "+%" PRIu64, context->count);
	else
		say(story, "%.*s", (int)context->name.length, context->name.bytes);
	if (context->ident.bytes != NULL)
		say(story, "=%.*s", (int)context->ident.length, context->ident.bytes);
	if ((context->have & PX_CONTEXT_HAS_CHUNKS) != 0)
		say(story, " chunks %" PRIu64, context->chunks);
	if ((context->have & PX_CONTEXT_HAS_EMPTY) != 0)
		say(story, " empty %" PRIu64, context->empty);
	if ((context->have & PX_CONTEXT_HAS_FREE_CHUNKS) == 0)
		say(story, " bump");
}

static void say_dump(struct story *story, const struct px_context_dump *dump)
{
	static const char *const sources[] = { "stderr", "log", "csvlog", "jsonlog", "view" };
	static const char *const flaws[] = { "ok", "headless", "endless", "restarted", "torn",
		"unequal", "large", "crowded" };

	say(story, "%" PRIu32 " %s %d %s", dump->pid, sources[dump->source], dump->first_level,
		flaws[dump->flaw]);
	if (dump->time.bytes != NULL)
		say(story, " [%.*s]", (int)dump->time.length, dump->time.bytes);
	if (dump->has_time_us)
		say(story, " @%" PRId64, dump->time_us);
	for (size_t i = 0; i < dump->count && i < 20; i++)
		say_context(story, &dump->contexts[i]);
	say(story, "|");
	story->complete += dump->flaw == PX_CONTEXTS_COMPLETE;
}

static void say_malloc(struct story *story, const struct px_malloc_dump *dump)
{
	say(story, "%" PRIu32 " %s", dump->pid,
		dump->source == PX_MALLOC_INFO ? "malloc_info" : "malloc_stats");
	if (dump->complete)
		say(story,
			" arenas %" PRIu32 " system %" PRIu64 " free %" PRIu64 " mmap %" PRIu64
			" in %" PRId64,
			dump->arenas, dump->system_bytes, dump->free_bytes, dump->mmap_bytes,
			dump->has_mmap_chunks ? (int64_t)dump->mmap_chunks : -1);
	else
		say(story, " incomplete");
	say(story, "|");
}

/* Everything that can be had now.  Returns what the last call did. */
static int take(struct story *story, struct px_contexts *contexts)
{
	struct px_contexts_item item;
	int r;

	while ((r = px_contexts_next(contexts, &item)) == 1) {
		if (item.contexts != NULL)
			say_dump(story, item.contexts);
		else
			say_malloc(story, item.malloc);
	}
	return r;
}

/* What is found in @length bytes that are fed @chunk at a time. */
static struct story tell(const char *log, size_t length, size_t chunk)
{
	struct story story = { 0 };
	struct px_contexts *contexts;

	say(&story, "%s", "");
	assert_int_equal(px_contexts_open(&contexts), 0);
	for (size_t at = 0; at < length; at += chunk) {
		size_t n = length - at < chunk ? length - at : chunk;
		char *exact = px_exact(log + at, n);

		assert_int_equal(px_contexts_feed(contexts, exact, n), 0);
		free(exact);
		assert_int_equal(take(&story, contexts), -EAGAIN);
	}
	px_contexts_finish(contexts);
	assert_int_equal(take(&story, contexts), 0);
	assert_int_equal(take(&story, contexts), 0);
	px_contexts_close(contexts);
	return story;
}

#define S(t, b, f, c, u) t " total in " b " blocks; " f " free (" c " chunks); " u " used"
#define TOP S("100", "2", "30", "4", "70")
#define ONE S("10", "1", "4", "1", "6")
#define SUM "Grand total: 110 bytes in 3 blocks; 34 free (5 chunks); 76 used"
/* A dump of two contexts, of which each line begins with @p. */
#define DUMP(p) p "level: 0; TopMemoryContext: " TOP "\n" p "level: 1; A: " ONE "\n" p SUM "\n"
#define DUMP18(p) p "level: 1; TopMemoryContext: " TOP "\n" p "level: 2; A: " ONE "\n" p SUM "\n"
#define GDB "TopMemoryContext: " TOP "\n  A: " ONE "\n" SUM "\n"
#define AB "1:TopMemoryContext 2:A|"
#define T "2026-11-21 20:01:02.175 UTC "
#define AT " [2026-11-21 20:01:02.175 UTC] @1795291262175000 ^"
#define CSV(pid, m)                                                                               \
	T_CSV ",\"u\",\"d\"," pid                                                                 \
	      ",\"[local]\",6b01f879.6e0,1,\"idle\",2026-11-21 20:00:57 UTC,3/7,0,LOG,00000,\"" m \
	      "\",,,,,,,,,\"app\",\"client backend\",,0\n"
#define T_CSV "2026-11-21 20:01:02.175 UTC"
#define JSON(pid, m)                                               \
	"{\"timestamp\":\"" T_CSV "\",\"user\":\"u\",\"pid\":" pid \
	",\"ps\":\"idle\",\"message\":\"" m "\",\"query_id\":0}\n"
#define SYSLOG(pid, n) "Nov 21 20:21:11 host postgres[" pid "]: [" n "] "
#define LONG \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define LONGER LONG LONG LONG LONG LONG LONG

#define VIEW14 \
	"name,ident,parent,level,total_bytes,total_nblocks,free_bytes,free_chunks,used_bytes\n"
#define VIEW18 \
	"name,ident,type,level,path,total_bytes,total_nblocks,free_bytes,free_chunks,used_bytes\n"
#define TOTAL(kind, count, size) \
	"<total type=\"" kind "\" count=\"" count "\" size=\"" size "\"/>\n"
#define SYSTEM(size) \
	"<system type=\"current\" size=\"" size "\"/>\n<system type=\"max\" size=\"9\"/>\n"
#define HEAP(n)                                                                                      \
	"<heap nr=\"" n                                                                              \
	"\">\n<sizes>\n  <size from=\"17\" to=\"32\" total=\"128\" count=\"4\"/>\n</sizes>\n" TOTAL( \
		"fast", "1", "7") TOTAL("rest", "2", "8") SYSTEM("77") "</heap>\n"
#define INFO                                                                   \
	"<malloc version=\"1\">\n" HEAP("0") HEAP("1") TOTAL("fast", "1", "3") \
		TOTAL("rest", "3", "30") TOTAL("mmap", "2", "4096") SYSTEM("500") "</malloc>\n"
#define STATS(system, all)                                                                             \
	"Arena 0:\nsystem bytes     =       " system "\nin use bytes     =        800\n"               \
	"Arena 1:\nsystem bytes     =       200\nin use bytes     =        150\nTotal (incl. mmap):\n" \
	"system bytes     =       " all "\nin use bytes     =       1250\n"                            \
	"max mmap regions =          3\nmax mmap bytes   =     536576\n"

static const struct {
	const char *name, *log, *want;
} rows[] = {
	{ "nothing", "", "" },
	{ "no dump", "LOG:  hello\n\n" T "[5] LOG:  level: 0\nGrand total: none\n", "" },
	{ "prefix of Debian", DUMP(T "[17] u@d LOG:  "), "17 log 0 ok" AT AB },
	{ "18 counts from 1", DUMP18(T "[17] LOG:  "), "17 log 1 ok" AT AB },
	{ "no newline at the end", DUMP("[17] LOG:  ") "x", "17 log 0 ok ^" AB },
	{ "empty prefix", "LOG:  logging memory contexts of PID 17\n" DUMP("LOG:  "),
		"17 log 0 ok ^" AB },
	{ "not announced", DUMP("LOG:  "), "0 log 0 ok ^" AB },
	{ "announced in Japanese", "LOG:  PID 17の\n" DUMP("ЗАПИСЬ:  "), "17 log 0 ok ^" AB },
	{ "that of another process", "LOG:  PID 17\nLOG:  worker (PID 18) exited\n" DUMP("LOG:  "),
		"17 log 0 ok ^" AB },
	{ "two announced: nobody's", "LOG:  PID 17\nLOG:  PID 18\n" DUMP("LOG:  "),
		"0 log 0 ok ^" AB },
	{ "%n %p", "1795291262.175 17 LOG:  PID 17\n" DUMP("1795291262.175 17 LOG:  "),
		"17 log 0 ok [1795291262.175] @1795291262175000 ^" AB },
	{ "<%t %p %s %v %x %e>",
		"<" T "17 " T
		"3/7 0 00000> LOG:  PID 17\n" DUMP("<" T "17 " T "3/7 0 00000> LOG:  "),
		"17 log 0 ok" AT AB },
	{ "pgBadger",
		DUMP("2026-11-21 20:01:02 CET [17]: [3-1] user=u,db=d,app=[18],client=h LOG:  "),
		"17 log 0 ok [2026-11-21 20:01:02 CET] ^" AB },
	{ "that of a cloud", DUMP("2026-11-21 20:01:02 UTC:10.0.0.1(5432):u@d:[17]:LOG:  "),
		"17 log 0 ok [2026-11-21 20:01:02 UTC] @1795291262000000 ^" AB },
	{ "an offset", DUMP("2026-11-21 20:01:02.5 +0330 [17] LOG:  "),
		"17 log 0 ok [2026-11-21 20:01:02.5 +0330] @1795278662500000 ^" AB },
	{ "no such day", DUMP("2026-02-30 20:01:02 UTC [17] LOG:  "), "17 log 0 ok ^" AB },
	{ "words of two processes",
		"1 17 LOG:  PID 17\n1 18 LOG:  PID 18\n"
		"1 17 LOG:  level: 0; TopMemoryContext: " TOP "\n"
		"1 18 LOG:  level: 0; TopMemoryContext: " TOP "\n"
		"1 18 LOG:  level: 1; A: " ONE "\n1 17 LOG:  level: 1; A: " ONE "\n"
		"1 18 LOG:  " SUM "\n1 17 LOG:  " SUM "\n",
		"18 log 0 ok ^" AB "17 log 0 ok ^" AB },
	{ "verbose", DUMP("[17] LOG:  00000: "), "17 log 0 ok ^" AB },
	{ "lines between",
		"[17] LOG:  00000: level: 0; TopMemoryContext: " TOP "\n"
		"[17] LOCATION:  MemoryContextStatsPrint, mcxt.c:725\n\tlevel: 1; B: " ONE "\n"
		"[17] LOG:  statement: select 'level: 1; B: " ONE "'\n"
		"[17] LOG:  level: 1; A: " ONE "\r\n[18] LOG:  x\n[17] LOG:  " SUM "\r\n",
		"17 log 0 ok ^" AB },
	{ "prefixes that change",
		"[17] LOG:  level: 0; TopMemoryContext: " TOP "\n" T "[17] LOG:  level: 1; A: " ONE
		"\n%[17] u LOG:  " SUM "\n",
		"17 log 0 ok ^" AB },
	{ "idents",
		"[17] LOG:  level: 0; TopMemoryContext: " TOP "\n"
		"[17] LOG:  level: 1; a: b: " ONE ": select ': 5 total in 6 blocks', \"x\"\n"
		"[17] LOG:  " SUM "\n",
		"17 log 0 ok ^1:TopMemoryContext 2:a: b=select ': 5 total in 6 blocks', \"x\"|" },
	{ "kinds of contexts",
		"[17] LOG:  level: 0; TopMemoryContext: " TOP "\n"
		"[17] LOG:  level: 1; G: 5 total in 1 blocks (7 chunks); 1 free (0 chunks); 4 used\n"
		"[17] LOG:  level: 1; S: 3 total in 1 blocks; 2 empty blocks; 0 free (1 chunks); 1 used\n"
		"[17] LOG:  level: 1; B: 2 total in 1 blocks; 3 free; 1 used\n"
		"[17] LOG:  Grand total: 110 bytes in 5 blocks; 34 free (5 chunks); 76 used\n",
		"17 log 0 ok ^1:TopMemoryContext 2:G chunks 7 2:S empty 2 2:B bump|" },
	{ "more in a log hangs below its level",
		"[17] LOG:  level: 0; TopMemoryContext: " TOP "\n"
		"[17] LOG:  level: 0; 12 more child contexts containing " ONE "\n[17] LOG:  " SUM
		"\n",
		"17 log 0 ok ^1:TopMemoryContext 2:+12|" },
	{ "more on stderr at its own",
		"TopMemoryContext: " TOP "\n  12 more child contexts containing " ONE "\n" SUM "\n",
		"0 stderr -1 ok ^1:TopMemoryContext 2:+12|" },
	{ "nothing hangs below more",
		"[17] LOG:  level: 0; TopMemoryContext: " TOP "\n"
		"[17] LOG:  level: 0; 12 more child contexts containing " S("0", "0", "0", "0",
			"0") "\n"
			     "[17] LOG:  level: 2; A: " ONE "\n[17] LOG:  " SUM "\n",
		"17 log 0 torn ^1:TopMemoryContext 2:+12 ^3:A|" },
	{ "a level is missing",
		"[17] LOG:  level: 0; TopMemoryContext: " TOP "\n[17] LOG:  level: 2; A: " ONE "\n"
		"[17] LOG:  " SUM "\n",
		"17 log 0 torn ^1:TopMemoryContext ^3:A|" },
	{ "a row is missing",
		"[17] LOG:  level: 0; TopMemoryContext: " TOP "\n[17] LOG:  " SUM "\n",
		"17 log 0 unequal ^1:TopMemoryContext|" },
	{ "sums that wrap",
		"[17] LOG:  level: 0; TopMemoryContext: " S("18446744073709551615", "2", "30", "4",
			"70") "\n"
			      "[17] LOG:  level: 1; A: " S(
				      "111", "1", "4", "1", "6") "\n[17] LOG:  " SUM "\n",
		"17 log 0 unequal ^" AB },
	{ "a number that is none",
		"[17] LOG:  level: 0; TopMemoryContext: " TOP "\n"
		"[17] LOG:  level: 1; A: " S(
			"18446744073709551616", "1", "4", "1", "6") "\n"
								    "[17] LOG:  " SUM "\n",
		"17 log 0 unequal ^1:TopMemoryContext|" },
	{ "no beginning", "[17] LOG:  level: 1; A: " ONE "\n[17] LOG:  " SUM "\n",
		"17 log -1 headless|" },
	{ "no end", "[17] LOG:  level: 0; TopMemoryContext: " TOP "\n",
		"17 log 0 endless ^1:TopMemoryContext|" },
	{ "another before the end",
		"[17] LOG:  level: 0; TopMemoryContext: " TOP "\n" DUMP("[17] LOG:  "),
		"17 log 0 restarted ^1:TopMemoryContext|17 log 0 ok ^" AB },
	{ "interleaved without pid",
		"LOG:  level: 0; TopMemoryContext: " TOP "\nLOG:  level: 0; TopMemoryContext: " TOP
		"\n"
		"LOG:  level: 1; A: " ONE "\nLOG:  level: 1; A: " ONE "\nLOG:  " SUM "\nLOG:  " SUM
		"\n",
		"0 log 0 restarted ^1:TopMemoryContext|0 log 0 unequal ^1:TopMemoryContext 2:A 2:A|"
		"0 log -1 headless|" },
	{ "gdb",
		"[New LWP 5]\n0x00007f in epoll_wait ()\n**** My PID: 17 ********\n" GDB
		"Detaching\n",
		"17 stderr -1 ok ^" AB },
	{ "out of memory behind it", "**** My PID: 17 ****\n" GDB GDB,
		"17 stderr -1 ok ^" AB "0 stderr -1 ok ^" AB },
	{ "gdb that was cut off",
		"**** My PID: 17 ****\nTopMemoryContext: " TOP "\n**** My PID: 18 ****\n" GDB,
		"17 stderr -1 restarted ^1:TopMemoryContext|18 stderr -1 ok ^" AB },
	{ "not two blanks a level", "TopMemoryContext: " TOP "\n   A: " ONE "\n" SUM "\n",
		"0 stderr -1 unequal ^1:TopMemoryContext|" },
	{ "csvlog",
		CSV("17", "level: 0; TopMemoryContext: " TOP)
			CSV("18", "level: 0; TopMemoryContext: " TOP)
				CSV("17", "level: 1; A: " ONE ": say \"\"x\"\", y") CSV("17", SUM),
		"17 csvlog 0 ok" AT "1:TopMemoryContext 2:A=say \"x\", y|18 csvlog 0 endless" AT
		"1:TopMemoryContext|" },
	{ "csvlog with newlines",
		CSV("17", "level: 0; TopMemoryContext: " TOP)
			CSV("17", "a\nlevel: 1; B: " ONE "\n" T_CSV ",,\n\"\"b\"\"\n")
				CSV("17", "level: 1; A: " ONE) CSV("17", SUM),
		"17 csvlog 0 ok" AT AB },
	{ "csvlog, torn where the server died",
		CSV("17", "level: 0; TopMemoryContext: " TOP) T_CSV
		",\"u\",\"d\",18,\"[local]\",\"a\n" CSV("17", "level: 1; A: " ONE) CSV("17", SUM),
		"17 csvlog 0 ok" AT AB },
	{ "jsonlog",
		JSON("17", "level: 0; TopMemoryContext: " TOP) "{\"pid\":17,\"message\":\"" SUM
							       "\n" JSON("17",
								       "level: 1; A\\u0021: " ONE
								       ": \\\"x\\\"")
								       JSON("17", SUM),
		"17 jsonlog 0 ok" AT "1:TopMemoryContext 2:A!=\"x\"|" },
	{ "jsonlog without a time",
		"{\"pid\":17,\"message\":\"level: 0; TopMemoryContext: " TOP "\"}\n",
		"17 jsonlog 0 endless ^1:TopMemoryContext|" },
	{ "syslog",
		SYSLOG("17", "6-1") "LOG:  level: 0; TopMemoryContext: " TOP "\n" SYSLOG(
			"17", "6-2") "LOCATION:  f, mcxt.c:725\n" SYSLOG("18",
			"6-1") "LOG:  level: 0; TopMemoryContext: " TOP "\n" SYSLOG("17",
			"7-2") "#011level: 1; B: " ONE "\n" SYSLOG("17",
			"7-2") "\\tlevel: 1; B: " ONE "\n"
			       "<134>" SYSLOG("17", "8-1") "LOG:  level: 1; A: " ONE "\n" SYSLOG(
				       "17", "9-1") "LOG:  " SUM "\n",
		"17 log 0 ok [Nov 21 20:21:11] ^" AB
		"18 log 0 endless [Nov 21 20:21:11] ^1:TopMemoryContext|" },
	{ "syslog of today, and a time of the server's own",
		DUMP("2026-11-21T20:21:11.123456+00:00 host postgres[17]: [6-1] LOG:  ")
			DUMP("2026-11-21T20:21:11.123456+00:00 host postgres[17]: [6-1] " T
			     "[17] LOG:  "),
		"17 log 0 ok [2026-11-21T20:21:11.123456+00:00] @1795292471123456 ^" AB
		"17 log 0 ok" AT AB },
	{ "a row in two parts",
		SYSLOG("17", "6-1") "LOG:  level: 0; TopMemoryContext: " TOP
				    "\n" SYSLOG("17", "7-1") LONGER
		" LOG:  level: 1; A: " ONE
		": select\n" SYSLOG("17", "7-2") " 1\n" SYSLOG("17", "8-1") "LOG:  " SUM "\n",
		"17 log 0 ok [Nov 21 20:21:11] ^1:TopMemoryContext 2:A=select 1|" },
	{ "a journal, whose pid is that of the postmaster",
		SYSLOG("1", "1-1") "LOG:  PID 17\n" DUMP(
			"Nov 21 20:21:11 host postgres[1]: LOG:  "),
		"17 log 0 ok [Nov 21 20:21:11] ^" AB },
	{ "the view of 14 to 17",
		VIEW14
		"TopMemoryContext,,,0,100,2,30,4,70\nA,\"a\n\"\"b\"\"\",TopMemoryContext,1,10,1,4,1,6\n"
		"B,\"\",A,2,1,1,1,0,0\nC,,TopMemoryContext,1,1,1,1,0,0\n",
		"0 view 0 ok ^1:TopMemoryContext 2:A=a\n\"b\" 3:B= 2:C|" },
	{ "whose parent has another name",
		VIEW14 "TopMemoryContext,,,0,100,2,30,4,70\nA,,TopMemory,1,10,1,4,1,6\n",
		"0 view 0 torn ^1:TopMemoryContext 2:A|" },
	{ "whose last row is cut",
		VIEW14 "TopMemoryContext,,,0,100,2,30,4,70\nA,,TopMemoryContext,1,10,1,4,1,6",
		"0 view 0 endless ^1:TopMemoryContext|" },
	{ "whose last row is cut in quotes", VIEW14 "TopMemoryContext,,,0,100,2,30,4,70\nA,\"a\n",
		"0 view 0 endless ^1:TopMemoryContext|" },
	{ "the view of 18, and a log behind it",
		VIEW18
		"TopMemoryContext,,AllocSet,1,{1},100,2,30,4,70\nA,,Bump,2,\"{1,3}\",10,1,4,1,6\n"
		"B,x,Slab,2,\"{1,7}\",1,1,1,0,0\nC,,Slab,3,\"{1,3,8}\",1,1,1,0,0\n" DUMP(
			"[17] LOG:  "),
		"0 view 1 ok ^1:TopMemoryContext 2:A 2:B=x 3:C|17 log 0 ok ^" AB },
	{ "of which a row is missing",
		VIEW18
		"TopMemoryContext,,AllocSet,1,{1},100,2,30,4,70\nC,,Slab,3,\"{1,3,8}\",1,1,1,0,0\n",
		"0 view 1 torn ^1:TopMemoryContext ^3:C|" },
	{ "of which a number comes twice",
		VIEW18 "TopMemoryContext,,AllocSet,1,{1},1,2,3,4,7\nA,,Bump,2,\"{1,3}\",1,1,4,1,6\n"
		       "B,,Bump,2,\"{1,3}\",1,1,4,1,6\n",
		"0 view 1 torn ^1:TopMemoryContext 2:A 2:B|" },
	{ "no rows", VIEW14, "0 view -1 endless|" },
	{ "malloc_info of two arenas", "**** My PID: 17 ********\n" INFO,
		"17 malloc_info arenas 2 system 500 free 33 mmap 4096 in 2|" },
	{ "whose pid is told", "**** My PID: 17 ********\n" GDB "2026 [5] LOG:  x\n" INFO INFO,
		"17 stderr -1 ok ^" AB "17 malloc_info arenas 2 system 500 free 33 mmap 4096 in 2|"
		"0 malloc_info arenas 2 system 500 free 33 mmap 4096 in 2|" },
	{ "without its end", "<malloc version=\"1\">\n<heap nr=\"0\">\n",
		"0 malloc_info incomplete|" },
	{ "without the totals", "<malloc version=\"1\">\n" HEAP("0") "</malloc>\n",
		"0 malloc_info incomplete|" },
	{ "malloc_stats of two arenas", "**** My PID: 17 ********\n" STATS("1000", "1500"),
		"17 malloc_stats arenas 2 system 1200 free 250 mmap 300 in -1|" },
	{ "that has wrapped", STATS("700", "1500"), "0 malloc_stats incomplete|" },
	{ "whose total has", STATS("1000", "1100"), "0 malloc_stats incomplete|" },
	{ "another begins before its end", "Arena 0:\n" STATS("1000", "1500"),
		"0 malloc_stats incomplete|0 malloc_stats arenas 2 system 1200 free 250 mmap 300 in -1|" },
};

PX_TEST(logs_are_read)
{
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		size_t length = strlen(rows[i].log);
		struct story whole = tell(rows[i].log, length, length + 1);

		px_same(rows[i].name, rows[i].want, whole.text);
		for (size_t chunk = 1; chunk <= 7; chunk += 6) {
			struct story other = tell(rows[i].log, length, chunk);

			px_same(rows[i].name, whole.text, other.text);
			free(other.text);
		}
		free(whole.text);
	}
}

/*
 * Of a log that ends anywhere, what is complete is complete in the whole log, too; but
 * nothing tells that a view has fewer rows.
 */
PX_TEST(logs_are_cut_anywhere)
{
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		size_t length = strlen(rows[i].log), before = 0;
		bool is_view = memcmp(rows[i].log, "name", strlen(rows[i].log) < 4 ? 0 : 4) == 0;

		for (size_t cut = 0; cut <= length; cut++) {
			struct story story = tell(rows[i].log, cut, cut + 1);
			bool at_end = cut > 0 &&
				(rows[i].log[cut - 1] == '\n' || strstr(story.text, "|17") != NULL);

			/* Dumps end one after the other, and stay. */
			if (is_view ? story.complete > 0 && !at_end
				    : story.complete != before && story.complete != before + 1)
				fail_msg("%s, cut at %zu: %s", rows[i].name, cut, story.text);
			before = story.complete;
			free(story.text);
		}
	}
}

/* What is found in @first, @count times @row, and @last. */
static struct story tell_many(const char *first, const char *row, unsigned count, const char *last)
{
	struct story story = { 0 };
	struct px_contexts *contexts;
	char text[200];

	say(&story, "%s", "");
	assert_int_equal(px_contexts_open(&contexts), 0);
	assert_int_equal(px_contexts_feed(contexts, first, strlen(first)), 0);
	for (unsigned i = 0; i < count; i++) {
		char *at = text;

		/* Each # is the number. */
		for (const char *p = row; *p != '\0'; p++) {
			if (*p == '#')
				at += sprintf(at, "%u", i + 1);
			else
				*at++ = *p;
		}
		assert_int_equal(px_contexts_feed(contexts, text, (size_t)(at - text)), 0);
		assert_int_equal(take(&story, contexts), -EAGAIN);
	}
	assert_int_equal(px_contexts_feed(contexts, last, strlen(last)), 0);
	px_contexts_finish(contexts);
	assert_int_equal(take(&story, contexts), 0);
	px_contexts_close(contexts);
	return story;
}

PX_TEST(the_oldest_ends_when_there_are_too_many)
{
	struct story story = tell_many("", "[#] LOG:  level: 0; TopMemoryContext: " TOP "\n",
		PX_CONTEXTS_MAX_OPEN + 1, "[2] LOG:  level: 1; A: " ONE "\n[2] LOG:  " SUM "\n");
	static const char want[] = "1 log 0 crowded ^1:TopMemoryContext|2 log 0 ok ^" AB
				   "3 log 0 endless ^1:TopMemoryContext|";

	assert_memory_equal(story.text, want, sizeof(want) - 1);
	free(story.text);
}

/* Announcements are no dumps: what is forgotten of them is not handed out. */
PX_TEST(announcements_are_forgotten)
{
	struct story story = tell_many(
		"", "[#] LOG:  PID #\n", 3 * PX_CONTEXTS_MAX_OPEN, DUMP("[2] LOG:  "));

	assert_string_equal(story.text, "2 log 0 ok ^" AB);
	free(story.text);
}

PX_TEST(a_dump_has_so_many_rows)
{
	static const char row[] = "  A#: 0 total in 0 blocks; 0 free; 0 used\n";
	struct story story = tell_many("TopMemoryContext: " ONE "\n", row, PX_CONTEXTS_MAX_ROWS - 1,
		"Grand total: 10 bytes in 1 blocks; 4 free (1 chunks); 6 used\n");
	static const char want[] = "0 stderr -1 ok ^1:TopMemoryContext 2:A1 bump 2:A2 bump";

	assert_memory_equal(story.text, want, sizeof(want) - 1);
	free(story.text);
	story = tell_many("TopMemoryContext: " ONE "\n", row, PX_CONTEXTS_MAX_ROWS,
		"Grand total: 10 bytes in 1 blocks; 4 free (1 chunks); 6 used\n" GDB);
	assert_string_equal(story.text, "0 stderr -1 large|0 stderr -1 ok ^" AB);
	free(story.text);
}

/* A dump with a row of @ident bytes of ident, @count times. */
static struct story tell_long(size_t ident, unsigned count, size_t chunk)
{
	static const char before[] = "TopMemoryContext: " ONE "\n", row[] = "  A: " ONE ": ";
	size_t size = strlen(before) + count * (strlen(row) + ident + 1), at = strlen(before);
	char *log = malloc(size);
	struct story story;

	assert_non_null(log);
	memcpy(log, before, at);
	for (unsigned i = 0; i < count; i++) {
		memcpy(log + at, row, strlen(row));
		at += strlen(row);
		memset(log + at, 'x', ident);
		at += ident;
		log[at++] = '\n';
	}
	assert_int_equal(at, size);
	story = tell(log, size, chunk);
	free(log);
	return story;
}

PX_TEST(lines_have_a_longest)
{
	size_t most = PX_CONTEXTS_MAX_LINE - strlen("  A: " ONE ": ");
	static const char fits[] = "0 stderr -1 endless ^1:TopMemoryContext 2:A=xxx";
	const size_t chunks[] = { 4096, 65536, 8 * PX_CONTEXTS_MAX_LINE };

	for (size_t i = 0; i < PX_COUNT(chunks); i++) {
		struct story story = tell_long(most, 1, chunks[i]);

		assert_memory_equal(story.text, fits, sizeof(fits) - 1);
		free(story.text);
		story = tell_long(most + 1, 3, chunks[i]);
		assert_string_equal(story.text, "0 stderr -1 endless ^1:TopMemoryContext|");
		free(story.text);
	}
}

PX_TEST(dumps_take_so_much_memory)
{
	struct story story = tell_long(PX_CONTEXTS_MAX_LINE - 100, 260, 65536);

	assert_string_equal(story.text, "0 stderr -1 large|");
	free(story.text);
}

PX_TEST(flaws_have_words)
{
	for (int flaw = PX_CONTEXTS_COMPLETE; flaw <= PX_CONTEXTS_CROWDED; flaw++)
		assert_non_null(px_contexts_flaw_text((enum px_contexts_flaw)flaw));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logs_are_read),
		cmocka_unit_test(logs_are_cut_anywhere),
		cmocka_unit_test(the_oldest_ends_when_there_are_too_many),
		cmocka_unit_test(announcements_are_forgotten),
		cmocka_unit_test(a_dump_has_so_many_rows),
		cmocka_unit_test(lines_have_a_longest),
		cmocka_unit_test(dumps_take_so_much_memory),
		cmocka_unit_test(flaws_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
