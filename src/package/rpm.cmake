# SPDX-License-Identifier: GPL-2.0-or-later
# The .rpms, named as Fedora names them: which there are, and the tags of each.
# None takes the place of pmap: rpm knows no diversions.

px_refuse_unless_packaged("an .rpm")
if(NOT CPACK_PMAPX_INSTALL_LIBDIR MATCHES "^lib(64|x?32)?$")
  message(FATAL_ERROR "distributions with rpm have libraries in lib64 or lib, and this build has "
    "${CPACK_PMAPX_INSTALL_LIBDIR}: configure with -DCMAKE_INSTALL_LIBDIR=lib64")
endif()
px_set_date()
include(${CMAKE_CURRENT_LIST_DIR}/rpm_architecture.cmake)

set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENTS_ALL program library development)
set(CPACK_SET_DESTDIR ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_RELEASE 1)
set(CPACK_RPM_PACKAGE_RELEASE_DIST ON)
if(NOT CPACK_RPM_PACKAGE_ARCHITECTURE)
  px_rpm_architecture(${CPACK_PMAPX_BINARY_DIR}/pmapx CPACK_RPM_PACKAGE_ARCHITECTURE)
endif()
set(CPACK_RPM_PACKAGE_GROUP Unspecified)
set(CPACK_PACKAGE_RELOCATABLE OFF)
# The only tag that differs between packages and that CPack has one of: the library's is that of
# all but the program.
set(CPACK_RPM_PACKAGE_LICENSE "%[ \"%{name}\" == \"pmapx\" ? \
\"GPL-2.0-or-later AND LGPL-2.1-or-later\" : \"LGPL-2.1-or-later\" ]")
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/rpm_stage.cmake)

# px_rpm(COMPONENT PACKAGE): a package.
macro(px_rpm component package)
  string(TOUPPER ${component} px_upper)
  set(CPACK_RPM_${px_upper}_PACKAGE_NAME ${package})
  string(SUBSTRING "${CPACK_PMAPX_${px_upper}_SUMMARY}" 0 1 px_first)
  string(SUBSTRING "${CPACK_PMAPX_${px_upper}_SUMMARY}" 1 -1 px_rest)
  string(TOUPPER ${px_first} px_first)
  set(CPACK_RPM_${px_upper}_PACKAGE_SUMMARY "${px_first}${px_rest}")
  set(CPACK_RPM_${px_upper}_PACKAGE_DESCRIPTION "${CPACK_PMAPX_${px_upper}_TEXT}")
endmacro()

px_rpm(program pmapx)
px_rpm(library pmapx-libs)
px_rpm(development pmapx-devel)
set(CPACK_RPM_DEVELOPMENT_PACKAGE_REQUIRES "pmapx-libs%{?_isa} = %{version}-%{release}")
set(CPACK_RPM_PROGRAM_USER_FILELIST "%license /usr/share/licenses/pmapx/COPYING"
    "%license /usr/share/licenses/pmapx/COPYING.LIB")
set(CPACK_RPM_LIBRARY_USER_FILELIST "%license /usr/share/licenses/pmapx-libs/COPYING.LIB")
# Folders that belong to others.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
    /usr/${CPACK_PMAPX_INSTALL_LIBDIR} /usr/${CPACK_PMAPX_INSTALL_LIBDIR}/cmake
    /usr/${CPACK_PMAPX_INSTALL_LIBDIR}/pkgconfig /usr/share/bash-completion
    /usr/share/bash-completion/completions /usr/share/fish /usr/share/fish/vendor_completions.d
    /usr/share/licenses /usr/share/man /usr/share/man/man1 /usr/share/man/man3
    /usr/share/zsh /usr/share/zsh/site-functions)
