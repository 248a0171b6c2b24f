# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for pmapx, and for pmapx under the name pmap (bash 4.4 or newer)

# Candidates: the processes whose ids begin with $1, from the proc root $2.
# Where bash lists them and inserts nothing, their names follow the ids.
# $3 is put before each id.
_pmapx_pids()
{
	local begin=$1 root=$2 prefix=$3 path pid name

	# No other completion than listing gets the names: they would be typed.
	local named=
	[[ ${COMP_TYPE-} == @(63|33|64) ]] && named=yes

	COMPREPLY=()
	for path in "$root/$begin"*; do
		pid=${path##*/}
		[[ $pid == [1-9]* && $pid != *[!0-9]* ]] && COMPREPLY+=("$pid")
	done
	((${#COMPREPLY[@]})) || return 0
	mapfile -t COMPREPLY < <(printf '%s\n' "${COMPREPLY[@]}" | sort -n)

	local i
	for i in "${!COMPREPLY[@]}"; do
		pid=${COMPREPLY[i]}
		COMPREPLY[i]=$prefix$pid
		[[ $named && ${#COMPREPLY[@]} -gt 1 ]] || continue
		# "123 (name) S ...": the name may hold brackets, blanks, newlines and
		# terminal escapes; what is no letter, digit or plain sign becomes "?"
		name=
		IFS= read -r -d '' name 2>/dev/null <"$root/$pid/stat"
		name=${name#*\(}
		name=${name%)*}
		COMPREPLY[i]+="  ${name//[![:alnum:] _.,:;\/+*@#%=~()<>-]/?}"
	done
}

# Candidates: operands that begin with $1, processes of the proc root $2.
_pmapx_operands()
{
	if [[ /proc/ == "$1"* && $1 ]]; then
		_pmapx_pids '' "$2" /proc/
	elif [[ $1 == /proc/* ]]; then
		_pmapx_pids "${1#/proc/}" "$2" /proc/
	else
		_pmapx_pids "$1" "$2" ''
	fi
}

# Candidates: lists that begin as $1, of the words behind $2, each once. $2 is put before.
_pmapx_list()
{
	local typed=$1 prefix=$2 before= word

	shift 2
	[[ $typed == *,* ]] && before=${typed%,*},
	for word; do
		[[ ,$before != *,$word,* && $before$word == "$typed"* ]] && COMPREPLY+=("$prefix$before$word")
	done
}

# Candidates: some of these words, as the value of an option.
_pmapx_words()
{
	mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$*" -- "$cur")
}

# Candidates: what compgen finds of this kind, such as -f: files, as the value of an option.
_pmapx_found()
{
	[[ $1 == -[df] ]] && compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -P "$prefix" "$1" -- "$cur")
}

# Candidates: some of these columns, for --sort: with "-" in front where that was typed.
_pmapx_sort()
{
	if [[ $cur == -* ]]; then
		_pmapx_words "${@/#/-}"
	else
		_pmapx_words "$@"
	fi
}

# Kinds and classes of mappings, behind commas.
_pmapx_kinds()
{
	_pmapx_list "$cur" "$prefix" \
		text rodata data gap private-file shared-file file bss heap main-stack \
		thread-stack stack arena anon guard arena-rest reserved reserve jit hugetlb sysv \
		shm posix_shm memfd device vdso vvar vsyscall other special
}

# Candidates: values of an option that means the same wherever it is. False if it is none such.
_pmapx_value()
{
	case $option in
	--from) _pmapx_found -f ;;
	--root) _pmapx_found -d ;;
	--user) _pmapx_found -u ;;
	--tree) _pmapx_pids "$cur" "$root" "$prefix" ;;
	--kind) _pmapx_kinds ;;
	--format) _pmapx_words text json ndjson csv tsv ;;
	--units) _pmapx_words k m g h ;;
	--name | --cgroup | --map | --perm | --min | --top | --jobs) ;;
	*) return 1 ;;
	esac
	return 0
}

# Candidates: some of these options, if one begins here. False if none does.
_pmapx_options()
{
	[[ $cur == -* && ! $ended ]] || return
	mapfile -t COMPREPLY < <(compgen -W "$*" -- "$cur")
	[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
	return 0
}

# The verbs; what is completed is in the variables of _pmapx.
_pmapx_help()
{
	mapfile -t COMPREPLY < <(compgen -W 'capture rank diff watch check load sql report help' -- "$cur")
}

_pmapx_capture()
{
	local options='
		-o --output= --label= --force --redact= --postgres --wait= --max-rss= --numa --cost
		--jobs= --strict --all --name= --user= --tree= --cgroup= -h --help'

	[[ ! $ended && $previous == -o ]] && option=-o
	case $option in
	-o | --output) _pmapx_found -f ;;
	--redact) _pmapx_list "$cur" "$prefix" args paths addresses queries ;;
	--label | --max-rss | --wait) ;;
	--postgres)
		# Its value is in the same word, and nothing that is known here.
		[[ $previous == --postgres && ! $prefix ]] &&
			{ _pmapx_options $options || _pmapx_operands "$cur" /proc; }
		;;
	*) _pmapx_value || _pmapx_options $options || _pmapx_operands "$cur" /proc ;;
	esac
}

_pmapx_load()
{
	local options='
		--psql --label= --host= --replace --activity= --contexts= --root= --jobs= --strict
		--all --name= --user= --tree= --cgroup= -h --help'

	case $option in
	--activity | --contexts) _pmapx_found -f ;;
	--label | --host) ;;
	*) _pmapx_value || _pmapx_options $options || _pmapx_found -f ;;
	esac
}

_pmapx_sql()
{
	local options='-f --file= -v --set= --format= -h --help'

	[[ ! $ended && $previous == -[fv] ]] && option=$previous
	case $option in
	-f | --file) _pmapx_found -f ;;
	-v | --set) ;;
	*) _pmapx_value || _pmapx_options $options || _pmapx_found -f ;;
	esac
}

_pmapx_report()
{
	local options='
		--pid= --label= --host= --activity= --contexts= --sort= --top= --units= --format= --root=
		--jobs= --strict --all --name= --user= --tree= --cgroup= --list --gdb= -h --help'
	local reports='backends backend contexts instances segments heap-stack processes mappings users
		growth growth-mappings'

	case $option in
	--activity | --contexts) _pmapx_found -f ;;
	--pid | --gdb) _pmapx_operands "$cur" "$root" ;;
	--label | --host | --sort) ;;
	*)
		_pmapx_value || _pmapx_options $options || _pmapx_found -f
		[[ $cur != -* && ! $option ]] && mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY \
			< <(compgen -W "$reports" -- "$cur")
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
		_pmapx_list "$cur" "$prefix" map-count writable-executable deleted-file replaced-file \
			unguarded-stack page-tables
		;;
	*) _pmapx_value || _pmapx_options $options || _pmapx_operands "$cur" "$root" ;;
	esac
}

# Candidates: columns of the view that the words ask for, which begin as $1, also with "-" in front.
# $2 is put before.
_pmapx_columns()
{
	local columns='Address Kbytes Mode Mapping' word

	for word in "${COMP_WORDS[@]:1}"; do
		case $word in
		--read-rc* | -[!-]*[XcC]* | -[XcC]*)
			columns='Address Perm Offset Device Inode Size Rss Pss Private_Dirty Swap Mapping' ;;
		--extended | -[!-]*x* | -x*) columns='Address Kbytes RSS Dirty Mode Mapping' ;;
		--device | -[!-]*d* | -d*) columns='Address Kbytes Mode Offset Device Mapping' ;;
		esac
	done
	[[ $1 == -* ]] && columns=-${columns// / -}
	mapfile -t COMPREPLY < <(compgen -P "$2" -W "$columns" -- "$1")
}

_pmapx_rank()
{
	local options='
		--fields= --by= --sort= --top= --units= --format= --root= --from= --jobs= --strict
		--all --name= --user= --tree= --cgroup= -h --help'
	local fields='host user cgroup cmd command pid processes memory_of vss rss pss uss swap
		swap_pss hugetlb footprint own own_swap'

	case $option in
	--fields) _pmapx_list "$cur" "$prefix" $fields ;;
	--by) _pmapx_list "$cur" "$prefix" cmd user cgroup ;;
	--sort) _pmapx_sort $fields ;;
	*) _pmapx_value || _pmapx_options $options || _pmapx_operands "$cur" "$root" ;;
	esac
}

_pmapx_diff()
{
	local options='
		--by= --match= --fields= --sort= --top= --units= --format= --jobs= --strict
		--all --name= --user= --tree= --cgroup= --root= --map= --kind= --perm= --min=
		-q --quiet -h --help'
	local fields='state host pid cmd per_hour name path kind class perm address mapping' word

	for word in count size rss pss private dirty anonymous swap hugetlb; do
		fields+=" $word ${word}_old ${word}_new"
	done
	case $option in
	--fields) _pmapx_list "$cur" "$prefix" $fields ;;
	--by) _pmapx_list "$cur" "$prefix" name path kind class perm address pid ;;
	--sort) _pmapx_sort $fields ;;
	--match) _pmapx_words pid cmd ;;
	*)
		_pmapx_value || _pmapx_options $options && return
		compopt -o filenames 2>/dev/null
		_pmapx_operands "$cur" "$root"
		mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
		;;
	esac
}

_pmapx_watch()
{
	local options='
		-n --interval= -c --count= --by= --top= --units= --color= --all --name= --user=
		--tree= --cgroup= --root= --map= --kind= --perm= --min= -h --help'

	case $option in
	--by) _pmapx_list "$cur" "$prefix" name path kind class perm address pid ;;
	--color) _pmapx_words auto always never ;;
	-n | --interval | -c | --count) ;;
	*) _pmapx_value || _pmapx_options $options || _pmapx_operands "$cur" "$root" ;;
	esac
}

_pmapx()
{
	local options='
		-x --extended -X -XX -d --device -c --read-rc -C --read-rc-from=
		-n --create-rc -N --create-rc-to= -q --quiet -p --show-path
		-k --use-kernel-name -A --range= -h --help -V --version'
	local own='--all --name= --user= --tree= --cgroup= --map= --kind= --kinds --perm= --min=
		--sort= --top= --fields= --by= --threads --units= --format= --root= --from= --jobs=
		--compat='
	local cur=${COMP_WORDS[COMP_CWORD]} option= i word root=/proc source= ended=

	[[ ${COMP_WORDS[0]##*/} == pmap ]] && own=

	# The words before this one: is there a --root or a --from, or a -- that ends the
	# options? What was saved and is no folder has no processes to be seen.
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $word == -- ]]; then
			ended=yes
			break
		elif [[ $own && $word == --@(root|from)=?* ]]; then
			root=${word#*=} source=${word:2:4}
		elif [[ $own && $word == --@(root|from) ]]; then
			[[ ${COMP_WORDS[i + 1]} == = ]] && ((i++))
			((i + 1 < COMP_CWORD)) && root=${COMP_WORDS[i + 1]} source=${word:2:4}
		fi
	done
	# Words arrive as typed, with their quotes and backslashes.
	root=${root//[\"\'\\]/}
	[[ $root == '~' || $root == '~/'* ]] && root=$HOME${root#'~'}
	[[ $source == from && -d $root/proc ]] && root+=/proc

	# Is this word the value of an option? With = among the characters that break
	# words, "--option=value" comes as three of them.
	local previous=${COMP_WORDS[COMP_CWORD - 1]} prefix=
	if [[ $ended ]]; then
		:
	elif [[ $cur == --*=* ]]; then
		option=${cur%%=*}
		prefix=$option=
		cur=${cur#*=}
	elif [[ $cur == = && $previous == --* ]]; then
		option=$previous
		cur=
	elif [[ $previous == = && COMP_CWORD -ge 2 && ${COMP_WORDS[COMP_CWORD - 2]} == --* ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $previous == --* || $previous =~ ^-[cdhknpqrVxX]*[ACN]$ ]]; then
		option=$previous
	fi
	[[ ! $own && $option == --@(name|user|tree|cgroup|map|kind|perm|min|sort|top|fields|by|units|format|root|from|jobs|compat) ]] && option=

	COMPREPLY=()
	# A verb is the first word, and has options of its own.
	if [[ $own && COMP_CWORD -gt 1 && ${COMP_WORDS[1]} == @(capture|rank|diff|watch|check|load|help) ]]; then
		_pmapx_${COMP_WORDS[1]}
		return
	fi
	case $option in
	--read-rc-from | --create-rc-to | -*[CN]) _pmapx_found -f ;;
	--compat) _pmapx_words 3.2 ;;
	--sort) _pmapx_columns "$cur" "$prefix" ;;
	--fields)
		_pmapx_list "$cur" "$prefix" Address Kbytes RSS Dirty Mode Perm Offset Device \
			Inode Mapping Name PgSz N0 N1 N2 N3 Size Rss Pss Private_Dirty Swap VmFlags
		;;
	--by) _pmapx_list "$cur" "$prefix" name path kind class perm pid cmd user cgroup ;;
	--range | -*A) ;;
	*)
		_pmapx_value || _pmapx_options $options $own && return
		_pmapx_operands "$cur" "$root"
		[[ $own && COMP_CWORD -eq 1 ]] && mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY \
			< <(compgen -W 'capture rank diff watch check load sql report help' -- "$cur")
		;;
	esac
}

complete -o nosort -F _pmapx pmapx pmap
