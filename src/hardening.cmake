# SPDX-License-Identifier: GPL-2.0-or-later
# What makes an overflow in the program or the library end it: px_hardening to compile, and
# options of px_linking.
#
# These options come after those of whoever builds, and would win: so each is
# left out where they (px_given_flags, of flags.cmake), or the compiler by
# itself, have a say in the matter.
include(CheckCSourceCompiles)
include(CheckLinkerFlag)
include(CheckPIESupported)

add_library(px_hardening INTERFACE)

# px_harden_code(FLAG SUBJECT): compile with FLAG unless the given flags mention SUBJECT.
function(px_harden_code flag subject)
  if(px_given_flags MATCHES "${subject}")
    return()
  endif()
  string(MAKE_C_IDENTIFIER "PX_HAS${flag}" has_flag)
  check_c_compiler_flag(${flag} ${has_flag})
  if(${has_flag})
    target_compile_options(px_hardening INTERFACE ${flag})
  endif()
endfunction()

# px_harden_link(KEYWORD OPPOSITE): link with -z KEYWORD unless the given flags mention either.
function(px_harden_link keyword opposite)
  if("${px_given_flags} ${px_given_link_flags}" MATCHES
      "-z[ ,]*(-Xlinker )?(${keyword}|${opposite})")
    return()
  endif()
  string(MAKE_C_IDENTIFIER "PX_HAS_Z_${keyword}" has_flag)
  check_linker_flag(C LINKER:-z,${keyword} ${has_flag})
  if(${has_flag})
    target_link_options(px_linking INTERFACE LINKER:-z,${keyword})
  endif()
endfunction()

# px_fortify(LEVEL): what can be said here without a warning, 3, 2 or nothing.
function(px_fortify ret_level)
  set(CMAKE_REQUIRED_FLAGS "-O2 -Werror")
  foreach(level IN ITEMS 3 2)
    set(CMAKE_REQUIRED_DEFINITIONS -D_FORTIFY_SOURCE=${level})
    check_c_source_compiles("#include <string.h>\nint main(void) { return 0; }"
      PX_HAS_FORTIFY_${level})
    if(PX_HAS_FORTIFY_${level})
      set(${ret_level} ${level} PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

px_harden_code(-fstack-protector-strong stack-protector)
px_harden_code(-fstack-clash-protection stack-clash-protection)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  px_harden_code(-mbranch-protection=standard branch-protection)
else()
  px_harden_code(-fcf-protection cf-protection)
endif()
px_harden_link(relro norelro)
px_harden_link(now lazy)
px_harden_link(noexecstack execstack)

# Only what is optimised can be fortified; sanitizers know sizes better.
if(NOT PMAPX_SANITIZE AND NOT px_given_flags MATCHES "_FORTIFY_SOURCE")
  px_fortify(px_level)
  foreach(config IN LISTS px_configs)
    string(TOUPPER ${config} upper)
    string(REGEX MATCHALL "(^| )-O[^ ]*" levels " ${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${upper}}")
    if(px_level AND levels MATCHES "-O[^;]*$" AND NOT levels MATCHES "-O0$")
      target_compile_definitions(px_hardening INTERFACE
        $<$<CONFIG:${config}>:_FORTIFY_SOURCE=${px_level}>)
    endif()
  endforeach()
endif()

# All code is position-independent; without this, whether the program is linked
# so is up to the compiler.
if(NOT "${px_given_flags} ${px_given_link_flags}" MATCHES
    "(^| )-(static|static-pie|no-?pie|pie)( |$)")
  check_pie_supported(LANGUAGES C)
endif()
