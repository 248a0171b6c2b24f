# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for pmapx, and for pmapx under the name pmap

# Process ids with the names of the processes, from /proc or what --root says.
function __pmapx_pids
    # fish would look for the letters of an option in the names.
    string match -q -- '-*' (commandline -ct | string replace -r '^--tree=' ''); and return

    set -l root /proc
    set -l words (commandline -opc)
    # Only pmapx has --root.
    if string match -qr '(^|/)pmapx$' -- $words[1]
        for i in (seq 2 (count $words))
            switch $words[$i]
                case --
                    break
                case --root
                    set -q words[(math $i + 1)]; and set root $words[(math $i + 1)]
                case '--root=*'
                    set root (string replace -- --root= '' $words[$i])
            end
        end
    end
    set root (string replace -r '^~(?=/|$)' $HOME -- $root)

    # "/proc/123" names a process as well.
    set -l before
    string match -q '/*' -- (commandline -ct); and set before /proc/

    for path in $root/*/stat
        set -l pid (string split / -- $path)[-2]
        string match -qr '^[1-9][0-9]*$' -- $pid; or continue
        # "123 (name) S ...": the name may hold brackets, blanks, newlines and
        # terminal escapes; what is no letter, digit or plain sign becomes "?"
        set -l name
        # Where a redirection fails, fish says so, whatever stderr is.
        test -r $path; and begin
            read -lz text <$path
            set name (string replace -r '(?s)^[^(]*\((.*)\).*$' '$1' -- $text |
                string replace -ra '[^\p{L}\p{N} _.,:;/+*@#%=~()<>-]' '?' | string join '?')
        end 2>/dev/null
        printf '%s%s\t%s\n' "$before" $pid $name
    end
end

# Folders, also for "--root=" and what follows.
function __pmapx_folders
    __fish_complete_directories (string replace -r -- '^--root=' '' (commandline -ct)) ''
end

for command in pmapx pmap
    complete -c $command -f
    complete -c $command -k -a '(__pmapx_pids)'
    complete -c $command -s x -l extended -d 'show details'
    complete -c $command -o X -d 'show even more details'
    complete -c $command -o XX -d 'show everything the kernel provides'
    complete -c $command -s d -l device -d 'show the device format'
    complete -c $command -s c -l read-rc -d 'read the default rc'
    complete -c $command -s C -l read-rc-from -r -F -d 'read the rc from a file'
    complete -c $command -s n -l create-rc -d 'create new default rc'
    complete -c $command -s N -l create-rc-to -r -F -d 'create new rc to a file'
    complete -c $command -s q -l quiet -d 'do not display header and footer'
    complete -c $command -s p -l show-path -d 'show path in the mapping'
    complete -c $command -s k -l use-kernel-name -d 'use names provided by kernel'
    complete -c $command -s A -l range -x -d 'limit results to the given range'
    complete -c $command -s h -l help -d 'display help and exit'
    complete -c $command -s V -l version -d 'output version information and exit'
end
complete -c pmapx -l all -d 'every process'
complete -c pmapx -l name -x -d 'processes whose name matches'
complete -c pmapx -l user -x -a '(__fish_complete_users)' -d 'processes of this user'
complete -c pmapx -l tree -x -k -a '(__pmapx_pids)' -d 'this process and its descendants'
complete -c pmapx -l cgroup -x -d 'processes in this cgroup or below'
complete -c pmapx -l root -x -a '(__pmapx_folders)' -d 'read another proc root'
complete -c pmapx -l from -r -F -d 'read what was saved: map, folder, archive, core'
complete -c pmapx -l jobs -x -d 'read at most so many processes at a time'
complete -c pmapx -l compat -x -a 3.2 -d 'lay out as an older pmap did'
