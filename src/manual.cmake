# SPDX-License-Identifier: GPL-2.0-or-later
# The manual of the library: its pages, and a link for each name that a page has.

file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/doc/*.3)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${pages})
set(links)
foreach(page IN LISTS pages)
  get_filename_component(title ${page} NAME_WE)
  # Only NAME names itself: .Nm pmapx_reader_open ,
  file(STRINGS ${page} names REGEX "^\\.Nm [A-Za-z]")
  foreach(name IN LISTS names)
    string(REGEX REPLACE "^\\.Nm ([A-Za-z_0-9]+).*" "\\1" name "${name}")
    if(NOT name STREQUAL title)
      # man(1) finds what it names by this, compressed or not, wherever it has been moved to.
      file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/man3/${name}.3 CONTENT ".so man3/${title}.3\n" @ONLY)
      list(APPEND links ${PROJECT_BINARY_DIR}/man3/${name}.3)
    endif()
  endforeach()
endforeach()
install(FILES ${pages} ${links} DESTINATION ${px_man3} COMPONENT development)

# The comments of the headers as pages to read, for who asks for them.
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()
find_program(PMAPX_DOXYGEN doxygen)
mark_as_advanced(PMAPX_DOXYGEN)
if(PMAPX_DOXYGEN)
  add_custom_target(doc-html
    COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/doc
    COMMAND ${CMAKE_COMMAND} -E env PMAPX_VERSION=${PROJECT_VERSION}
            PMAPX_PAGES=${PROJECT_BINARY_DIR}/doc ${PMAPX_DOXYGEN} doc/Doxyfile
    COMMAND ${CMAKE_COMMAND} -E echo "${PROJECT_BINARY_DIR}/doc/html/index.html"
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM)
endif()
