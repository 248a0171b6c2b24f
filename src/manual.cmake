# SPDX-License-Identifier: GPL-2.0-or-later
# The manual of the library.

# The comments of the headers as pages to read, for who asks for them.
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
