# SPDX-License-Identifier: GPL-2.0-or-later
# What is installed, and where.  Components: program, library (what runs),
# development (what builds), as_pmap (what stands in pmap's place).
include(CMakePackageConfigHelpers)
# What is of all components counts as of this, as packages are made of what is of none.
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME program)

# px_completions(SHELL BELOW_DATADIR): where a shell looks.  The cache has what was given only, so
# that the folder moves with that of data.
macro(px_completions shell below_datadir)
  string(TOLOWER ${shell} px_shell)
  set(PMAPX_${shell}_COMPLETIONS_DIR "" CACHE STRING
      "Where ${px_shell} looks for completions, unless it is DATADIR/${below_datadir}")
  mark_as_advanced(PMAPX_${shell}_COMPLETIONS_DIR)
  if(NOT PMAPX_${shell}_COMPLETIONS_DIR)
    set(PMAPX_${shell}_COMPLETIONS_DIR ${CMAKE_INSTALL_DATADIR}/${below_datadir})
  endif()
endmacro()

px_completions(BASH bash-completion/completions)
px_completions(ZSH zsh/site-functions)
px_completions(FISH fish/vendor_completions.d)
set(px_man1 ${CMAKE_INSTALL_MANDIR}/man1)
set(px_man3 ${CMAKE_INSTALL_MANDIR}/man3)
set(px_package ${CMAKE_INSTALL_LIBDIR}/cmake/pmapx)
set(px_pkgconfig ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# Before anything else, in any choice of components.  What another project around this one
# installs is that one's to note.
set(px_build)
if(PROJECT_IS_TOP_LEVEL)
  set(px_build ${PROJECT_BINARY_DIR})
endif()
set(px_links)
set(px_copy)
if(PMAPX_INSTALL_AS_PMAP)
  set(px_copy ${PMAPX_ZSH_COMPLETIONS_DIR}/_pmap)
  set(px_links ${CMAKE_INSTALL_BINDIR}/pmap pmapx ${px_man1}/pmap.1 pmapx.1
               ${PMAPX_BASH_COMPLETIONS_DIR}/pmap pmapx
               ${PMAPX_FISH_COMPLETIONS_DIR}/pmap.fish pmapx.fish)
endif()
install(CODE "
  set(px_links \"${px_links}\")
  set(px_copy \"${px_copy}\")
  set(px_folders \"${CMAKE_INSTALL_BINDIR};${CMAKE_INSTALL_INCLUDEDIR}/pmapx;${px_package}\")
  list(APPEND px_folders \"${px_pkgconfig};${px_man1};${px_man3}\")
  list(APPEND px_folders \"${CMAKE_INSTALL_DOCDIR}/doc/example;${CMAKE_INSTALL_DOCDIR}/include\")
  list(APPEND px_folders \"${PMAPX_BASH_COMPLETIONS_DIR};${PMAPX_ZSH_COMPLETIONS_DIR}\")
  list(APPEND px_folders \"${PMAPX_FISH_COMPLETIONS_DIR}\")
  set(px_pkgconfig \"${px_pkgconfig}\")
  set(px_build \"${px_build}\")" ALL_COMPONENTS)
install(SCRIPT ${CMAKE_CURRENT_LIST_DIR}/install_begin.cmake ALL_COMPONENTS)

install(TARGETS pmapx RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/doc/*.1)
install(FILES ${pages} DESTINATION ${px_man1} COMPONENT program)
install(FILES ${PROJECT_SOURCE_DIR}/completions/pmapx.bash RENAME pmapx
        DESTINATION ${PMAPX_BASH_COMPLETIONS_DIR} COMPONENT program)
install(FILES ${PROJECT_SOURCE_DIR}/completions/_pmapx
        DESTINATION ${PMAPX_ZSH_COMPLETIONS_DIR} COMPONENT program)
install(FILES ${PROJECT_SOURCE_DIR}/completions/pmapx.fish
        DESTINATION ${PMAPX_FISH_COMPLETIONS_DIR} COMPONENT program)
# As they lie in the source, since they refer to each other.
install(FILES ${PROJECT_SOURCE_DIR}/COPYING ${PROJECT_SOURCE_DIR}/README.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
file(GLOB documents CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/doc/*.md ${PROJECT_SOURCE_DIR}/doc/*.svg)
install(FILES ${documents} DESTINATION ${CMAKE_INSTALL_DOCDIR}/doc COMPONENT program)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/doc/example
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/doc COMPONENT program)

# An export each, so that one library can be there without the other.
install(TARGETS pmapx_shared EXPORT pmapx_shared
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development)
install(TARGETS pmapx_static EXPORT pmapx_static
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(EXPORT pmapx_shared FILE pmapxTargets.cmake NAMESPACE pmapx::
        DESTINATION ${px_package} COMPONENT development)
install(EXPORT pmapx_static FILE pmapxStaticTargets.cmake NAMESPACE pmapx::
        DESTINATION ${px_package} COMPONENT development)
install(FILES ${PROJECT_SOURCE_DIR}/include/COPYING.LIB
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/include COMPONENT library)
install(FILES ${PROJECT_SOURCE_DIR}/include/pmapx.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/pmapx
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development FILES_MATCHING PATTERN "*.h")
include(${CMAKE_CURRENT_LIST_DIR}/manual.cmake)

set(px_shared_file libpmapx.so.${PROJECT_VERSION})
set(px_static_file libpmapx.a)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/pmapxConfig.cmake.in
  ${PROJECT_BINARY_DIR}/pmapxConfig.cmake
  INSTALL_DESTINATION ${px_package} PATH_VARS CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/pmapxConfigVersion.cmake
  COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/pmapxConfig.cmake ${PROJECT_BINARY_DIR}/pmapxConfigVersion.cmake
        DESTINATION ${px_package} COMPONENT development)

# pmapx.pc says where it is itself, so that an installation can be moved.  But in
# /usr compilers must recognise the folder that they have already; and a folder
# that was given by its full name stays that.
foreach(folder IN ITEMS LIBDIR INCLUDEDIR)
  set(px_pc_${folder} "${CMAKE_INSTALL_${folder}}")
  if(NOT IS_ABSOLUTE "${px_pc_${folder}}")
    string(PREPEND px_pc_${folder} "\${prefix}/")
  endif()
endforeach()
list(TRANSFORM CMAKE_DL_LIBS PREPEND -l OUTPUT_VARIABLE px_pc_private)
list(JOIN px_pc_private " " px_pc_private)
# What is left to say when it is installed, as the prefix may be another one then.
set(px_pc_prefix "@px_pc_prefix@")
configure_file(${CMAKE_CURRENT_LIST_DIR}/pmapx.pc.in ${PROJECT_BINARY_DIR}/pmapx.pc.in @ONLY)
install(CODE "
  set(px_pc_prefix \"\${CMAKE_INSTALL_PREFIX}\")
  if(NOT px_pc_prefix STREQUAL \"/usr\" AND NOT IS_ABSOLUTE \"\${px_pkgconfig}\")
    file(RELATIVE_PATH px_pc_prefix \"/prefix/\${px_pkgconfig}\" /prefix)
    string(REGEX REPLACE \"/$\" \"\" px_pc_prefix \"\\\${pcfiledir}/\${px_pc_prefix}\")
  endif()
  configure_file(\"${PROJECT_BINARY_DIR}/pmapx.pc.in\" \"${PROJECT_BINARY_DIR}/pmapx.pc\" @ONLY)
  cmake_path(ABSOLUTE_PATH px_pkgconfig BASE_DIRECTORY \"\${CMAKE_INSTALL_PREFIX}/\")
  file(INSTALL DESTINATION \"\${px_pkgconfig}\" TYPE FILE FILES \"${PROJECT_BINARY_DIR}/pmapx.pc\")"
  COMPONENT development)

if(px_copy)
  install(FILES ${PROJECT_SOURCE_DIR}/completions/_pmap
          DESTINATION ${PMAPX_ZSH_COMPLETIONS_DIR} COMPONENT as_pmap)
endif()
# Links beside what they lead to.
while(px_links)
  list(POP_FRONT px_links link target)
  get_filename_component(folder ${link} DIRECTORY)
  get_filename_component(name ${link} NAME)
  # Two of them have one name.
  set(staged ${PROJECT_BINARY_DIR}/as_pmap/${folder})
  file(MAKE_DIRECTORY ${staged})
  file(CREATE_LINK ${target} ${staged}/${name} SYMBOLIC)
  install(FILES ${staged}/${name} DESTINATION ${folder} COMPONENT as_pmap)
endwhile()

install(SCRIPT ${CMAKE_CURRENT_LIST_DIR}/install_end.cmake ALL_COMPONENTS)
if(PROJECT_IS_TOP_LEVEL)
  add_custom_target(uninstall
    COMMAND ${CMAKE_COMMAND} -D px_build=${PROJECT_BINARY_DIR}
            -P ${CMAKE_CURRENT_LIST_DIR}/uninstall.cmake
    USES_TERMINAL VERBATIM)
endif()
