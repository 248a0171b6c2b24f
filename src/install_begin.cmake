# SPDX-License-Identifier: GPL-2.0-or-later
# Run by cmake --install before it copies anything: a pmap that somebody else
# installed is not overwritten, folders that are not there yet are noted, and
# where names cannot be noted nothing is installed.
#
# px_links     names below the prefix of links to make, each with its target
# px_copy      the completion of zsh for pmap, which calls ours; empty if it is not wanted
# px_folders   all folders that anything is put into
# px_missing   becomes those that are to be made, with their parents
cmake_policy(VERSION 3.25)

# px_place(RET DESTINATION): where it is on this machine.
function(px_place ret destination)
  if(NOT IS_ABSOLUTE "${destination}")
    string(PREPEND destination "${CMAKE_INSTALL_PREFIX}/")
  endif()
  get_filename_component(place "$ENV{DESTDIR}${destination}" ABSOLUTE)
  set(${ret} "${place}" PARENT_SCOPE)
endfunction()

# What holds these characters is taken apart at other places than where CMake's lists were put
# together, its own of what was installed among them, or is another path, and uninstall would remove
# what is somebody else's.
px_place(px_odd "")
if(NOT "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}${px_odd}" MATCHES "[][;\n\\]")
  string(REGEX MATCHALL "[^;]*[][\n\\][^;]*" px_odd "${px_folders}")
endif()
if(px_odd)
  message(FATAL_ERROR "Nothing is installed, as lists of CMake cannot hold such a name:\n  ${px_odd}\n"
    "Choose a folder without [, ], ;, a backslash or a new line.")
endif()

# A manual page can be there in a packed form, its link then as well.
set(px_foreign)
if(CMAKE_INSTALL_COMPONENT AND NOT CMAKE_INSTALL_COMPONENT STREQUAL "as_pmap")
  set(px_links)
  set(px_copy)
endif()
if(px_copy)
  px_place(px_copy "${px_copy}")
  if(EXISTS "${px_copy}" OR IS_SYMLINK "${px_copy}")
    set(px_there "")
    if(EXISTS "${px_copy}" AND NOT IS_DIRECTORY "${px_copy}")
      file(READ "${px_copy}" px_there)
    endif()
    if(NOT px_there MATCHES "_pmapx")
      string(APPEND px_foreign "\n  ${px_copy}")
    endif()
  endif()
endif()
while(px_links)
  list(POP_FRONT px_links px_link px_target)
  px_place(px_link "${px_link}")
  set(px_packed "")
  if(px_link MATCHES "\\.1$")
    set(px_packed .gz .bz2 .xz .zst .lzma .lz .Z)
  endif()
  foreach(px_suffix IN ITEMS "" LISTS px_packed)
    set(px_there "")
    if(IS_SYMLINK "${px_link}${px_suffix}")
      file(READ_SYMLINK "${px_link}${px_suffix}" px_there)
    endif()
    if((IS_SYMLINK "${px_link}${px_suffix}" OR EXISTS "${px_link}${px_suffix}")
       AND NOT px_there STREQUAL "${px_target}${px_suffix}")
      string(APPEND px_foreign "\n  ${px_link}${px_suffix}")
    endif()
  endforeach()
endwhile()
if(px_foreign)
  message(FATAL_ERROR "Nothing is installed, as these are somebody else's:${px_foreign}\n"
    "Choose another prefix, or configure with -DPMAPX_INSTALL_AS_PMAP=OFF.")
endif()

set(px_missing)
foreach(px_folder IN LISTS px_folders)
  px_place(px_folder "${px_folder}")
  while(NOT IS_DIRECTORY "${px_folder}" AND NOT px_folder IN_LIST px_missing)
    list(APPEND px_missing "${px_folder}")
    get_filename_component(px_folder "${px_folder}" DIRECTORY)
  endwhile()
endforeach()
