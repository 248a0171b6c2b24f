# SPDX-License-Identifier: GPL-2.0-or-later
# What is built: each switch in a line, for the end of the configuration.  What is advanced is none,
# but says where something goes, or what it is called.
get_cmake_property(variables CACHE_VARIABLES)
message(STATUS "Switches:")
foreach(variable IN LISTS variables)
  get_property(type CACHE ${variable} PROPERTY TYPE)
  get_property(is_advanced CACHE ${variable} PROPERTY ADVANCED)
  if(variable MATCHES "^PMAPX_" AND type MATCHES "BOOL|STRING" AND NOT is_advanced)
    get_property(help CACHE ${variable} PROPERTY HELPSTRING)
    string(LENGTH "${variable}${${variable}}" length)
    math(EXPR length "26 - ${length}")
    if(length LESS 1)
      set(length 1)
    endif()
    string(REPEAT " " ${length} blanks)
    message(STATUS "  ${variable}${blanks}${${variable}}  ${help}")
  endif()
endforeach()
