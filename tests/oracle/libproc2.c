/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libproc2 as an oracle: what libpmapx says about every process and thread of
 * the running system (thread-group id, command line, start of stack) equals
 * what libproc2 says.
 *
 * A process is read three times, by libproc2, libpmapx and libproc2; only an
 * unchanged one counts, and one that keeps differing has failed unless it is
 * gone.  libproc2 is wrong where a process has "Tgid:" in its name, which is
 * defect D10, and where there is a newline in an argument (D45).
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <libproc2/pids.h>

#include <pmapx.h>

enum { MOST_TRIES = 100 };
enum { ITEM_TGID, ITEM_STACK, ITEM_CMDLINE, ITEM_COUNT };

static enum pids_item items[ITEM_COUNT] = {
	[ITEM_TGID] = PIDS_ID_TGID,
	[ITEM_STACK] = PIDS_ADDR_STACK_START,
	[ITEM_CMDLINE] = PIDS_CMDLINE_V,
};

/* What one of the libraries says about a process. */
struct account {
	bool there;
	int64_t tgid;
	uint64_t start_stack; /* 0 if unknown. */
	char *cmdline;        /* Arguments, each with a NUL behind it. */
	size_t length;
	char comm[64]; /* From libpmapx only. */
};

struct oracle {
	struct pids_info *libproc2;
	struct pmapx_source *libpmapx;
	unsigned compared, gone, failed, by_d10, by_d45;
};

static _Noreturn void die(const char *what, int error)
{
	fprintf(stderr, "%s: %s\n", what, strerror(error));
	exit(1);
}

static void keep(struct account *account, const char *bytes, size_t length)
{
	account->cmdline = realloc(account->cmdline, account->length + length + 1);
	if (account->cmdline == NULL)
		die("realloc", ENOMEM);
	if (length > 0)
		memcpy(account->cmdline + account->length, bytes, length);
	account->length += length;
}

/*
 * libproc2 hands out the raw arguments, any number of bytes of them, and "-"
 * where there are none.
 */
static struct account ask_libproc2(struct oracle *oracle, pid_t pid)
{
	unsigned wanted = (unsigned)pid;
	struct account account = { 0 };
	struct pids_fetch *fetch;
	struct pids_result *results;
	char **words;

	fetch = procps_pids_select(oracle->libproc2, &wanted, 1, PIDS_SELECT_PID);
	if (fetch == NULL)
		die("procps_pids_select", errno);
	if (fetch->counts->total != 1)
		return account;
	results = fetch->stacks[0]->head;
	account.there = true;
	account.tgid = results[ITEM_TGID].result.s_int;
	account.start_stack = results[ITEM_STACK].result.ul_int;
	words = results[ITEM_CMDLINE].result.strv;
	if (words[0] == NULL || (strcmp(words[0], "-") == 0 && words[1] == NULL)) {
		keep(&account, "", 0);
		return account;
	}
	for (size_t i = 0; words[i] != NULL; i++)
		keep(&account, words[i], strlen(words[i]) + 1);
	return account;
}

static struct account ask_libpmapx(struct oracle *oracle, pid_t pid)
{
	struct account account = { 0 };
	struct pmapx_process *process;
	const struct pmapx_identity *identity;
	struct pmapx_text cmdline;
	int r;

	r = pmapx_process_open(oracle->libpmapx, pid, &process, NULL);
	if (r == -ESRCH)
		return account;
	if (r < 0)
		die("pmapx_process_open", -r);
	identity = pmapx_process_identity(process);
	account.there = true;
	account.tgid = identity->tgid;
	account.start_stack = identity->has_start_stack ? identity->start_stack : 0;
	snprintf(account.comm, sizeof(account.comm), "%.*s", (int)identity->comm.length,
		identity->comm.bytes);
	if (pmapx_process_cmdline(process, &cmdline) == 0) {
		keep(&account, cmdline.bytes, cmdline.length);
		/* A process may have overwritten the last NUL. */
		if (cmdline.length > 0 && cmdline.length < PMAPX_CMDLINE_MAX &&
			cmdline.bytes[cmdline.length - 1] != '\0')
			keep(&account, "", 1);
		/* One argument "-" is what libproc2 calls none. */
		if (account.length == 2 && memcmp(account.cmdline, "-", 2) == 0)
			account.length = 0;
	} else {
		keep(&account, "", 0);
	}
	pmapx_process_close(process);
	return account;
}

/*
 * Command lines are compared as far as libpmapx keeps them.  For libproc2 a
 * newline ends an argument, too (D45).
 */
static bool same_cmdline(const struct account *ours, const struct account *theirs)
{
	size_t length = ours->length < PMAPX_CMDLINE_MAX ? ours->length : PMAPX_CMDLINE_MAX;

	if (theirs->length < length || (theirs->length > length && length < PMAPX_CMDLINE_MAX))
		return false;
	for (size_t i = 0; i < length; i++) {
		char byte = ours->cmdline[i];

		if ((byte == '\n' ? '\0' : byte) != theirs->cmdline[i])
			return false;
	}
	return true;
}

static bool same_but_tgid(const struct account *a, const struct account *b)
{
	return a->start_stack == b->start_stack && same_cmdline(a, b);
}

enum verdict { SAME, BY_D10, BY_D45, GONE, DIFFERENT };

static enum verdict judge(
	const struct account *before, const struct account *ours, const struct account *after)
{
	if (!before->there && !ours->there && !after->there)
		return GONE;
	if (!before->there || !ours->there || !after->there)
		return DIFFERENT;
	if (before->tgid != after->tgid || !same_but_tgid(before, after))
		return DIFFERENT;
	if (!same_but_tgid(ours, after))
		return DIFFERENT;
	if (ours->tgid != after->tgid)
		return strstr(ours->comm, "Tgid:") != NULL ? BY_D10 : DIFFERENT;
	return memchr(ours->cmdline, '\n', ours->length) != NULL ? BY_D45 : SAME;
}

static void complain(pid_t pid, const struct account *ours, const struct account *theirs)
{
	printf("%d differs: libpmapx %s tgid %lld stack %llx, %zu bytes of command line;"
	       " libproc2 %s tgid %lld stack %llx, %zu bytes\n",
		(int)pid, ours->there ? "has it:" : "lacks it:", (long long)ours->tgid,
		(unsigned long long)ours->start_stack, ours->length,
		theirs->there ? "has it:" : "lacks it:", (long long)theirs->tgid,
		(unsigned long long)theirs->start_stack, theirs->length);
}

/* A process or a thread, by its id. */
static void compare(struct oracle *oracle, pid_t pid)
{
	enum verdict verdict = DIFFERENT;

	for (int tries = 0; tries < MOST_TRIES && verdict == DIFFERENT; tries++) {
		struct account before = ask_libproc2(oracle, pid);
		struct account ours = ask_libpmapx(oracle, pid);
		struct account after = ask_libproc2(oracle, pid);

		verdict = judge(&before, &ours, &after);
		if (verdict == DIFFERENT && tries == MOST_TRIES - 1)
			complain(pid, &ours, &after);
		else if (verdict == DIFFERENT)
			nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
		free(before.cmdline);
		free(ours.cmdline);
		free(after.cmdline);
	}
	oracle->compared += verdict == SAME || verdict == BY_D10 || verdict == BY_D45;
	oracle->by_d10 += verdict == BY_D10;
	oracle->by_d45 += verdict == BY_D45;
	oracle->gone += verdict == GONE;
	oracle->failed += verdict == DIFFERENT;
}

/* Compare what is listed in a folder, except @but; with @inside, what is below "/task" there. */
static void sweep(struct oracle *oracle, const char *folder, pid_t but, bool inside)
{
	DIR *directory = opendir(folder);
	struct dirent *entry;

	if (directory == NULL)
		return;
	while ((entry = readdir(directory)) != NULL) {
		pid_t pid = atoi(entry->d_name);
		char path[64];

		if (pid <= 0 || pid == but)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
		if (inside)
			sweep(oracle, path, pid, false);
		else
			compare(oracle, pid);
	}
	closedir(directory);
}

/* A child that calls itself @name and waits to be killed. */
static pid_t start_named(const char *name)
{
	int ready[2];
	char byte;
	pid_t child;

	if (pipe(ready) < 0)
		die("pipe", errno);
	child = fork();
	if (child < 0)
		die("fork", errno);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, name);
		close(ready[0]);
		close(ready[1]);
		for (;;)
			pause();
	}
	close(ready[1]);
	while (read(ready[0], &byte, 1) < 0 && errno == EINTR)
		continue;
	close(ready[0]);
	return child;
}

/* D10: a process that names itself "Tgid:1" is still itself. */
static void compare_impostor(struct oracle *oracle)
{
	pid_t child = start_named("Tgid:1");
	struct account theirs = ask_libproc2(oracle, child);
	struct account ours = ask_libpmapx(oracle, child);

	if (ours.tgid != child || strcmp(ours.comm, "Tgid:1") != 0 ||
		!same_but_tgid(&ours, &theirs)) {
		complain(child, &ours, &theirs);
		oracle->failed++;
	}
	printf("a process named Tgid:1 is %s for libproc2 (D10), itself for libpmapx\n",
		theirs.tgid == child ? "itself" : "process 1");
	free(theirs.cmdline);
	free(ours.cmdline);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

int main(void)
{
	struct oracle oracle = { 0 };
	unsigned processes;
	int r;

	setlinebuf(stdout);
	r = procps_pids_new(&oracle.libproc2, items, ITEM_COUNT);
	if (r < 0)
		die("procps_pids_new", -r);
	r = pmapx_source_open_live(NULL, &oracle.libpmapx);
	if (r < 0)
		die("pmapx_source_open_live", -r);

	sweep(&oracle, "/proc", 0, false);
	processes = oracle.compared;
	sweep(&oracle, "/proc", 0, true);
	printf("compared %u processes and %u further threads; %u were gone; "
	       "libproc2 errs in %u by D10, in %u by D45; %u differ\n",
		processes, oracle.compared - processes, oracle.gone, oracle.by_d10, oracle.by_d45,
		oracle.failed);
	compare_impostor(&oracle);

	pmapx_source_close(oracle.libpmapx);
	procps_pids_unref(&oracle.libproc2);
	return oracle.failed > 0 || processes == 0;
}
