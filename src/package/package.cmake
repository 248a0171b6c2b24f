# SPDX-License-Identifier: GPL-2.0-or-later
# Packages by cpack, from the install rules and their components, and the
# source tarball.  debian.cmake and rpm.cmake have what is of one form only; they
# are read when cpack runs.

set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGE_VENDOR pmapx)
# Who publishes packages gives a name, and a home page, if there is one, as CPACK_PACKAGE_HOMEPAGE_URL.
set(CPACK_PMAPX_NO_CONTACT "pmapx developers <pmapx@example.org>")
if(NOT CPACK_PACKAGE_CONTACT)
  set(CPACK_PACKAGE_CONTACT ${CPACK_PMAPX_NO_CONTACT})
endif()
if(NOT CPACK_GENERATOR)
  find_program(PX_RPMBUILD rpmbuild)
  mark_as_advanced(PX_RPMBUILD)
  set(CPACK_GENERATOR TGZ)
  if(EXISTS /etc/debian_version)
    set(CPACK_GENERATOR DEB)
  elseif(PX_RPMBUILD)
    set(CPACK_GENERATOR RPM)
  endif()
endif()
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
    GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/generator.cmake)

# What those that run with cpack cannot know by themselves.
set(CPACK_PMAPX_SOURCE_DIR ${PROJECT_SOURCE_DIR})
set(CPACK_PMAPX_BINARY_DIR ${PROJECT_BINARY_DIR})
set(CPACK_PMAPX_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_PMAPX_INSTALL_LIBDIR ${CMAKE_INSTALL_LIBDIR})
set(CPACK_PMAPX_LIBRARY_ARCHITECTURE ${CMAKE_LIBRARY_ARCHITECTURE})
set(CPACK_PMAPX_POINTER_SIZE ${CMAKE_SIZEOF_VOID_P})
set(CPACK_PMAPX_SANITIZE ${PMAPX_SANITIZE})
set(CPACK_PMAPX_AS_PMAP ${PMAPX_INSTALL_AS_PMAP})
set(CPACK_PMAPX_SOVERSION ${PMAPX_SOVERSION})
foreach(tool IN ITEMS OBJCOPY READELF STRIP)
  set(CPACK_PMAPX_${tool} ${CMAKE_${tool}})
endforeach()

set(CPACK_PMAPX_PROGRAM_SUMMARY "memory maps of processes, as pmap shows them and beyond")
set(CPACK_PMAPX_PROGRAM_TEXT
"pmapx prints what pmap of procps prints, byte for byte, and says what pmap does
not: of what kind mappings are, which stack is whose, what could not be read
and why.  It also shows what was saved: copies of /proc, archives of these,
core files, and its own captures of a whole host.

It ranks processes by what they really cost, tells what has grown since,
names what is odd about their memory, and loads captures into SQLite or
PostgreSQL; of a PostgreSQL server it joins what the server says of its
backends with what the kernel says.")
set(CPACK_PMAPX_LIBRARY_SUMMARY "library that reads the memory maps of processes")
set(CPACK_PMAPX_LIBRARY_TEXT
"libpmapx reads /proc/PID/maps and smaps, of the running system or of what was
saved of another, and gives a mapping after the other: bounds, permissions,
name, kind, and what the kernel counts of it.  It trusts nothing that it
reads, has no globals, and never prints.")
set(CPACK_PMAPX_DEVELOPMENT_SUMMARY "${CPACK_PMAPX_LIBRARY_SUMMARY} - development files")
set(CPACK_PMAPX_DEVELOPMENT_TEXT "${CPACK_PMAPX_LIBRARY_TEXT}

This package has the headers, the static library, what pkg-config and CMake
want to know of it, and its manual.")
set(CPACK_PMAPX_AS_PMAP_SUMMARY "pmapx in the place of pmap")
set(CPACK_PMAPX_AS_PMAP_TEXT
"With this package, pmap is pmapx: the same options, output and exit statuses,
and right where pmap of procps is wrong.  That one stays installed, as
pmap.procps with its manual pages, and has its place back when this package
is removed.")

include(CPack)
# What is released is what is committed: see the target dist.
file(REMOVE ${PROJECT_BINARY_DIR}/CPackSourceConfig.cmake)

find_program(PX_GIT git)
mark_as_advanced(PX_GIT)
add_custom_target(dist
  COMMAND ${CMAKE_COMMAND} -D GIT=${PX_GIT} -D SOURCE=${PROJECT_SOURCE_DIR}
          -D NAME=${PROJECT_NAME}-${PROJECT_VERSION} -D FOLDER=${PROJECT_BINARY_DIR}
          -P ${CMAKE_CURRENT_LIST_DIR}/dist.cmake
  VERBATIM USES_TERMINAL)
