# SPDX-License-Identifier: LGPL-2.1-or-later
# Which packages have the libraries that are loaded late: distributions call them differently, so
# that of the system which builds is asked, and it need not be known.

# px_name_packages(NAME...): PX_<name>_PACKAGE is set in the caller to what is said behind a soname,
# " (package libfoo1)", or to nothing.
function(px_name_packages)
  find_program(dpkg_query dpkg-query NO_CACHE)
  find_program(rpm rpm NO_CACHE)
  set(places)
  foreach(name IN LISTS ARGN)
    set(PMAPX_PACKAGE_OF_${name} "" CACHE STRING
        "The package that users install to have this library; empty: the one that has it here")
    mark_as_advanced(PMAPX_PACKAGE_OF_${name})
    if(PX_${name}_SONAME AND NOT PMAPX_PACKAGE_OF_${name})
      get_filename_component(folder ${PX_${name}_FILE} DIRECTORY)
      set(place_${name} ${folder}/${PX_${name}_SONAME})
      # Where /lib is in /usr, packages can have either.
      string(REGEX REPLACE "^/usr/" "/" short ${place_${name}})
      list(APPEND places ${place_${name}} ${short})
      set(short_${name} ${short})
    endif()
  endforeach()
  # It takes a while to answer, so it is asked once.
  if(places AND dpkg_query)
    execute_process(COMMAND ${dpkg_query} -S ${places} OUTPUT_VARIABLE said ERROR_QUIET)
    string(REGEX MATCHALL "[^\n]+" lines "${said}")
    foreach(line IN LISTS lines)
      if(line MATCHES "^([a-z0-9][a-z0-9+.-]*)(:[a-z0-9-]+)?: (/.*)$")
        set(owner_of_${CMAKE_MATCH_3} ${CMAKE_MATCH_1})
      endif()
    endforeach()
  endif()
  foreach(name IN LISTS ARGN)
    set(package "${PMAPX_PACKAGE_OF_${name}}")
    foreach(place IN ITEMS "${place_${name}}" "${short_${name}}")
      if(NOT package)
        set(package "${owner_of_${place}}")
      endif()
    endforeach()
    if(place_${name} AND NOT package AND rpm)
      execute_process(COMMAND ${rpm} -qf --qf "%{NAME}\n" ${place_${name}}
                      RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_QUIET)
      if(status EQUAL 0 AND said MATCHES "^([^\n]+)\n")
        set(package ${CMAKE_MATCH_1})
      endif()
    endif()
    set(PX_${name}_PACKAGE "" PARENT_SCOPE)
    if(package)
      set(PX_${name}_PACKAGE " (package ${package})" PARENT_SCOPE)
    endif()
  endforeach()
endfunction()
