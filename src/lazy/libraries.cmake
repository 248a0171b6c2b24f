# SPDX-License-Identifier: LGPL-2.1-or-later
# The libraries that are loaded late, each with a switch, PMAPX_WITH_….  Their headers are
# needed to build, and the soname that is found here is the one that is loaded.

# What layers that use the layer lazy are compiled with.
include(${CMAKE_CURRENT_LIST_DIR}/packages.cmake)
add_library(px_libraries INTERFACE)
target_include_directories(px_libraries INTERFACE ${CMAKE_CURRENT_BINARY_DIR}/lazy)

# Looks for the library NAME: sets PX_<name>_INCLUDE and PX_<name>_FILE.
function(px_look_for_library name header library)
  find_path(PX_${name}_INCLUDE ${header})
  find_library(PX_${name}_FILE ${library})
  mark_as_advanced(PX_${name}_INCLUDE PX_${name}_FILE)
endfunction()

# Finds the library NAME: sets PX_<name>_SONAME in the caller, or says what to install.
function(px_find_library name header library package)
  px_look_for_library(${name} ${header} ${library})
  if(NOT PX_${name}_INCLUDE OR NOT PX_${name}_FILE)
    # All that are missing are named before it ends.
    message(SEND_ERROR "${header} or lib${library} is missing: install ${package}, "
                       "or do without it: -DPMAPX_WITH_${name}=OFF")
    return()
  endif()
  execute_process(COMMAND ${CMAKE_READELF} -dW ${PX_${name}_FILE}
                  OUTPUT_VARIABLE dynamic ERROR_QUIET)
  if(NOT dynamic MATCHES "\\(SONAME\\)[^[]*\\[([^]]+)\\]")
    message(SEND_ERROR "${PX_${name}_FILE} has no soname; -DPMAPX_WITH_${name}=OFF does without it")
    return()
  endif()
  set(PX_${name}_SONAME ${CMAKE_MATCH_1} PARENT_SCOPE)
  target_include_directories(px_libraries SYSTEM INTERFACE ${PX_${name}_INCLUDE})
endfunction()

# px_lazy_library(NAME HEADER LIBRARY PACKAGE FEATURE NEEDS): a library; what it is for, in the help
# of cmake, and in messages.
#
# with_<library>.h has what the code is told of it: PX_<name>_SONAME, if it is built in, and
# PX_<name>_MISSING, what to say where it is not there, whether it is or not.  A header of its
# own, so that a switch has only those files compiled anew that it is for.
function(px_lazy_library name header library package feature needs)
  set(default ON)
  if(NOT PROJECT_IS_TOP_LEVEL AND NOT PMAPX_INSTALL AND NOT DEFINED PMAPX_WITH_${name})
    # Who has the library within a project of their own cannot be asked to install what only the
    # program needs, and may have no use for the rest.
    px_look_for_library(${name} ${header} ${library})
    if(NOT PX_${name}_INCLUDE OR NOT PX_${name}_FILE)
      message(STATUS "pmapx does without lib${library}, which is not here: ${feature}")
      set(default OFF)
    endif()
  endif()
  option(PMAPX_WITH_${name} "${feature} (${package})" ${default})
  set(lines)
  if(PMAPX_WITH_${name})
    px_find_library(${name} ${header} ${library} ${package})
    set(soname "${PX_${name}_SONAME}")
    string(APPEND lines "#define PX_${name}_SONAME \"${soname}\"\n")
    # Mostly it is not installed, but memory may be short, or the file damaged.
    set(why "${soname}, which cannot be loaded@PX_${name}_PACKAGE@")
    set(PX_${name}_SONAME ${soname} PARENT_SCOPE)
  else()
    set(why "lib${library}, which pmapx was built without (package ${package}, -DPMAPX_WITH_${name}=ON)")
  endif()
  string(APPEND lines "#define PX_${name}_MISSING \"${needs} ${why}\"\n")
  set(PX_${name}_HEADER lazy/with_lib${library}.h PARENT_SCOPE)
  set(PX_${name}_TEXT "${lines}" PARENT_SCOPE)
  set(PX_LIBRARIES ${PX_LIBRARIES} ${name} PARENT_SCOPE)
endfunction()

px_lazy_library(LIBARCHIVE archive.h archive libarchive-dev
                "Captures and archives, in tar" "archives need")
px_lazy_library(LIBBZ2 bzlib.h bz2 libbz2-dev
                "Reading what is packed as .bz2" "archives in .bz2 need")
px_lazy_library(LIBELF libelf.h elf libelf-dev
                "Core files" "core files need")
px_lazy_library(LIBLZMA lzma.h lzma liblzma-dev
                "Reading what is packed as .xz" "archives in .xz need")
px_lazy_library(LIBPROC2 libproc2/pids.h proc2 libproc2-dev
                "The table of processes from procps-ng, else from /proc" "selecting processes needs")
px_lazy_library(LIBZ zlib.h z zlib1g-dev
                "Reading what is packed as .gz" "archives in .gz need")
px_lazy_library(LIBZSTD zstd.h zstd libzstd-dev
                "Reading what is packed as .zst" "archives in .zst need")
px_lazy_library(SQLITE sqlite3.h sqlite3 libsqlite3-dev
                "Databases in files, and reports" "databases need")

px_name_packages(${PX_LIBRARIES})
foreach(name IN LISTS PX_LIBRARIES)
  file(CONFIGURE OUTPUT ${PX_${name}_HEADER} CONTENT "${PX_${name}_TEXT}" @ONLY)
endforeach()
