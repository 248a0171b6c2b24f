# SPDX-License-Identifier: GPL-2.0-or-later
# px_lto: whether gcc optimises across files, by PMAPX_LTO or by the flags of whoever builds, and
# leaves code in objects that others can link.
set(px_lto OFF)

# px_last_flag(RET PATTERN): the one that counts of those that were given.
function(px_last_flag ret pattern)
  string(REPLACE " " ";" words "${px_given_flags}")
  list(FILTER words INCLUDE REGEX "^(${pattern})$")
  list(POP_BACK words last)
  set(${ret} "${last}" PARENT_SCOPE)
endfunction()

if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  px_last_flag(px_given "-f(no-)?lto(=.*)?")
  if(px_given)
    if(px_given MATCHES "^-flto")
      set(px_lto ON)
    endif()
  elseif(PMAPX_LTO AND NOT PMAPX_SANITIZE)
    check_ipo_supported(RESULT px_lto OUTPUT px_no_lto LANGUAGES C)
    if(px_lto)
      target_compile_options(px_flags INTERFACE -flto=auto)
      target_link_options(px_linking INTERFACE -flto=auto)
    endif()
  endif()
endif()
if(px_lto)
  px_last_flag(px_given "-f(no-)?fat-lto-objects")
  if(NOT px_given)
    # Or the static library would be of use to the same version of the same compiler only.
    target_compile_options(px_flags INTERFACE -ffat-lto-objects)
  elseif(px_given STREQUAL "-fno-fat-lto-objects")
    set(px_lto OFF)
  endif()
endif()
