/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "pmapx report": its command line, and where its database comes from.
 */
#include "reporting.h"

#include <stdlib.h>
#include <string.h>

#include "loading.h"

/* Values of the options that have no letter. */
enum {
	OPTION_PID = 256,
	OPTION_LIST,
	OPTION_GDB,
	OPTION_SHAPE,
	OPTION_LOAD = OPTION_SHAPE + PX_SHAPE_OPTIONS
};

static const char verb[] = "report";

static const char short_options[] = ":h";

static const struct option long_options[] = {
	{ "pid", required_argument, NULL, OPTION_PID },
	{ "list", no_argument, NULL, OPTION_LIST },
	{ "gdb", required_argument, NULL, OPTION_GDB },
	PX_SHAPE_LONG_OPTIONS(OPTION_SHAPE),
	PX_LOAD_OPTIONS(OPTION_LOAD),
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
	" report [options] NAME DB|SOURCE ...\n"
	"\n"
	"Report what processes, and PostgreSQL's backends, have in memory.\n"
	"\n"
	"NAME is one of those that --list shows: backends, backend, contexts, instances,\n"
	"segments, heap-stack, processes, mappings, users, growth, growth-mappings.\n"
	"DB is what load has made; SOURCE is what --from of the views reads; numbers of\n"
	"processes, --all, --name and the like are of the running system.\n"
	"\n"
	"Options:\n"
	" --pid <n>               whom backend is about\n"
	" --label <text>          in DB, captures of that label; else that of SOURCE\n"
	" --host <name>           in DB, captures of that host; else that of SOURCE\n"
	" --activity <file>       pg_stat_activity; else postgres/activity.csv of SOURCE\n"
	" --contexts <file>       a log with memory contexts; else postgres/log of SOURCE\n"
	" --sort [-]<column>      sort by it; with - the largest first\n"
	" --top <n>               only the first n rows\n"
	" --units <unit>          sizes in k, m, g, or h: what suits each\n"
	" --format <name>         text, json, ndjson, csv or tsv\n"
	" --all                   every process of the running system\n"
	" --name <re>             processes whose name matches\n"
	" --user <name>           processes of this user\n"
	" --tree <pid>            this process and its descendants\n"
	" --cgroup <path>         processes in this cgroup or below\n"
	" --root <dir>            another proc root\n"
	" --jobs <n>              read at most n processes at a time\n"
	" --strict                status 1 if something could not be read\n"
	" --list                  show the SQL of NAME, or of all, as psql runs it, too\n"
	" --gdb <pid>             print the call of gdb that has a backend dump contexts\n"
	" -h, --help              display this help and exit\n"
	"\n"
	"For more details see pmapx-report(1).\n";

void px_verb_report_usage(struct px_console *console, struct px_out *out)
{
	px_usage_begin(console, out);
	px_out_string(out, usage);
}

/* What was asked for. */
struct request {
	struct px_report_options report;
	struct px_load_options load;
	const char *pid, *gdb; /* As they were written; NULL if not. */
	bool is_list;
};

/* The number of a backend; false after a message. */
static bool take_pid(struct px_console *console, struct request *request, const char *option)
{
	pid_t pid;

	if (!px_is_process(optarg, &pid))
		return px_refuse_value(console, verb, option, "no number of a process");
	request->report.pid = pid;
	*(strcmp(option, "pid") == 0 ? &request->pid : &request->gdb) = optarg;
	return true;
}

/* One option; false after a message. */
static bool take_option(struct px_console *console, int letter, void *context)
{
	struct request *request = context;

	switch (letter) {
	case OPTION_PID:
		return take_pid(console, request, "pid");
	case OPTION_GDB:
		return take_pid(console, request, "gdb");
	case OPTION_LIST:
		request->is_list = true;
		return true;
	default:
		if (letter >= OPTION_LOAD)
			return px_take_load_option(console, &request->load, letter - OPTION_LOAD);
		return px_take_shape(console, verb, (enum px_shape_option)(letter - OPTION_SHAPE),
			&request->report.shape);
	}
}

/*
 * How a backend is asked by a debugger.  Types are spelled out, as there is no debug information,
 * and the signals are those that servers send each other.
 */
static void put_gdb(struct px_out *out, int64_t pid)
{
	px_out_string(out,
		"# The backend stands still meanwhile, and may crash: a debugger can find it inside of\n"
		"# malloc. From PostgreSQL 14 on, pg_log_backend_memory_contexts(PID) is safer. Output\n"
		"# goes to the server's standard error, mostly its log: --contexts takes that.\n"
		"gdb -nx -batch -p ");
	px_out_number(out, (uint64_t)pid);
	px_out_string(out,
		" \\\n"
		"  -ex 'handle SIGUSR1 SIGUSR2 nostop noprint' -ex 'set unwindonsignal on' \\\n"
		"  -ex 'call (int)fprintf((void *)stderr, \"**** My PID: %d ********\\n\", *(int *)&MyProcPid)' \\\n"
		"  -ex 'call (void)MemoryContextStats(*(void **)&TopMemoryContext)' \\\n"
		"  -ex 'call (int)malloc_info(0, (void *)stderr)' -ex detach\n");
}

/* The report by its name; false after a message. */
static bool take_name(struct px_console *console, const char *name, struct request *request)
{
	request->report.kind = px_report_find(name);
	return request->report.kind != NULL ||
		px_refuse_word(console, verb, name, "no such report; --list shows those there are");
}

/* Whether there is something that only a source can be asked for. */
static bool is_of_source(const struct px_load_options *load)
{
	return load->activity != NULL || load->contexts != NULL || load->walk.root != NULL ||
		load->walk.jobs != 0 || load->walk.strict || px_select_is_given(&load->walk.select);
}

/* Whether one of them is what load has made. */
static bool has_database(char **words, size_t count)
{
	pid_t pid;

	for (size_t i = 0; i < count; i++)
		if (!px_is_process(words[i], &pid) && strcmp(words[i], "-") != 0 &&
			px_report_is_database(words[i]))
			return true;
	return false;
}

/* What does not go together behind the name; NULL if there is nothing. */
static const char *check_words(char **words, size_t count, const struct request *request,
	size_t *ret_processes, bool *ret_is_database)
{
	static const struct px_load_texts texts = {
		.mixed =
			"processes that run and what was saved are reported on one after the other",
		.nothing =
			"there is nothing to report on: DB, SOURCE, numbers of processes, or --all",
	};
	const struct px_load_options *load = &request->load;
	const char *why = px_check_load_words(load, words, count, &texts, ret_processes);

	*ret_is_database = has_database(words, count);
	if (*ret_is_database && count > 1)
		return "a database is reported on by itself";
	if (*ret_is_database && is_of_source(load))
		return "of a database, there are --label and --host only";
	if (why == NULL && count > 1 && *ret_processes == 0 && load->label != NULL)
		return "--label is of one SOURCE";
	return why;
}

/* From what is loaded into memory. */
static int report_source(struct px_console *console, struct request *request)
{
	struct px_load_options *load = &request->load;
	struct px_loaded *loaded;
	int status = px_load_memory(console, load, &loaded), reported;

	if (loaded == NULL)
		return status;
	reported = px_report_store(console, &request->report, px_loaded_store(loaded),
		load->source_count > 0 ? load->sources[0] : request->report.kind->name);
	px_loaded_free(loaded);
	return reported > status ? reported : status;
}

static int report(struct px_console *console, char **words, size_t count, struct request *request)
{
	struct px_load_options *load = &request->load;
	const char *why = px_shape_check(&request->report.shape);
	size_t processes;
	bool is_database;
	pid_t *pids = NULL;
	int status = PX_VERB_TROUBLE;

	if (why == NULL)
		why = check_words(words, count, request, &processes, &is_database);
	if (why == NULL && request->report.kind->has_pid != (request->pid != NULL))
		why = request->pid != NULL ? "--pid is of the report backend"
					   : "whom is it about? --pid says so";
	if (why == NULL && request->report.kind->has_pid &&
		(request->report.shape.sort != NULL || request->report.shape.top != 0))
		why = "--sort and --top are of reports with several rows";
	if (why != NULL) {
		(void)px_refuse_word(console, verb, NULL, why);
		return PX_VERB_TROUBLE;
	}
	if (is_database) {
		request->report.label = load->label;
		request->report.host = load->host;
		return px_report_file(console, &request->report, words[0]);
	}
	if (processes == 0) {
		load->sources = words;
		load->source_count = count;
	}
	if (processes == 0 ||
		px_take_operands(console, verb, words, count, &load->walk.select, &pids,
			&load->walk.pid_count)) {
		load->walk.pids = pids;
		status = report_source(console, request);
	}
	free(pids);
	return status;
}

/* What is behind the options. */
static int run(struct px_console *console, char **words, size_t count, struct request *request)
{
	const char *why = NULL;

	if (request->gdb != NULL && (count > 0 || request->is_list || request->pid != NULL))
		why = "--gdb stands by itself";
	else if (request->is_list && count > 1)
		why = "--list is of one report, or of all";
	else if (request->gdb == NULL && !request->is_list && count == 0)
		why = "there is no report: NAME, which --list shows, and DB or SOURCE";
	if (why != NULL)
		(void)px_refuse_word(console, verb, NULL, why);
	if (why != NULL || (count > 0 && !take_name(console, words[0], request)))
		return PX_VERB_TROUBLE;
	if (request->gdb != NULL)
		put_gdb(&console->out, request->report.pid);
	else if (request->is_list)
		px_report_put_sql(&console->out, request->report.kind);
	else
		return report(console, words + 1, count - 1, request);
	return PX_VERB_DONE;
}

int px_verb_report(struct px_console *console, int argc, char **argv)
{
	static const struct px_verb_options how = {
		.verb = verb,
		.letters = short_options,
		.words = long_options,
		.usage = px_verb_report_usage,
		.take = take_option,
	};
	struct request request = { .load.walk.verb = verb };
	int status;

	if (px_take_options(console, &how, argc, argv, &request, &status))
		status = run(console, argv + optind, (size_t)(argc - optind), &request);
	px_select_deinit(&request.load.walk.select);
	return status;
}
