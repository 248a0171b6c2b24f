# SPDX-License-Identifier: GPL-2.0-or-later
# What Debian has otherwise than cmake --install, and the fields of packages that
# follow from their files.  Read by cpack after the files are in their folders.
cmake_policy(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/stage.cmake)
set(px_top ${CPACK_TEMPORARY_DIRECTORY})
set(px_work ${CPACK_TOPLEVEL_DIRECTORY}/control)
file(REMOVE_RECURSE ${px_work})

# px_separate_symbols(COMPONENT FILE): strip FILE; what debuggers need goes into the component's own
# package for it, if there is to be one, by the number that the linker gave the file.
function(px_separate_symbols component file)
  string(TOUPPER ${component} upper)
  set(package ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  if(NOT ${component}_symbols IN_LIST CPACK_COMPONENTS_ALL)
    px_strip(${file})
    return()
  endif()
  # Its status is 1 where there are notes that it does not know.
  execute_process(COMMAND ${CPACK_PMAPX_READELF} -nW ${file} OUTPUT_VARIABLE notes)
  if(NOT notes MATCHES "Build ID: (..)([0-9a-f]+)")
    message(FATAL_ERROR "${file} has no build id")
  endif()
  set(symbols ${px_top}/${component}_symbols)
  px_strip(${file} ${symbols}/usr/lib/debug/.build-id/${CMAKE_MATCH_1}/${CMAKE_MATCH_2}.debug)
  px_link(${package} ${symbols}/usr/share/doc/${package}-dbgsym)
  set(fields "\nAuto-Built-Package: debug-symbols\nBuild-Ids: ${CMAKE_MATCH_1}${CMAKE_MATCH_2}")
  set(CPACK_DEBIAN_${upper}_SYMBOLS_PACKAGE_SECTION
    "${CPACK_DEBIAN_${upper}_SYMBOLS_PACKAGE_SECTION}${fields}" PARENT_SCOPE)
endfunction()

# px_find_packages(FILE...): which packages have what these load late, by asking once, as it takes
# dpkg a while to answer: the variable px_package_of_SONAME for each.
function(px_find_packages)
  set(patterns)
  foreach(file IN LISTS ARGN)
    foreach(priority IN ITEMS required recommended suggested)
      px_late_libraries(${file} ${priority} libraries)
      string(REPLACE "|" ";" libraries "${libraries}")
      list(APPEND patterns ${libraries})
    endforeach()
  endforeach()
  if(NOT patterns)
    return()
  endif()
  list(REMOVE_DUPLICATES patterns)
  list(TRANSFORM patterns PREPEND "*/${CPACK_PMAPX_LIBRARY_ARCHITECTURE}/")
  # Those that it does not find are on its standard error.
  execute_process(COMMAND ${PX_dpkg-query} -S ${patterns} OUTPUT_VARIABLE said)
  string(REGEX MATCHALL "[^\n]+" lines "${said}")
  foreach(line IN LISTS lines)
    if(line MATCHES "^([a-z0-9][a-z0-9+.-]*)(:[a-z0-9-]+)?: /.*/([^/]+)$")
      set(px_package_of_${CMAKE_MATCH_3} ${CMAKE_MATCH_1} PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

# px_packages_of(ALTERNATIVES VARIABLE): the packages that have these libraries, "a | b".
function(px_packages_of alternatives variable)
  string(REPLACE "|" ";" sonames "${alternatives}")
  set(packages)
  foreach(soname IN LISTS sonames)
    if(NOT px_package_of_${soname})
      message(FATAL_ERROR "no package has ${soname}, which is loaded late and would be recommended")
    endif()
    list(APPEND packages ${px_package_of_${soname}})
  endforeach()
  list(REMOVE_DUPLICATES packages)
  list(JOIN packages " | " packages)
  set(${variable} "${packages}" PARENT_SCOPE)
endfunction()

# px_relations(COMPONENT FILE): what it depends on, and what it loads late.
function(px_relations component file)
  string(TOUPPER ${component} upper)
  # dpkg-shlibdeps wants to be called where a package is built, and to see where that is put together.
  file(MAKE_DIRECTORY ${px_top}/${component}/DEBIAN)
  file(WRITE ${px_work}/debian/control
    "Source: pmapx\n\nPackage: ${CPACK_DEBIAN_${upper}_PACKAGE_NAME}\nArchitecture: any\n")
  execute_process(COMMAND ${PX_dpkg-shlibdeps} -O ${file} WORKING_DIRECTORY ${px_work}
                  OUTPUT_VARIABLE needed OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  file(REMOVE_RECURSE ${px_top}/${component}/DEBIAN)
  string(REGEX REPLACE "^shlibs:Depends=" "" DEPENDS "${needed}")
  set(SUGGESTS ${CPACK_DEBIAN_${upper}_PACKAGE_SUGGESTS})
  foreach(pair IN ITEMS required=DEPENDS recommended=RECOMMENDS suggested=SUGGESTS)
    string(REPLACE "=" ";" pair ${pair})
    list(GET pair 0 priority)
    list(GET pair 1 field)
    px_late_libraries(${file} ${priority} libraries)
    foreach(alternatives IN LISTS libraries)
      px_packages_of("${alternatives}" packages)
      list(APPEND ${field} ${packages})
    endforeach()
    list(REMOVE_DUPLICATES ${field})
    list(JOIN ${field} ", " text)
    set(CPACK_DEBIAN_${upper}_PACKAGE_${field} "${text}" PARENT_SCOPE)
  endforeach()
endfunction()

# px_library_control(FILE): what packages that are built with the library will depend on.  A
# symbol is as old as the section of libpmapx.sym that it is in, which has the version in its name.
function(px_library_control file)
  set(package ${CPACK_DEBIAN_LIBRARY_PACKAGE_NAME})
  set(soname libpmapx.so.${CPACK_PMAPX_SOVERSION})
  set(template "${soname} ${package} #MINVER#\n* Build-Depends-Package: libpmapx-dev\n")
  file(STRINGS ${CPACK_PMAPX_SOURCE_DIR}/src/libpmapx.sym sections REGEX "^PMAPX_[0-9.]+ {")
  foreach(section IN LISTS sections)
    string(REGEX MATCH "^PMAPX_([0-9.]+)" section "${section}")
    string(APPEND template " (symver)${section} ${CMAKE_MATCH_1}\n")
  endforeach()
  file(WRITE ${px_work}/template "${template}")
  file(WRITE ${px_work}/debian/control "Source: pmapx\n\nPackage: ${package}\nArchitecture: any\n")
  execute_process(
    COMMAND ${PX_dpkg-gensymbols} -c4 -q -p${package} -v${CPACK_PACKAGE_VERSION} -e${file}
            -Itemplate -Osymbols -P.
    WORKING_DIRECTORY ${px_work} COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE ${px_work}/shlibs
    "libpmapx ${CPACK_PMAPX_SOVERSION} ${package} (>= ${CPACK_PACKAGE_VERSION})\n")
  file(WRITE ${px_work}/triggers "activate-noawait ldconfig\n")
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA
    ${px_work}/symbols ${px_work}/shlibs ${px_work}/triggers PARENT_SCOPE)
endfunction()

# px_as_pmap_control(): what makes place for pmap.  man(1) prefers a page in the reader's language to
# ours, so procps' page steps aside in each language that procps-ng has messages in; Debian 12 has the
# page in six of them, and what is not there can be diverted as well.
function(px_as_pmap_control)
  set(px_diverted /usr/bin/pmap /usr/share/man/man1/pmap.1.gz)
  foreach(language IN ITEMS de es fr ka ko pl pt_BR ro sv uk vi zh_CN)
    list(APPEND px_diverted /usr/share/man/${language}/man1/pmap.1.gz)
  endforeach()
  list(JOIN px_diverted " " px_diverted)
  set(source ${CPACK_PMAPX_SOURCE_DIR}/src/package/as-pmap)
  configure_file(${source}/preinst.in ${px_work}/preinst @ONLY)
  set(CPACK_DEBIAN_AS_PMAP_PACKAGE_CONTROL_EXTRA ${px_work}/preinst ${source}/postrm PARENT_SCOPE)
endfunction()

# px_documents(COMPONENT COPYRIGHT): the files that each package must have.
function(px_documents component copyright)
  string(TOUPPER ${component} upper)
  set(package ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  set(source ${CPACK_PMAPX_SOURCE_DIR}/src/package)
  set(folder ${px_top}/${component}/usr/share/doc/${package})
  file(MAKE_DIRECTORY ${folder})
  file(COPY_FILE ${source}/copyright.${copyright} ${folder}/copyright)
  px_changelog(debian text)
  file(WRITE ${folder}/changelog "${text}")
  px_do(gzip -9n ${folder}/changelog)
  if(EXISTS ${source}/${component}.lintian)
    file(MAKE_DIRECTORY ${px_top}/${component}/usr/share/lintian/overrides)
    file(COPY_FILE ${source}/${component}.lintian
         ${px_top}/${component}/usr/share/lintian/overrides/${package})
  endif()
endfunction()

# Each system has the texts of these licences once.  Documents stay as they are, whatever their
# size: what is compressed cannot be followed from one to the other, as with HTML.
px_link(../../common-licenses/GPL-2 ${px_top}/program/usr/share/doc/pmapx/COPYING)
px_link(../../../common-licenses/LGPL-2.1 ${px_top}/program/usr/share/doc/pmapx/include/COPYING.LIB)
file(REMOVE_RECURSE ${px_top}/library/usr/share)
# Where zsh of Debian looks for those of other packages.
foreach(component IN ITEMS program as_pmap)
  set(px_zsh ${px_top}/${component}/usr/share/zsh)
  if(EXISTS ${px_zsh}/site-functions)
    file(RENAME ${px_zsh}/site-functions ${px_zsh}/vendor-completions)
  endif()
endforeach()

set(px_program ${px_top}/program/usr/bin/pmapx)
set(px_libdir usr/${CPACK_PMAPX_INSTALL_LIBDIR})
set(px_shared ${px_top}/library/${px_libdir}/libpmapx.so.${CPACK_PACKAGE_VERSION})
px_find_packages(${px_program} ${px_shared})
px_relations(program ${px_program})
px_relations(library ${px_shared})
px_library_control(${px_shared})
px_separate_symbols(program ${px_program})
px_separate_symbols(library ${px_shared})
px_strip_static(${px_top}/development/${px_libdir}/libpmapx.a)

px_documents(program program)
px_documents(library library)
px_documents(development library)
if(CPACK_PMAPX_AS_PMAP)
  px_documents(as_pmap program)
  px_as_pmap_control()
endif()
px_compress_manual()
px_same_for_all()
