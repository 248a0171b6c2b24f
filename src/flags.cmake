# SPDX-License-Identifier: GPL-2.0-or-later
# Compiler flags, of which those of whoever builds win over this project's.
#
# CMake puts what a build type and a target have behind CMAKE_C_FLAGS, where it
# would overrule them.  So what they speak of is left out or, of warnings, said
# again behind ours; hardening.cmake does the same.  Without two things there is no
# building it, and so they stay: -fPIC, and the macros that every file is compiled with.

if(CMAKE_CONFIGURATION_TYPES)
  set(px_configs ${CMAKE_CONFIGURATION_TYPES})
else()
  set(px_configs ${CMAKE_BUILD_TYPE})
endif()

# px_build_type_without(PATTERN): where PATTERN is given, a build type's own goes.
# A build type whose flags were given, too, stays as it is.
function(px_build_type_without pattern)
  if(NOT " ${CMAKE_C_FLAGS} " MATCHES " ${pattern} ")
    return()
  endif()
  foreach(config IN LISTS px_configs)
    string(TOUPPER "CMAKE_C_FLAGS_${config}" flags)
    string(STRIP "${${flags}_INIT}" usual)
    if("${${flags}}" STREQUAL "${usual}")
      string(REGEX REPLACE " ${pattern} " " " left " ${usual} ")
      string(STRIP "${left}" left)
      set(${flags} "${left}" PARENT_SCOPE)
      # So that the next call knows it again.
      set(${flags}_INIT "${left}" PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

px_build_type_without("-O([0-3sgz]|fast)?")
px_build_type_without("-g([0-3]|gdb[0-3]?)?")
px_build_type_without("-[DU] ?NDEBUG(=[^ ]*)?")

set(px_given_flags "${CMAKE_C_FLAGS}")
set(px_given_link_flags "${CMAKE_EXE_LINKER_FLAGS} ${CMAKE_SHARED_LINKER_FLAGS}")
foreach(config IN LISTS px_configs)
  string(TOUPPER ${config} config)
  string(APPEND px_given_flags " ${CMAKE_C_FLAGS_${config}}")
  string(APPEND px_given_link_flags
    " ${CMAKE_EXE_LINKER_FLAGS_${config}} ${CMAKE_SHARED_LINKER_FLAGS_${config}}")
endforeach()

# C11 or later, with GNU's extensions.
if(NOT CMAKE_C_STANDARD MATCHES "^(11|17|23)$" AND NOT px_given_flags MATCHES "(^| )-std=")
  set(CMAKE_C_STANDARD 11)
  set(CMAKE_C_STANDARD_REQUIRED ON)
  set(CMAKE_C_EXTENSIONS ON)
endif()

# What is exported has a list, libpmapx.sym; this lets calls within the library be direct.
if(NOT px_given_flags MATCHES "-fvisibility=")
  set(CMAKE_C_VISIBILITY_PRESET hidden)
endif()

# px_warnings: ours, then those that were given, so that -Wno-shadow silences one.
set(px_warnings)
foreach(flag IN ITEMS -Wall -Wextra -Wshadow -Wconversion -Wvla -Wformat=2 -Wundef
                      -Wmissing-prototypes -Wstrict-prototypes -Wwrite-strings
                      -Wcast-qual -Wpointer-arith -Wnull-dereference -Wdouble-promotion)
  string(MAKE_C_IDENTIFIER "PX_HAS${flag}" has_flag)
  check_c_compiler_flag(${flag} ${has_flag})
  if(${has_flag})
    list(APPEND px_warnings ${flag})
  endif()
endforeach()
string(REGEX MATCHALL " -W(no-|error=)?[a-z][a-z][^ ]*" px_given_warnings " ${px_given_flags}")
string(REPLACE " " "" px_given_warnings "${px_given_warnings}")
list(APPEND px_warnings ${px_given_warnings})
