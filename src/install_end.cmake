# SPDX-License-Identifier: GPL-2.0-or-later
# Run by cmake --install when all has been copied.
#
# px_missing   the folders that were not there before
# px_build     where the list of files is, to which those are added that it made
cmake_policy(VERSION 3.25)

# Files are for everybody to read, whatever the umask is: so are new folders.
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
if(px_ours)
  execute_process(COMMAND chmod go+rx -- ${px_ours} COMMAND_ERROR_IS_FATAL ANY)
endif()

get_property(px_role GLOBAL PROPERTY CMAKE_ROLE)
if(px_role STREQUAL "CPACK")
  # What is put into a package is no installation, and leaves the list as it was.
  set(px_list "${px_build}/install_manifest.txt")
  if(CMAKE_INSTALL_COMPONENT)
    set(px_list "${px_build}/install_manifest_${CMAKE_INSTALL_COMPONENT}.txt")
  endif()
  set(CMAKE_INSTALL_MANIFEST_FILES)
  if(EXISTS "${px_list}")
    file(READ "${px_list}" CMAKE_INSTALL_MANIFEST_FILES)
  endif()
elseif(px_made)
  # For uninstall.cmake, as the list of files has no folders.
  list(JOIN px_made "\n" px_made)
  file(APPEND "${px_build}/install_folders.txt" "${px_made}\n")
endif()
