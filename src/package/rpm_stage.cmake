# SPDX-License-Identifier: GPL-2.0-or-later
# What distributions with rpm have otherwise than cmake --install, and the tags of
# packages that follow from their files.  Read by cpack after the files are in
# their folders; rpmbuild finds what is linked.
cmake_policy(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/stage.cmake)
set(px_top ${CPACK_TEMPORARY_DIRECTORY})

# px_license(COMPONENT PACKAGE TEXT...): licence texts of the source, where those of packages are.
function(px_license component package)
  foreach(text IN LISTS ARGN)
    get_filename_component(name ${text} NAME)
    set(folder ${px_top}/${component}/usr/share/licenses/${package})
    file(MAKE_DIRECTORY ${folder})
    file(COPY_FILE ${CPACK_PMAPX_SOURCE_DIR}/${text} ${folder}/${name})
  endforeach()
endfunction()

# px_late_tags(PACKAGE FILE): lines of a spec file for what is loaded late, in rpm's words for a
# soname.  There is one text for all packages, which asks for the name.
function(px_late_tags package file)
  set(suffix)
  if(CPACK_PMAPX_POINTER_SIZE EQUAL 8)
    set(suffix "()(64bit)")
  endif()
  set(lines)
  foreach(pair IN ITEMS required=Requires recommended=Recommends suggested=Suggests)
    string(REPLACE "=" ";" pair ${pair})
    list(GET pair 0 priority)
    list(GET pair 1 tag)
    px_late_libraries(${file} ${priority} libraries)
    foreach(alternatives IN LISTS libraries)
      string(REPLACE "|" "${suffix} or " said "${alternatives}")
      string(APPEND said "${suffix}")
      if(alternatives MATCHES "\\|")
        set(said "(${said})")
      endif()
      string(APPEND lines "${tag}: ${said}\n")
    endforeach()
  endforeach()
  if(lines)
    string(APPEND CPACK_RPM_SPEC_MORE_DEFINE "%if \"%{name}\" == \"${package}\"\n${lines}%endif\n")
    set(CPACK_RPM_SPEC_MORE_DEFINE "${CPACK_RPM_SPEC_MORE_DEFINE}" PARENT_SCOPE)
  endif()
endfunction()

# The program has the library in it.
px_license(program pmapx COPYING include/COPYING.LIB)
px_license(library pmapx-libs include/COPYING.LIB)
px_link(../../licenses/pmapx/COPYING ${px_top}/program/usr/share/doc/pmapx/COPYING)
px_link(../../../licenses/pmapx/COPYING.LIB ${px_top}/program/usr/share/doc/pmapx/include/COPYING.LIB)
file(REMOVE_RECURSE ${px_top}/library/usr/share/doc)
px_changelog(rpm px_changes)
set(CPACK_RPM_CHANGELOG_FILE ${CPACK_TOPLEVEL_DIRECTORY}/changelog)
file(WRITE ${CPACK_RPM_CHANGELOG_FILE} "${px_changes}")

set(px_program ${px_top}/program/usr/bin/pmapx)
set(px_libdir usr/${CPACK_PMAPX_INSTALL_LIBDIR})
set(px_shared ${px_top}/library/${px_libdir}/libpmapx.so.${CPACK_PACKAGE_VERSION})
# Nothing that depends on when and where this is done.
set(CPACK_RPM_SPEC_MORE_DEFINE
"%global debug_package %{nil}
%global clamp_mtime_to_source_date_epoch 1
%global use_source_date_epoch_as_buildtime 1
%global _buildhost localhost
")
# CPack does not see that rpm knows weak dependencies.  Its psql is run by "pmapx capture --postgres".
string(APPEND CPACK_RPM_SPEC_MORE_DEFINE "%if \"%{name}\" == \"pmapx\"\nSuggests: postgresql\n%endif\n")
px_late_tags(pmapx ${px_program})
px_late_tags(pmapx-libs ${px_shared})
px_strip(${px_program})
px_strip(${px_shared})
px_strip_static(${px_top}/development/${px_libdir}/libpmapx.a)
px_compress_manual()
px_same_for_all()
# Where rpm's tools look for shared libraries.
px_do(chmod 755 ${px_shared})
