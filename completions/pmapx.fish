# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for pmapx, and where it is installed for pmap, for pmapx under that name

# Where processes are: /proc or what --root or --from says; what was saved and is no folder
# has none to be seen.
function __pmapx_root
    set -l root /proc
    set -l source
    set -l words (commandline -opc)
    # Only pmapx has these.
    if string match -qr '(^|/)pmapx$' -- $words[1]
        set -l before
        for word in $words[2..-1]
            test "$word" = --; and break
            if contains -- "$before" --root --from
                set root $word
                set source $before
            else if string match -qr -- '^--(root|from)=' $word
                set root (string replace -r -- '^--[a-z]*=' '' $word)
                set source $word
            end
            set before $word
        end
    end
    set root (string replace -r '^~(?=/|$)' $HOME -- $root)
    string match -q -- '--from*' $source; and test -d $root/proc; and set root $root/proc
    printf '%s\n' $root
end

# Process ids with the names of the processes.
function __pmapx_pids
    # fish would look for the letters of an option in the names.
    string match -q -- '-*' (commandline -ct | string replace -r '^--(tree|pid|gdb)=' ''); and return

    set -l root (__pmapx_root)
    # "/proc/123" names a process as well.
    set -l before
    string match -q '/*' -- (commandline -ct); and set before /proc/

    set -l pids
    set -l names
    for path in $root/*/stat
        string match -qr '/[1-9][0-9]*/stat$' -- $path; or continue
        set -l text
        # Where a redirection fails, fish says so, whatever stderr is.
        test -r $path; and begin
            read -lz text <$path
            set -a pids $path
            set -a names "$text"
        end 2>/dev/null
    end
    # All at once, which is fast. "123 (name) S ...": the name may hold brackets, blanks, newlines and
    # terminal escapes; what is no letter, digit or plain sign becomes "?"
    set pids (string replace -r '^.*/([0-9]+)/stat$' '$1' -- $pids)
    set names (string replace -a \n '?' -- $names | string replace -r '^[^(]*\((.*)\).*$' '$1' |
        string replace -ra '[^\p{L}\p{N} _.,:;/+*@#%=~()<>-]' '?')
    set -l at 1
    for pid in $pids
        printf '%s%s\t%s\n' "$before" $pid $names[$at]
        set at (math $at + 1)
    end
end

# Folders, also for "--root=" and what follows.
function __pmapx_folders
    __fish_complete_directories (string replace -r -- '^--root=' '' (commandline -ct)) ''
end

# Lists of these words, each once.
function __pmapx_list
    set -l before (commandline -ct | string replace -r -- '^--[a-z]*=' '' | string replace -r '[^,]*$' '')
    for word in $argv
        string match -q -- "*,$word,*" ",$before"; or echo $before$word
    end
end

# Kinds of mappings, and their classes.
function __pmapx_kinds
    __pmapx_list text rodata data gap private-file shared-file file bss heap main-stack thread-stack stack \
        arena anon guard arena-rest reserved reserve jit hugetlb sysv shm posix_shm memfd device \
        vdso vvar vsyscall other special
end

# Control groups that processes are in, and those above. What would have to be shown as something
# else is left out.
function __pmapx_cgroups
    set -l files (__pmapx_root)/*/cgroup
    set -l groups
    # One program for all, as fish is slow to read them one by one.
    for group in (cat (string match -r '^.*/[1-9][0-9]*/cgroup$' -- $files) 2>/dev/null </dev/null |
            string replace -r '^[^:]*:[^:]*:' '')
        while string match -qr '^/[a-zA-Z0-9/._@\\\\-]*$' -- $group; and not contains -- $group $groups
            set -a groups $group
            test $group = /; and break
            set group (string replace -r '/[^/]*$' '' -- $group)
            test -n "$group"; or set group /
        end
    end
    string join \n -- $groups
end

# What is typed with one more of the letters of permissions.
function __pmapx_perm
    set -l typed (commandline -ct | string replace -r -- '^--[a-z]*=' '')
    for letter in r w x s p
        string match -q -- "*$letter*" $typed; or echo $typed$letter
    end
end

# The value of an option before this word, the last one, by its commas.
function __pmapx_given
    set -l words (commandline -opc)
    set -l value
    set -l before
    for word in $words
        if test "$before" = $argv[1]
            set value $word
        else if string match -q -- "$argv[1]=*" $word
            set value (string replace -- "$argv[1]=" '' $word)
        end
        set before $word
    end
    test -n "$value"; and string split , -- $value
end

# Columns to sort by; after "-", the largest first.
function __pmapx_sort
    string match -q -- '*-*' (commandline -ct | string replace -r -- '^--sort=' ''); and set argv -$argv
    printf '%s\n' $argv
end

set -g __pmapx_smaps Size KernelPageSize MMUPageSize Rss Pss Pss_Dirty Pss_Anon Pss_File Pss_Shmem Shared_Clean \
    Shared_Dirty Private_Clean Private_Dirty Referenced Anonymous KSM LazyFree AnonHugePages ShmemHugePages \
    ShmemPmdMapped FilePmdMapped Shared_Hugetlb Private_Hugetlb HugePFNMap Swap SwapPss Locked Nonlinear \
    THPeligible ProtectionKey VmFlags
set -g __pmapx_all_fields Address Kbytes RSS Dirty Mode Perm Offset Device Inode Mapping Name PgSz N0 N1 $__pmapx_smaps

# Columns of the view that is asked for.
function __pmapx_columns
    set -l columns Address Kbytes Mode Mapping
    for word in (commandline -opc)[2..-1]
        if string match -qr -- '^(--read-rc|-[a-zA-Z]*[XcC])' $word
            set columns Address Perm Offset Device Inode Mapping $__pmapx_smaps
        else if string match -qr -- '^(--extended$|-[a-zA-Z]*x)' $word
            set columns Address Kbytes RSS Dirty Mode Mapping
        else if string match -qr -- '^(--device$|-[a-zA-Z]*d)' $word
            set columns Address Kbytes Mode Offset Device Mapping
        end
    end
    set -l given (__pmapx_given --by)
    and set columns $given count size rss pss private dirty anonymous swap hugetlb
    __pmapx_given --fields >/dev/null; and set columns $__pmapx_all_fields
    __pmapx_sort $columns
end

# Columns of rank that are shown.
function __pmapx_rank_columns
    set -l columns pid user swap uss pss rss command
    set -l given (__pmapx_given --by); and set columns processes swap uss pss rss $given
    set -l given (__pmapx_given --fields); and set columns $given
    __pmapx_sort $columns
end

# Columns of diff that are shown.
function __pmapx_diff_columns
    set -l columns state pid size rss pss private dirty swap mapping
    test "$(__pmapx_given --by)" = pid; and set columns state pid cmd size rss pss private dirty swap
    set -l given (__pmapx_given --fields); and set columns $given
    __pmapx_sort $columns
end

# Columns of the report that the words name.
function __pmapx_report_columns
    for word in (commandline -opc)[3..-1]
        switch $word
            case backends
                __pmapx_sort server pid who username datname state rss pss own swap shm heap mmap ctx_used ctx_free \
                    outside skew_ms match verdict query
            case contexts
                __pmapx_sort server pid name depth contexts total used free
            case instances
                __pmapx_sort server processes readable sum_rss sum_pss own swap page_tables shared_size \
                    shared_resident hugetlb
            case segments
                __pmapx_sort server part class processes size resident hugetlb pathname
            case heap-stack
                __pmapx_sort server pid role heap stack heap_and_stack resident rss own
            case processes
                __pmapx_sort pid username status role size rss pss own swap shm files heap mmap page_tables command
            case mappings
                __pmapx_sort class kind processes mappings size rss pss own swap hugetlb pathname
            case users
                __pmapx_sort uid username processes readable size rss pss own swap
            case growth
                __pmapx_sort from_label to_label hostname seconds pid presence role own_from own_to own_delta \
                    rss_delta pss_delta malloc_delta swap_delta size_delta command
            case growth-mappings
                __pmapx_sort from_label to_label hostname seconds pid class kind mappings_delta own_delta rss_delta \
                    pss_delta size_delta pathname
            case '*'
                continue
        end
        return
    end
end

# How many operands of a verb are before this word; the options of these names have the next word as value.
function __pmapx_operands
    set -l words (commandline -opc)[3..-1]
    set -l count 0
    set -l i 1
    while set -q words[$i]
        switch $words[$i]
            case --
                set count (math $count + (count $words) - $i)
                break
            case '--*'
                contains -- $words[$i] --$argv; and set i (math $i + 1)
            case '-?'
                contains -- $words[$i] -$argv; and set i (math $i + 1)
            case '-?*'
            case '*'
                set count (math $count + 1)
        end
        set i (math $i + 1)
    end
    echo $count
end

# Whether this word is a column to sort by, with "-" in front: fish takes it for options, and completes it as an
# operand as well.
function __pmapx_descends
    string match -q -- '-*' (commandline -ct); or return
    set -l words (commandline -opc)
    string match -qr '(^|/)pmapx$' -- $words[1]
    and test "$words[-1]" = --sort
    and not contains -- -- $words
end

# Such columns of the verb, or of the views.
function __pmapx_descending
    switch "$(commandline -opc)[2]"
        case rank
            __pmapx_rank_columns
        case diff
            __pmapx_diff_columns
        case report
            __pmapx_report_columns
        case capture watch check load sql help
        case '*'
            __pmapx_columns
    end
end

# Whether the first word is this verb; or, without one, no verb. Neither has options where a column is wanted.
function __pmapx_verb
    __pmapx_descends; and return 1
    set -l words (commandline -opc)
    set -l verb
    string match -qr '(^|/)pmapx$' -- $words[1]
    and contains -- "$words[2]" capture rank diff watch check load sql report help
    and set verb $words[2]
    test "$verb" = "$argv[1]"
end

function __pmapx_is_first
    test (count (commandline -opc)) -eq 1
end

function __pmapx_is_second
    test (count (commandline -opc)) -eq 2
end

# Whether an operand here may be a process.
function __pmapx_wants_pid
    __pmapx_verb help; or __pmapx_verb sql; and return 1
    if __pmapx_verb report
        test (__pmapx_operands $__pmapx_report_values) -gt 0
    else if __pmapx_verb load
        contains -- --psql (commandline -opc); or test (__pmapx_operands $__pmapx_load_values) -gt 0
    end
end

# Whether there is no operand of sql yet; the next one is a query.
function __pmapx_sql_file
    __pmapx_verb sql; and test (__pmapx_operands f file v set format) -eq 0
end

# Whether there is no operand of report yet.
function __pmapx_report_name
    __pmapx_verb report; and test (__pmapx_operands $__pmapx_report_values) -eq 0
end

# Options of these verbs that have a value.
set -g __pmapx_load_values label host activity contexts root jobs name user tree cgroup
set -g __pmapx_report_values $__pmapx_load_values pid sort top units format gdb

# pmap may be another program, with completions of its own.
set -l command pmapx
string match -q '*/pmap.fish' (status filename); and set command pmap
begin
    complete -c $command -f
    complete -c $command -k -n __pmapx_wants_pid -a '(__pmapx_pids)'
    complete -c $command -s x -l extended -n __pmapx_verb -d 'show details'
    complete -c $command -o X -n __pmapx_verb -d 'show even more details'
    complete -c $command -o XX -n __pmapx_verb -d 'show everything the kernel provides'
    complete -c $command -s d -l device -n __pmapx_verb -d 'show the device format'
    complete -c $command -s c -l read-rc -n __pmapx_verb -d 'read the default rc'
    complete -c $command -s C -l read-rc-from -r -F -n __pmapx_verb -d 'read the rc from a file'
    complete -c $command -s n -l create-rc -n __pmapx_verb -d 'create new default rc'
    complete -c $command -s N -l create-rc-to -r -F -n __pmapx_verb -d 'create new rc to a file'
    complete -c $command -s q -l quiet -n __pmapx_verb -d 'do not display header and footer'
    complete -c $command -s p -l show-path -n __pmapx_verb -d 'show path in the mapping'
    complete -c $command -s k -l use-kernel-name -n __pmapx_verb -d 'use names provided by kernel'
    complete -c $command -s A -l range -x -n __pmapx_verb -d 'limit results to the given range'
    complete -c $command -s h -l help -n __pmapx_verb -d 'display help and exit'
    complete -c $command -s V -l version -n __pmapx_verb -d 'output version information and exit'
end
# All else is pmapx's.
test $command = pmap; and exit

complete -c pmapx -k -n __pmapx_descends -a '(__pmapx_descending)' -d 'the largest first'
complete -c pmapx -l all -n __pmapx_verb -d 'every process'
complete -c pmapx -l name -x -n __pmapx_verb -d 'processes whose name matches'
complete -c pmapx -l user -x -a '(__fish_complete_users)' -n __pmapx_verb -d 'processes of this user'
complete -c pmapx -l tree -x -k -a '(__pmapx_pids)' -n __pmapx_verb -d 'this process and its descendants'
complete -c pmapx -l cgroup -x -a '(__pmapx_cgroups)' -n __pmapx_verb -d 'processes in this cgroup or below'
complete -c pmapx -l map -x -n __pmapx_verb -d 'mappings whose name matches'
complete -c pmapx -l kind -x -a '(__pmapx_kinds)' -n __pmapx_verb -d 'mappings of these kinds or classes'
complete -c pmapx -l kinds -n __pmapx_verb -d 'list kinds of mappings'
complete -c pmapx -l perm -x -a '(__pmapx_perm)' -n __pmapx_verb -d 'mappings that have these permissions'
complete -c pmapx -l min -x -n __pmapx_verb -d 'mappings with at least so much resident'
complete -c pmapx -l sort -x -k -a '(__pmapx_columns)' -n __pmapx_verb -d 'in the order of a column'
complete -c pmapx -l top -x -n __pmapx_verb -d 'the first rows, with totals of all'
complete -c pmapx -l fields -x -a '(__pmapx_list $__pmapx_all_fields)' -n __pmapx_verb -d 'these columns'
complete -c pmapx -l by -x -a '(__pmapx_list name path kind class perm pid cmd user cgroup)' -n __pmapx_verb -d 'sums of mappings that have these in common'
complete -c pmapx -l threads -n __pmapx_verb -d 'in --fields and --by, which stack is of which thread'
complete -c pmapx -l units -x -a 'k m g h' -n __pmapx_verb -d 'sizes of --fields and --by in these units'
complete -c pmapx -l format -x -a 'text json ndjson csv tsv' -n __pmapx_verb -d 'write what programs read'
complete -c pmapx -l root -x -a '(__pmapx_folders)' -n __pmapx_verb -d 'read another proc root'
complete -c pmapx -l from -r -F -n __pmapx_verb -d 'read what was saved: map, folder, archive, core'
complete -c pmapx -l jobs -x -n __pmapx_verb -d 'read at most so many processes at a time'
complete -c pmapx -l compat -x -a 3.2 -n __pmapx_verb -d 'lay out as an older pmap did'

set -l verbs "capture\t'save processes to one file'" "rank\t'processes by what they cost'" \
    "diff\t'what has grown and shrunk'" "watch\t'the same against a moment ago'" \
    "check\t'what is odd about the memory of processes'" "load\t'put processes into a database'" \
    "sql\t'query such a database'" "report\t'what processes and backends of PostgreSQL have'" \
    "help\t'print the help of a verb'"
complete -n __pmapx_is_first -c pmapx -a "$verbs"
complete -n '__pmapx_verb help; and __pmapx_is_second' -c pmapx -a "$verbs"

# What several verbs have.
for verb in capture rank diff watch check load report
    complete -n "__pmapx_verb $verb" -c pmapx -l name -x -d 'processes whose name matches'
    complete -n "__pmapx_verb $verb" -c pmapx -l user -x -a '(__fish_complete_users)' -d 'processes of this user'
    complete -n "__pmapx_verb $verb" -c pmapx -l tree -x -k -a '(__pmapx_pids)' -d 'this process and its descendants'
    complete -n "__pmapx_verb $verb" -c pmapx -l cgroup -x -a '(__pmapx_cgroups)' -d 'processes in this cgroup or below'
    complete -n "__pmapx_verb $verb" -c pmapx -s h -l help -d 'display help and exit'
end
for verb in capture rank diff check load report
    complete -n "__pmapx_verb $verb" -c pmapx -l jobs -x -d 'read at most so many processes at a time'
    complete -n "__pmapx_verb $verb" -c pmapx -l strict -d 'status 1 if something could not be read'
end
for verb in capture rank watch check
    complete -n "__pmapx_verb $verb" -c pmapx -l all -d 'every process'
end
for verb in rank diff watch check load report
    complete -n "__pmapx_verb $verb" -c pmapx -l root -x -a '(__pmapx_folders)' -d 'read another proc root'
end
for verb in rank check
    complete -n "__pmapx_verb $verb" -c pmapx -l from -r -F -d 'read what was saved'
end
for verb in rank diff check report
    complete -n "__pmapx_verb $verb" -c pmapx -l format -x -a 'text json ndjson csv tsv' -d notation
end
for verb in rank diff watch report
    complete -n "__pmapx_verb $verb" -c pmapx -l top -x -d 'only so many rows'
    complete -n "__pmapx_verb $verb" -c pmapx -l units -x -a 'k m g h' -d 'units of sizes'
end
for verb in diff watch
    complete -n "__pmapx_verb $verb" -c pmapx -l by -x -a '(__pmapx_list name path kind class perm address pid)' \
        -d 'add mappings up by'
    complete -n "__pmapx_verb $verb" -c pmapx -l map -x -d 'mappings whose name matches'
    complete -n "__pmapx_verb $verb" -c pmapx -l kind -x -a '(__pmapx_kinds)' -d 'mappings of these kinds or classes'
    complete -n "__pmapx_verb $verb" -c pmapx -l perm -x -a '(__pmapx_perm)' -d 'mappings that have these permissions'
    complete -n "__pmapx_verb $verb" -c pmapx -l min -x -d 'what has at least so much resident'
end

complete -n '__pmapx_verb capture' -c pmapx -s o -l output -r -F -d 'where to'
complete -n '__pmapx_verb capture' -c pmapx -l label -x -d 'a name for the capture'
complete -n '__pmapx_verb capture' -c pmapx -l force -d 'replace what is there'
complete -n '__pmapx_verb capture' -c pmapx -l redact -x -a '(__pmapx_list args paths addresses queries)' \
    -d 'replace before writing'
complete -n '__pmapx_verb capture' -c pmapx -l postgres -d 'then have psql ask a PostgreSQL server'
complete -n '__pmapx_verb capture' -c pmapx -l wait -x -d 'how long that may take to answer'
complete -n '__pmapx_verb capture' -c pmapx -l max-rss -x -d 'do not walk page tables of larger processes'
complete -n '__pmapx_verb capture' -c pmapx -l numa -d 'also save numa_maps'
complete -n '__pmapx_verb capture' -c pmapx -l cost -d 'say how long each process took'

set -l fields host user cgroup cmd command pid processes memory_of vss rss pss uss swap swap_pss \
    hugetlb footprint own own_swap
complete -n '__pmapx_verb rank' -c pmapx -l fields -x -a "(__pmapx_list $fields)" -d columns
complete -n '__pmapx_verb rank' -c pmapx -l by -x -a '(__pmapx_list cmd user cgroup)' -d 'add up by'
complete -n '__pmapx_verb rank' -c pmapx -l sort -x -k -a '(__pmapx_rank_columns)' \
    -d 'by a column; with - the largest first'

set -l fields state host pid cmd {count,size,rss,pss,private,dirty,anonymous,swap,hugetlb}{,_old,_new} per_hour \
    name path kind class perm address mapping
complete -n '__pmapx_verb diff' -c pmapx -F -d 'a look: map, folder or archive'
complete -n '__pmapx_verb diff' -c pmapx -l match -x -a 'pid cmd' -d 'which processes are the same'
complete -n '__pmapx_verb diff' -c pmapx -l fields -x -a "(__pmapx_list $fields)" -d columns
complete -n '__pmapx_verb diff' -c pmapx -l sort -x -k -a '(__pmapx_diff_columns)' \
    -d 'by a column; with - the largest first'
complete -n '__pmapx_verb diff' -c pmapx -l all -d 'all processes as they are now'
complete -n '__pmapx_verb diff' -c pmapx -s q -l quiet -d 'no headings and no totals'

complete -n '__pmapx_verb watch' -c pmapx -s n -l interval -x -d 'seconds from one look to the next'
complete -n '__pmapx_verb watch' -c pmapx -s c -l count -x -d 'so many times'
complete -n '__pmapx_verb watch' -c pmapx -l color -x -a 'auto always never' -d 'when there are colours'

complete -n '__pmapx_verb check' -c pmapx -l only -x -d 'only these checks' -a '(__pmapx_list map-count \
    writable-executable deleted-file replaced-file unguarded-stack page-tables)'
complete -n '__pmapx_verb check' -c pmapx -l explain -d 'what findings mean, and what to do'

complete -n '__pmapx_verb load' -c pmapx -F -d 'database or source'
complete -n '__pmapx_verb load' -c pmapx -l psql -d 'write a script for psql'
complete -n '__pmapx_verb load' -c pmapx -l label -x -d 'what the capture is called'
complete -n '__pmapx_verb load' -c pmapx -l host -x -d 'whose it is'
complete -n '__pmapx_verb load' -c pmapx -l replace -d 'put it in the place of one of that label and host'
complete -n '__pmapx_verb load' -c pmapx -l activity -r -F -d 'pg_stat_activity, as it was saved'
complete -n '__pmapx_verb load' -c pmapx -l contexts -r -F -d 'a log with memory contexts'
complete -n '__pmapx_verb load' -c pmapx -l all -d 'every process of the running system'

complete -n __pmapx_sql_file -c pmapx -F -d database
complete -n '__pmapx_verb sql' -c pmapx -s f -l file -r -F -d 'queries are in a file'
complete -n '__pmapx_verb sql' -c pmapx -s v -l set -x -d 'what :name stands for in a query'
complete -n '__pmapx_verb sql' -c pmapx -l format -x -a 'text json ndjson csv tsv' -d 'write what programs read'
complete -n '__pmapx_verb sql' -c pmapx -s h -l help -d 'display help and exit'

complete -n __pmapx_report_name -c pmapx -k -d report \
    -a 'backends backend contexts instances segments heap-stack processes mappings users growth growth-mappings'
complete -n '__pmapx_verb report; and not __pmapx_report_name' -c pmapx -F -d 'database or source'
complete -n '__pmapx_verb report' -c pmapx -l pid -x -k -a '(__pmapx_pids)' -d 'whom backend is about'
complete -n '__pmapx_verb report' -c pmapx -l label -x -d 'captures of that label'
complete -n '__pmapx_verb report' -c pmapx -l host -x -d 'captures of that host'
complete -n '__pmapx_verb report' -c pmapx -l activity -r -F -d 'pg_stat_activity, as it was saved'
complete -n '__pmapx_verb report' -c pmapx -l contexts -r -F -d 'a log with memory contexts'
complete -n '__pmapx_verb report' -c pmapx -l sort -x -k -a '(__pmapx_report_columns)' -d 'by a column; with - the largest first'
complete -n '__pmapx_verb report' -c pmapx -l all -d 'every process of the running system'
complete -n '__pmapx_verb report' -c pmapx -l list -d 'show the SQL of a report, or of all'
complete -n '__pmapx_verb report' -c pmapx -l gdb -x -k -a '(__pmapx_pids)' -d 'print the call of gdb that dumps memory contexts'
