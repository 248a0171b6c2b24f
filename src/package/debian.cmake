# SPDX-License-Identifier: GPL-2.0-or-later
# The .debs: which there are, and the fields of each.  debian_stage.cmake has
# what becomes of the files, and the fields that follow from these.

px_refuse_unless_packaged("a .deb")
set(px_libdir lib/${CPACK_PMAPX_LIBRARY_ARCHITECTURE})
if(NOT CPACK_PMAPX_INSTALL_LIBDIR STREQUAL px_libdir)
  message(FATAL_ERROR "Debian has libraries in ${px_libdir}, and this build has "
    "${CPACK_PMAPX_INSTALL_LIBDIR}: configure with -DCMAKE_INSTALL_LIBDIR=${px_libdir}")
endif()
foreach(tool IN ITEMS dpkg-architecture dpkg-gensymbols dpkg-query dpkg-shlibdeps)
  find_program(PX_${tool} ${tool})
  if(NOT PX_${tool})
    message(FATAL_ERROR "${tool} is missing: install dpkg-dev")
  endif()
endforeach()
px_set_date()

execute_process(
  COMMAND ${PX_dpkg-architecture} -t ${CPACK_PMAPX_LIBRARY_ARCHITECTURE} -q DEB_HOST_ARCH
  OUTPUT_VARIABLE CPACK_DEBIAN_PACKAGE_ARCHITECTURE OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
set(ENV{DEB_HOST_ARCH} ${CPACK_DEBIAN_PACKAGE_ARCHITECTURE})

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_SET_DESTDIR ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SOURCE pmapx)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# It would go before each of the descriptions.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian_stage.cmake)
set(CPACK_POST_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian_archive.cmake)

# px_deb(COMPONENT PACKAGE SECTION [MULTIARCH]): a package.  CPack writes fields as
# they are, so that one it does not know can come behind one that it does.
macro(px_deb component package section)
  string(TOUPPER ${component} px_upper)
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  set(CPACK_DEBIAN_${px_upper}_PACKAGE_NAME ${package})
  set(CPACK_DEBIAN_${px_upper}_PACKAGE_SECTION ${section})
  if(${ARGC} GREATER 3)
    string(APPEND CPACK_DEBIAN_${px_upper}_PACKAGE_SECTION "\nMulti-Arch: ${ARGV3}")
  endif()
  set(CPACK_DEBIAN_${px_upper}_DESCRIPTION ${CPACK_PMAPX_${px_upper}_SUMMARY})
  if(CPACK_PMAPX_${px_upper}_TEXT)
    string(APPEND CPACK_DEBIAN_${px_upper}_DESCRIPTION "\n${CPACK_PMAPX_${px_upper}_TEXT}")
  endif()
endmacro()

# px_deb_symbols(COMPONENT FILE [MULTIARCH]): the package of what debuggers want to
# know of one, if FILE, which is in the build folder and goes into it, was built with that.
macro(px_deb_symbols component file)
  execute_process(COMMAND ${CPACK_PMAPX_READELF} -SW ${CPACK_PMAPX_BINARY_DIR}/${file}
                  OUTPUT_VARIABLE px_sections COMMAND_ERROR_IS_FATAL ANY)
  if(px_sections MATCHES "\\.debug_info")
    string(TOUPPER ${component} px_upper)
    set(px_package ${CPACK_DEBIAN_${px_upper}_PACKAGE_NAME})
    set(CPACK_PMAPX_${px_upper}_SYMBOLS_SUMMARY "debug symbols for ${px_package}")
    px_deb(${component}_symbols ${px_package}-dbgsym debug ${ARGN})
    set(CPACK_DEBIAN_${px_upper}_PACKAGE_DEPENDS "${px_package} (= ${CPACK_PACKAGE_VERSION})")
  endif()
endmacro()

set(CPACK_COMPONENTS_ALL)
set(px_library libpmapx${CPACK_PMAPX_SOVERSION})
px_deb(program pmapx utils foreign)
px_deb(library ${px_library} libs same)
px_deb(development libpmapx-dev libdevel same)
px_deb_symbols(program pmapx)
px_deb_symbols(library libpmapx.so same)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${px_library} (= ${CPACK_PACKAGE_VERSION})")
# Its psql is run by "pmapx capture --postgres".
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS postgresql-client)

if(CPACK_PMAPX_AS_PMAP)
  px_deb(as_pmap pmapx-as-pmap utils foreign)
  set(CPACK_DEBIAN_AS_PMAP_PACKAGE_ARCHITECTURE all)
  set(CPACK_DEBIAN_AS_PMAP_PACKAGE_DEPENDS "pmapx (>= ${CPACK_PACKAGE_VERSION})")
endif()
