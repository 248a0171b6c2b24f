# SPDX-License-Identifier: GPL-2.0-or-later
# What both forms of packages do with the files that cpack has installed, each
# component into a folder of its own below CPACK_TEMPORARY_DIRECTORY.

# px_do(COMMAND...): fail where it fails.
function(px_do)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# px_link(TARGET LINK): a symbolic link, instead of what is there.
function(px_link target link)
  get_filename_component(folder ${link} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  file(REMOVE ${link})
  file(CREATE_LINK ${target} ${link} SYMBOLIC)
endfunction()

# px_strip(FILE [SYMBOLS]): leave what running needs.  What debuggers need goes to the file SYMBOLS.
function(px_strip file)
  if(ARGC GREATER 1)
    get_filename_component(folder ${ARGV1} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    px_do(${CPACK_PMAPX_OBJCOPY} --only-keep-debug --compress-debug-sections ${file} ${ARGV1})
    px_do(chmod 644 ${ARGV1})
  endif()
  px_do(${CPACK_PMAPX_STRIP} --strip-unneeded --remove-section=.comment ${file})
  if(ARGC GREATER 1)
    px_do(${CPACK_PMAPX_OBJCOPY} --add-gnu-debuglink=${ARGV1} ${file})
  endif()
endfunction()

# px_strip_static(FILE): a static library for each compiler, not for the one version
# that can read what link-time optimisation has put into it.
function(px_strip_static file)
  px_do(${CPACK_PMAPX_STRIP} --strip-debug --enable-deterministic-archives
    --remove-section=.comment --remove-section=.gnu.lto_* --remove-section=.gnu.debuglto_*
    -N __gnu_lto_slim -N __gnu_lto_v1 ${file})
endfunction()

# px_late_libraries(FILE PRIORITY VARIABLE): what a program or library loads when it is
# needed, by its notes (see src/lazy/library.h), of a priority: required, recommended
# or suggested.  Each element has a soname, or several that will do, as "a|b".
function(px_late_libraries file priority variable)
  set(note ${CPACK_TOPLEVEL_DIRECTORY}/note.dlopen)
  px_do(${CPACK_PMAPX_OBJCOPY} -O binary --only-section=.note.dlopen ${file} ${note})
  # The text of a note has a NUL before and behind it.
  file(STRINGS ${note} texts REGEX "^\\[{")
  set(found)
  foreach(text IN LISTS texts)
    string(JSON count LENGTH "${text}")
    math(EXPR last "${count} - 1")
    foreach(i RANGE ${last})
      string(JSON told ERROR_VARIABLE missing GET "${text}" ${i} priority)
      if(missing)
        set(told recommended)
      endif()
      if(told STREQUAL priority)
        string(JSON sonames GET "${text}" ${i} soname)
        string(REGEX MATCHALL "[^][\", \n]+" sonames "${sonames}")
        list(JOIN sonames "|" sonames)
        list(APPEND found ${sonames})
      endif()
    endforeach()
  endforeach()
  list(SORT found)
  list(REMOVE_DUPLICATES found)
  set(${variable} ${found} PARENT_SCOPE)
endfunction()

# px_changelog(FORM VARIABLE): doc/CHANGES.md as a changelog of debian or rpm.
function(px_changelog form variable)
  string(TIMESTAMP today "%Y-%m-%d" UTC)
  execute_process(
    COMMAND awk -v form=${form} -v package=pmapx -v version=${CPACK_PACKAGE_VERSION}
            -v "maintainer=${CPACK_PACKAGE_CONTACT}" -v today=${today}
            -f ${CPACK_PMAPX_SOURCE_DIR}/src/package/changelog.awk
            ${CPACK_PMAPX_SOURCE_DIR}/doc/CHANGES.md
    OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

# px_compress_manual(): all pages; those that only name another one become links, as those have
# that are links already.
function(px_compress_manual)
  file(GLOB pages ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/man/man*/*)
  foreach(page IN LISTS pages)
    set(target)
    if(IS_SYMLINK ${page})
      file(READ_SYMLINK ${page} target)
    else()
      file(READ ${page} text LIMIT 100)
      if(text MATCHES "^\\.so man[1-9]/([^\n]+)\n$")
        set(target ${CMAKE_MATCH_1})
      endif()
    endif()
    if(target)
      file(REMOVE ${page})
      px_link(${target}.gz ${page}.gz)
    else()
      px_do(gzip -9n ${page})
    endif()
  endforeach()
endfunction()

# px_same_for_all(): modes that do not depend on who builds, and times on when.
function(px_same_for_all)
  px_do(chmod -R u=rwX,go=rX ${CPACK_TEMPORARY_DIRECTORY})
  px_do(find ${CPACK_TEMPORARY_DIRECTORY} -exec touch -h -d @$ENV{SOURCE_DATE_EPOCH} {} +)
endfunction()
