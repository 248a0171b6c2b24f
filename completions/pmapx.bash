# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for pmapx, and where it is installed for pmap, for pmapx under that name
# (bash 4.4 or newer; bash-completion need not be there, and nothing but bash is run)

# What functions tell each other, all local to _pmapx: cur, what is typed of this word or, if it is the
# value of an option, of that value, without quotes; option, whose value that is; prefix, "--option=" if
# it is in the same word; previous, the word before; ended, if "--" is before it; root, where processes are;
# slash, what is shown for one in the name of a process.

# Candidates: those of these words that begin as what is typed.
_pmapx_words()
{
	local word

	for word; do
		[[ $word == "$cur"* ]] && COMPREPLY+=("$prefix$word")
	done
}

# Candidates: lists of these words, each once, that begin as what is typed.
_pmapx_list()
{
	local before= word

	[[ $cur == *,* ]] && before=${cur%,*},
	for word; do
		[[ ,$before != *,$word,* && $before$word == "$cur"* ]] && COMPREPLY+=("$prefix$before$word")
	done
}

# Names of files that have newlines, of which compgen makes lines, are made whole in found.
_pmapx_join()
{
	local IFS=$'\n' typed= folder= lines rest path word
	local -a whole=()

	lines=$'\n'"${found[*]}"$'\n'
	[[ $cur == */* ]] && typed=${cur%/*}/
	folder=$typed
	[[ $typed == '~/'* ]] && folder=$HOME${typed#'~'}
	for path in "$folder"*$'\n'* "$folder".*$'\n'*; do
		word=$prefix$typed${path#"$folder"}
		rest=${lines/$'\n'"$word"$'\n'/$'\n'}
		[[ $rest == "$lines" ]] && continue
		lines=$rest
		whole+=("$word")
	done
	[[ ${#whole[@]} -eq 0 ]] && return
	found=()
	[[ $lines != $'\n' ]] && mapfile -t found <<<"${lines:1:-1}"
	found+=("${whole[@]}")
}

# What compgen finds of this kind, in found: -f, files; -d, folders; -u, users.
_pmapx_find()
{
	mapfile -t found < <(compgen -P "$prefix" "$1" -- "$cur")
	if [[ $1 == -[df] && ${#found[@]} -gt 0 ]]; then
		compopt -o filenames 2>/dev/null
		_pmapx_join
	fi
}

# Candidates: what compgen finds.
_pmapx_found()
{
	local -a found

	_pmapx_find "$1"
	COMPREPLY+=("${found[@]}")
}

# Candidates: the processes whose ids begin with $1, from the proc root. $2 is put before each.
# Where bash lists them and inserts nothing, their names follow the ids.
_pmapx_pids()
{
	local path pid name named=
	# In the order of numbers, as an array has them.
	local -a pids=()

	for path in "$root/$1"*; do
		pid=${path##*/}
		[[ $pid == [1-9]* && $pid != *[!0-9]* && ${#pid} -le 10 ]] && pids[pid]=$pid
	done

	# No other completion than listing gets the names: they would be typed.
	[[ ${COMP_TYPE-} == @(63|33|64) && ${#pids[@]} -gt 1 ]] && named=yes
	for pid in "${pids[@]}"; do
		name=
		if [[ $named ]]; then
			# "123 (name) S ...": the name may hold brackets, blanks, newlines and
			# terminal escapes; what is no letter, digit or plain sign becomes "?"
			IFS= read -r -d '' name 2>/dev/null <"$root/$pid/stat"
			name=${name#*\(}
			name=${name%)*}
			name="  ${name//[![:alnum:] _.,:;\/+*@#%=~()<>-]/?}"
			name=${name//\//$slash}
		fi
		COMPREPLY+=("$prefix$2$pid$name")
	done
}

# Candidates: operands, processes of the proc root.
_pmapx_operands()
{
	if [[ /proc/ == "$cur"* && $cur ]]; then
		_pmapx_pids '' /proc/
	elif [[ $cur == /proc/* ]]; then
		_pmapx_pids "${cur#/proc/}" /proc/
	else
		_pmapx_pids "$cur" ''
	fi
}

# Candidates: processes and files. Where there are files, readline lists only what is behind the last slash.
_pmapx_sources()
{
	local -a found
	local slash=/

	_pmapx_find -f
	[[ ${#found[@]} -gt 0 ]] && slash='?'
	_pmapx_operands
	COMPREPLY+=("${found[@]}")
}

# Candidates: control groups that processes of the proc root are in, and those above. What has a byte
# that would have to be quoted is left out, but for the backslash that systemd has in names.
_pmapx_cgroups()
{
	local path line group
	local -A seen=()

	for path in "$root"/[1-9]*/cgroup; do
		while IFS= read -r line; do
			group=${line#*:*:}
			while [[ $group == /* && ! ${seen[$group]-} ]]; do
				seen[$group]=yes
				if [[ $group == "$cur"* && $group != *[!a-zA-Z0-9/._@\\-]* ]]; then
					printf -v line %q "$group"
					COMPREPLY+=("$prefix$line")
				fi
				group=${group%/*}
				[[ $group ]] || group=/
			done
		done 2>/dev/null <"$path"
	done
}

# Candidates: what is typed with one more of the letters of permissions.
_pmapx_perm()
{
	local letter

	[[ $cur == *[!rwxsp]* ]] && return
	for letter in r w x s p; do
		[[ $cur == *$letter* ]] || COMPREPLY+=("$prefix$cur$letter")
	done
}

# Candidates: these columns, with "-" in front if that is typed.
_pmapx_sort()
{
	if [[ $cur == -* ]]; then
		_pmapx_words "${@/#/-}"
	else
		_pmapx_words "$@"
	fi
}

# The value of option $1 in the words before this one: the last one, in value, and in list what is between
# its commas. False if there is none.
_pmapx_given()
{
	local i

	value=
	for ((i = 1; i < COMP_CWORD; i++)); do
		if [[ ${COMP_WORDS[i]} == "$1="?* ]]; then
			value=${COMP_WORDS[i]#*=}
		elif [[ ${COMP_WORDS[i]} == "$1" ]]; then
			[[ ${COMP_WORDS[i + 1]} == = ]] && ((i++))
			((i + 1 < COMP_CWORD)) && value=${COMP_WORDS[i + 1]}
		fi
	done
	IFS=, read -r -a list <<<"$value"
	[[ $value ]]
}

# How many operands of a verb are before this word, in operands. $1: its options, those that want a
# value with "=" behind; $2: the short ones that do.
_pmapx_count()
{
	local i word

	operands=0
	for ((i = 2; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		--)
			((operands += COMP_CWORD - i - 1))
			return
			;;
		--*=*) ;;
		--*)
			if [[ ${COMP_WORDS[i + 1]} == = ]]; then
				((i += 2))
			elif [[ ${1//[$'\t\n']/ } == *" $word= "* ]]; then
				((i++))
			fi
			;;
		-?*) [[ $2 && $word == *["$2"] ]] && ((i++)) ;;
		*) ((operands++)) ;;
		esac
	done
}

# Kinds and classes of mappings.
_pmapx_kinds()
{
	_pmapx_list \
		text rodata data gap private-file shared-file file bss heap main-stack \
		thread-stack stack arena anon guard arena-rest reserved reserve jit hugetlb sysv \
		shm posix_shm memfd device vdso vvar vsyscall other special
}

# Candidates: values of an option that means the same wherever it is. False if it is none such.
_pmapx_value()
{
	case $option in
	--from | --activity | --contexts) _pmapx_found -f ;;
	--root) _pmapx_found -d ;;
	--user) _pmapx_found -u ;;
	--tree) _pmapx_pids "$cur" '' ;;
	--cgroup) _pmapx_cgroups ;;
	--kind) _pmapx_kinds ;;
	--perm) _pmapx_perm ;;
	--format) _pmapx_words text json ndjson csv tsv ;;
	--units) _pmapx_words k m g h ;;
	--name | --map | --min | --top | --jobs | --label | --host) ;;
	*) return 1 ;;
	esac
	return 0
}

# Candidates: some of these options, if one begins here. False if none does.
_pmapx_options()
{
	[[ $cur == -* && ! $ended ]] || return
	_pmapx_words $1
	[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
	return 0
}

_pmapx_verbs()
{
	_pmapx_words capture rank diff watch check load sql report help
}

_pmapx_help()
{
	((COMP_CWORD == 2)) && _pmapx_verbs
}

_pmapx_capture()
{
	local options='
		-o --output= --label= --force --redact= --postgres --wait= --max-rss= --numa --cost
		--jobs= --strict --all --name= --user= --tree= --cgroup= -h --help'

	case $option in
	-o | --output) _pmapx_found -f ;;
	--redact) _pmapx_list args paths addresses queries ;;
	--max-rss | --wait) ;;
	--postgres)
		# Its value is in the same word, and nothing that is known here.
		[[ $previous == --postgres && ! $prefix ]] &&
			{ _pmapx_options "$options" || _pmapx_operands; }
		;;
	*) _pmapx_value || _pmapx_options "$options" || _pmapx_operands ;;
	esac
}

_pmapx_load()
{
	local options='
		--psql --label= --host= --replace --activity= --contexts= --root= --jobs= --strict
		--all --name= --user= --tree= --cgroup= -h --help ' operands

	_pmapx_value || _pmapx_options "$options" && return
	# First a database, if it is not for psql; then files and processes.
	_pmapx_count "$options" ''
	if [[ $operands -gt 0 || " ${COMP_WORDS[*]:1:COMP_CWORD-1} " == *' --psql '* ]]; then
		_pmapx_sources
	else
		_pmapx_found -f
	fi
}

_pmapx_sql()
{
	local options='-f --file= -v --set= --format= -h --help ' operands

	case $option in
	-f | --file) _pmapx_found -f ;;
	-v | --set) ;;
	*)
		_pmapx_value || _pmapx_options "$options" && return
		_pmapx_count " $options" fv
		((operands == 0)) && _pmapx_found -f
		;;
	esac
}

# Candidates: columns of the report that the words name.
_pmapx_report_columns()
{
	local word

	for word in "${COMP_WORDS[@]:2:COMP_CWORD-2}"; do
		case $word in
		backends)
			_pmapx_sort server pid who username datname state rss pss own swap shm heap mmap \
				ctx_used ctx_free outside skew_ms match verdict query
			;;
		contexts) _pmapx_sort server pid name depth contexts total used free ;;
		instances)
			_pmapx_sort server processes readable sum_rss sum_pss own swap page_tables \
				shared_size shared_resident hugetlb
			;;
		segments) _pmapx_sort server part class processes size resident hugetlb pathname ;;
		heap-stack) _pmapx_sort server pid role heap stack heap_and_stack resident rss own ;;
		processes)
			_pmapx_sort pid username status role size rss pss own swap shm files heap mmap \
				page_tables command
			;;
		mappings)
			_pmapx_sort class kind processes mappings size rss pss own swap hugetlb pathname
			;;
		users) _pmapx_sort uid username processes readable size rss pss own swap ;;
		growth)
			_pmapx_sort from_label to_label hostname seconds pid presence role own_from \
				own_to own_delta rss_delta pss_delta malloc_delta swap_delta size_delta command
			;;
		growth-mappings)
			_pmapx_sort from_label to_label hostname seconds pid class kind mappings_delta \
				own_delta rss_delta pss_delta size_delta pathname
			;;
		*) continue ;;
		esac
		return
	done
}

_pmapx_report()
{
	local options='
		--pid= --label= --host= --activity= --contexts= --sort= --top= --units= --format= --root=
		--jobs= --strict --all --name= --user= --tree= --cgroup= --list --gdb= -h --help ' operands

	case $option in
	--pid | --gdb) _pmapx_operands ;;
	--sort) _pmapx_report_columns ;;
	*)
		_pmapx_value || _pmapx_options "$options" && return
		_pmapx_count "$options" ''
		if ((operands == 0)); then
			_pmapx_words backends backend contexts instances segments heap-stack processes \
				mappings users growth growth-mappings
		else
			_pmapx_sources
		fi
		;;
	esac
}

_pmapx_check()
{
	local options='
		--only= --explain --format= --root= --from= --jobs= --strict
		--all --name= --user= --tree= --cgroup= -h --help'

	case $option in
	--only)
		_pmapx_list map-count writable-executable deleted-file replaced-file unguarded-stack \
			page-tables
		;;
	*) _pmapx_value || _pmapx_options "$options" || _pmapx_operands ;;
	esac
}

_pmapx_rank()
{
	local options='
		--fields= --by= --sort= --top= --units= --format= --root= --from= --jobs= --strict
		--all --name= --user= --tree= --cgroup= -h --help' value list

	case $option in
	--fields)
		_pmapx_list host user cgroup cmd command pid processes memory_of vss rss pss uss swap \
			swap_pss hugetlb footprint own own_swap
		;;
	--by) _pmapx_list cmd user cgroup ;;
	--sort)
		# One that is shown.
		if _pmapx_given --fields; then
			_pmapx_sort "${list[@]}"
		elif _pmapx_given --by; then
			_pmapx_sort processes swap uss pss rss "${list[@]}"
		else
			_pmapx_sort pid user swap uss pss rss command
		fi
		;;
	*) _pmapx_value || _pmapx_options "$options" || _pmapx_operands ;;
	esac
}

_pmapx_diff()
{
	local options='
		--by= --match= --fields= --sort= --top= --units= --format= --jobs= --strict
		--all --name= --user= --tree= --cgroup= --root= --map= --kind= --perm= --min=
		-q --quiet -h --help' fields='state host pid cmd' value list word

	case $option in
	--fields)
		for word in count size rss pss private dirty anonymous swap hugetlb; do
			fields+=" ${word}_old ${word}_new $word"
		done
		_pmapx_list $fields per_hour name path kind class perm address mapping
		;;
	--by) _pmapx_list name path kind class perm address pid ;;
	--sort)
		# One that is shown.
		if _pmapx_given --fields; then
			_pmapx_sort "${list[@]}"
		elif _pmapx_given --by && [[ $value == pid ]]; then
			_pmapx_sort state pid cmd size rss pss private dirty swap
		else
			_pmapx_sort state pid size rss pss private dirty swap mapping
		fi
		;;
	--match) _pmapx_words pid cmd ;;
	*)
		_pmapx_value || _pmapx_options "$options" && return
		_pmapx_sources
		;;
	esac
}

_pmapx_watch()
{
	local options='
		-n --interval= -c --count= --by= --top= --units= --color= --all --name= --user=
		--tree= --cgroup= --root= --map= --kind= --perm= --min= -h --help'

	case $option in
	--by) _pmapx_list name path kind class perm address pid ;;
	--color) _pmapx_words auto always never ;;
	-n | --interval | -c | --count) ;;
	*) _pmapx_value || _pmapx_options "$options" || _pmapx_operands ;;
	esac
}

# Candidates for --sort: columns of the view that the words ask for.
_pmapx_columns()
{
	local columns='Address Kbytes Mode Mapping' word value list
	local smaps='Size KernelPageSize MMUPageSize Rss Pss Pss_Dirty Pss_Anon Pss_File Pss_Shmem
		Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced Anonymous KSM LazyFree
		AnonHugePages ShmemHugePages ShmemPmdMapped FilePmdMapped Shared_Hugetlb Private_Hugetlb
		HugePFNMap Swap SwapPss Locked Nonlinear THPeligible ProtectionKey VmFlags'

	if [[ $1 == fields ]]; then
		_pmapx_list Address Kbytes RSS Dirty Mode Perm Offset Device Inode Mapping Name PgSz N0 N1 $smaps
		return
	fi
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in
		--read-rc* | -[!-]*[XcC]* | -[XcC]*)
			columns="Address Perm Offset Device Inode Mapping $smaps" ;;
		--extended | -[!-]*x* | -x*) columns='Address Kbytes RSS Dirty Mode Mapping' ;;
		--device | -[!-]*d* | -d*) columns='Address Kbytes Mode Offset Device Mapping' ;;
		esac
	done
	if _pmapx_given --fields; then
		columns="Address Kbytes RSS Dirty Mode Perm Offset Device Inode Mapping Name PgSz N0 N1 $smaps"
	elif _pmapx_given --by; then
		_pmapx_sort "${list[@]}" count size rss pss private dirty anonymous swap hugetlb
		return
	fi
	_pmapx_sort $columns
}

_pmapx_views()
{
	local options='
		-x --extended -X -XX -d --device -c --read-rc -C --read-rc-from=
		-n --create-rc -N --create-rc-to= -q --quiet -p --show-path
		-k --use-kernel-name -A --range= -h --help -V --version'
	local own='--all --name= --user= --tree= --cgroup= --map= --kind= --kinds --perm= --min=
		--sort= --top= --fields= --by= --threads --units= --format= --root= --from= --jobs=
		--compat='

	[[ $as_pmap ]] && own=
	case $option in
	-C | -N | --read-rc-from | --create-rc-to) _pmapx_found -f ;;
	-A | --range) ;;
	--compat) _pmapx_words 3.2 ;;
	--sort) _pmapx_columns sort ;;
	--fields) _pmapx_columns fields ;;
	--by) _pmapx_list name path kind class perm pid cmd user cgroup ;;
	*)
		_pmapx_value || _pmapx_options "$options $own" && return
		[[ ! $as_pmap && COMP_CWORD -eq 1 ]] && _pmapx_verbs
		_pmapx_operands
		;;
	esac
}

# What is typed without its quotes and backslashes, in plain.
_pmapx_plain()
{
	local rest=$1 quotes="[\"']" piece

	plain=
	case $1 in
	\'*)
		plain=${1//\'/}
		return
		;;
	\"*) quotes='"' ;;
	esac
	while [[ $rest == *\\?* ]]; do
		piece=${rest%%\\*}
		rest=${rest#*\\}
		plain+=${piece//$quotes/}${rest:0:1}
		rest=${rest:1}
	done
	plain+=${rest//$quotes/}
}

# Where processes are, and whether options have ended, by the words before this one. What was saved
# and is no folder has no processes to be seen.
_pmapx_look_back()
{
	local i value list plain

	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == -- ]] && ended=yes && break
	done
	[[ $as_pmap ]] && return
	if _pmapx_given --from || _pmapx_given --root; then
		_pmapx_plain "$value"
		root=$plain
		[[ $root == '~' || $root == '~/'* ]] && root=$HOME${root#'~'}
		_pmapx_given --from && [[ -d $root/proc ]] && root+=/proc
	fi
}

# Is this word the value of an option? $1: those of one letter that want one. With = among the characters
# that break words, "--option=value" comes as three of them.
_pmapx_find_option()
{
	previous=${COMP_WORDS[COMP_CWORD - 1]}
	if [[ $ended ]]; then
		:
	elif [[ $cur == --*=* ]]; then
		option=${cur%%=*}
		prefix=$option=
		cur=${cur#*=}
	elif [[ $cur == = && $previous == --* ]]; then
		option=$previous
		previous='='
		cur=
	elif [[ $previous == = && COMP_CWORD -ge 2 && ${COMP_WORDS[COMP_CWORD - 2]} == --* ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $previous == --* ]]; then
		option=$previous
	elif [[ $1 && $previous == -[!-]* && $previous == *["$1"] && ${previous%?} != *["$1"]* ]]; then
		option=-${previous: -1}
	fi
}

_pmapx_complete()
{
	local cur=${COMP_WORDS[COMP_CWORD]} option= prefix= previous= ended= root=/proc slash=/
	local plain as_pmap= verb=views

	[[ ${COMP_WORDS[0]##*/} == pmap ]] && as_pmap=yes
	# A verb is the first word, and has options of its own.
	[[ ! $as_pmap && COMP_CWORD -gt 1 && ${COMP_WORDS[1]} == @(capture|rank|diff|watch|check|load|sql|report|help) ]] &&
		verb=${COMP_WORDS[1]}
	_pmapx_look_back
	case $verb in
	views) _pmapx_find_option ACN ;;
	capture) _pmapx_find_option o ;;
	sql) _pmapx_find_option fv ;;
	watch) _pmapx_find_option cn ;;
	*) _pmapx_find_option '' ;;
	esac
	_pmapx_plain "$cur"
	cur=$plain
	# Only pmapx has most of them.
	[[ $as_pmap && $option != -[ACN] && $option != --@(range|read-rc-from|create-rc-to) ]] && option=
	"_pmapx_$verb"
}

_pmapx()
{
	# What the functions above rely on, whatever the user has set.
	local - IFS=$' \t\n' fails= cases=

	set +fu
	shopt -q failglob && fails=yes
	shopt -q nocasematch && cases=yes
	shopt -u failglob nocasematch
	COMPREPLY=()
	_pmapx_complete
	[[ $fails ]] && shopt -s failglob
	[[ $cases ]] && shopt -s nocasematch
	return 0
}

complete -o nosort -F _pmapx pmapx
# pmap may be another program, with a completion of its own.
if [[ ${BASH_SOURCE[0]##*/} == pmap ]]; then
	complete -o nosort -F _pmapx pmap
fi
