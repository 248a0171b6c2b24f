# SPDX-License-Identifier: GPL-2.0-or-later
# Read by cpack for each form of package, before anything is installed.
cmake_policy(VERSION 3.25)

# px_refuse_unless_packaged(WHAT): fail unless the build is laid out for a system's own packages.
function(px_refuse_unless_packaged what)
  if(NOT CPACK_PMAPX_INSTALL_PREFIX STREQUAL "/usr")
    message(FATAL_ERROR "${what} is below /usr, and this build is for ${CPACK_PMAPX_INSTALL_PREFIX}: "
      "use cmake --workflow --preset package")
  endif()
  if(CPACK_PMAPX_SANITIZE)
    message(FATAL_ERROR "a build with sanitizers is not for packages")
  endif()
endfunction()

# px_set_date(): SOURCE_DATE_EPOCH is the day of the changelog's newest entry that has one, unless
# it is set: what is not released has none, and two builds of it are to have the same bytes.
function(px_set_date)
  if(DEFINED ENV{SOURCE_DATE_EPOCH})
    return()
  endif()
  set(date "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]")
  file(STRINGS ${CPACK_PMAPX_SOURCE_DIR}/doc/CHANGES.md newest REGEX "^## .*${date}" LIMIT_COUNT 1)
  if(newest MATCHES ${date})
    execute_process(COMMAND date -u -d ${CMAKE_MATCH_0} +%s OUTPUT_VARIABLE seconds
                    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  else()
    string(TIMESTAMP seconds "%s" UTC)
  endif()
  set(ENV{SOURCE_DATE_EPOCH} ${seconds})
endfunction()

if(CPACK_PACKAGE_CONTACT STREQUAL CPACK_PMAPX_NO_CONTACT)
  message(WARNING "nobody can be reached as ${CPACK_PACKAGE_CONTACT}, who maintains these packages: "
    "before others get them, configure with -DCPACK_PACKAGE_CONTACT=\"NAME <ADDRESS>\"")
endif()
if(CPACK_GENERATOR STREQUAL "DEB")
  include(${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
elseif(CPACK_GENERATOR STREQUAL "RPM")
  include(${CMAKE_CURRENT_LIST_DIR}/rpm.cmake)
endif()
