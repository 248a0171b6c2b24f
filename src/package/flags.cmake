# SPDX-License-Identifier: GPL-2.0-or-later
# The flags with which this distribution builds its packages: a toolchain file
# for the preset package.  Where CFLAGS or LDFLAGS are set they are what counts.

# CMake reads it twice.
include_guard()
get_property(px_trying GLOBAL PROPERTY IN_TRY_COMPILE)
if(px_trying OR DEFINED CACHE{CMAKE_C_FLAGS})
  return()
endif()

# px_ask(VARIABLE COMMAND...): what COMMAND prints, or nothing.
function(px_ask variable)
  execute_process(COMMAND ${ARGN}
                  OUTPUT_VARIABLE said OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  set(${variable} "${said}" PARENT_SCOPE)
endfunction()

find_program(PX_DPKG_BUILDFLAGS dpkg-buildflags)
find_program(PX_RPM rpm)
mark_as_advanced(PX_DPKG_BUILDFLAGS PX_RPM)
if(PX_DPKG_BUILDFLAGS)
  if(NOT DEFINED ENV{DEB_BUILD_MAINT_OPTIONS})
    # src/reproducible.cmake has these, for what is optimised across files as well.
    set(ENV{DEB_BUILD_MAINT_OPTIONS} reproducible=-fixfilepath,-fixdebugpath)
  endif()
  px_ask(px_cflags ${PX_DPKG_BUILDFLAGS} --get CFLAGS)
  px_ask(px_cppflags ${PX_DPKG_BUILDFLAGS} --get CPPFLAGS)
  px_ask(px_ldflags ${PX_DPKG_BUILDFLAGS} --get LDFLAGS)
elseif(PX_RPM)
  px_ask(px_cflags ${PX_RPM} --eval "%{?build_cflags}%{!?build_cflags:%{optflags}}")
  px_ask(px_ldflags ${PX_RPM} --eval "%{?build_ldflags}")
endif()

if(NOT DEFINED ENV{CFLAGS})
  string(APPEND CMAKE_C_FLAGS_INIT " ${px_cflags} ${px_cppflags}")
endif()
if(NOT DEFINED ENV{LDFLAGS})
  foreach(kind IN ITEMS EXE SHARED)
    set(CMAKE_${kind}_LINKER_FLAGS_INIT "${px_ldflags}")
  endforeach()
endif()
