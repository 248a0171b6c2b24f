# SPDX-License-Identifier: LGPL-2.1-or-later
# The libraries that are loaded late: their headers are needed to build, and the
# soname that is found here is the one that is loaded.

# What layers that use the layer lazy are compiled with.
add_library(px_libraries INTERFACE)

# Defines PX_<name>_SONAME and PX_<name>_PACKAGE, or says what to install.  What is
# named behind is the package of the library itself, where no rule gives it.
function(px_lazy_library name header library package)
  find_path(PX_${name}_INCLUDE ${header})
  find_library(PX_${name}_FILE ${library})
  if(NOT PX_${name}_INCLUDE OR NOT PX_${name}_FILE)
    message(FATAL_ERROR "${header} or lib${library} is missing: install ${package}")
  endif()
  execute_process(COMMAND ${CMAKE_READELF} -dW ${PX_${name}_FILE}
                  OUTPUT_VARIABLE dynamic ERROR_QUIET)
  if(NOT dynamic MATCHES "\\(SONAME\\)[^[]*\\[([^]]+)\\]")
    message(FATAL_ERROR "${PX_${name}_FILE} has no soname")
  endif()
  set(soname ${CMAKE_MATCH_1})
  # Debian's rule: libfoo.so.1 is in libfoo1, libfoo2.so.1 in libfoo2-1.
  string(REGEX REPLACE "\\.so\\." "" runtime ${soname})
  if(soname MATCHES "[0-9]\\.so\\.")
    string(REGEX REPLACE "\\.so\\." "-" runtime ${soname})
  endif()
  if(ARGC GREATER 4)
    set(runtime ${ARGV4})
  endif()
  target_include_directories(px_libraries SYSTEM INTERFACE ${PX_${name}_INCLUDE})
  target_compile_definitions(px_libraries INTERFACE
    PX_${name}_SONAME="${soname}" PX_${name}_PACKAGE="${runtime}")
endfunction()

px_lazy_library(LIBARCHIVE archive.h archive libarchive-dev)
px_lazy_library(LIBBZ2 bzlib.h bz2 libbz2-dev)
px_lazy_library(LIBELF libelf.h elf libelf-dev)
px_lazy_library(LIBLZMA lzma.h lzma liblzma-dev)
px_lazy_library(LIBPROC2 libproc2/pids.h proc2 libproc2-dev)
px_lazy_library(LIBZ zlib.h z zlib1g-dev zlib1g)
px_lazy_library(LIBZSTD zstd.h zstd libzstd-dev)
px_lazy_library(SQLITE sqlite3.h sqlite3 libsqlite3-dev)
