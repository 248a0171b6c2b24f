# SPDX-License-Identifier: GPL-2.0-or-later
# Run by cmake --install when all has been copied.
#
# px_missing   the folders that were not there before
# px_build     where uninstall.cmake finds what was installed: install_files.txt and install_folders.txt;
#              empty where no such lists are wanted
cmake_policy(VERSION 3.25)

# Files are for everybody to read, whatever the umask is: so are new folders, unless CMake was told
# otherwise, by a variable or by --default-directory-permissions.
get_property(px_role GLOBAL PROPERTY CMAKE_ROLE)
set(px_made)
set(px_ours)
foreach(px_folder IN LISTS px_missing)
  if(IS_DIRECTORY "${px_folder}")
    list(APPEND px_made "${px_folder}")
    # Not what leads to DESTDIR.
    string(FIND "$ENV{DESTDIR}/" "${px_folder}/" px_at)
    if(NOT px_at EQUAL 0)
      list(APPEND px_ours "${px_folder}")
    endif()
  endif()
endforeach()
if(px_ours AND (NOT CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OR px_role STREQUAL "CPACK"))
  execute_process(COMMAND chmod go+rx -- ${px_ours} COMMAND_ERROR_IS_FATAL ANY)
endif()

# px_note(FILE LINE...): add those that FILE does not have.
function(px_note file)
  if(NOT ARGN)
    return()
  endif()
  set(lines "")
  if(EXISTS "${file}")
    file(READ "${file}" lines)
    string(REPLACE "\n" ";" lines "${lines}")
  endif()
  list(APPEND lines ${ARGN})
  list(REMOVE_ITEM lines "")
  list(REMOVE_DUPLICATES lines)
  list(JOIN lines "\n" lines)
  file(WRITE "${file}" "${lines}\n")
endfunction()

if(NOT px_build)
  return()
elseif(px_role STREQUAL "CPACK")
  # What is put into a package is no installation, and leaves the list as it was.
  set(px_list "${px_build}/install_manifest.txt")
  if(CMAKE_INSTALL_COMPONENT)
    set(px_list "${px_build}/install_manifest_${CMAKE_INSTALL_COMPONENT}.txt")
  endif()
  set(CMAKE_INSTALL_MANIFEST_FILES)
  if(EXISTS "${px_list}")
    file(READ "${px_list}" CMAKE_INSTALL_MANIFEST_FILES)
  endif()
else()
  # CMake's own list has no folders, and is of the last installation only: what was put elsewhere by
  # one before it, or is called otherwise since then, would never be removed.  DESTDIR and the rest
  # of a path have two slashes between them.
  set(px_top "")
  if(NOT "$ENV{DESTDIR}" MATCHES "^/*$")
    get_filename_component(px_top "$ENV{DESTDIR}" ABSOLUTE)
  endif()
  list(TRANSFORM CMAKE_INSTALL_MANIFEST_FILES PREPEND "${px_top}/" OUTPUT_VARIABLE px_files)
  px_note("${px_build}/install_files.txt" ${px_files})
  px_note("${px_build}/install_folders.txt" ${px_made})
endif()
