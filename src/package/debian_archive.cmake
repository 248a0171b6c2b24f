# SPDX-License-Identifier: GPL-2.0-or-later
# The parts of a .deb, which is an archive of ar(5), have the modes that the umask gave them when
# CPack wrote them; dpkg writes 644.  Read by cpack when the packages are there.
cmake_policy(VERSION 3.25)

foreach(package IN LISTS CPACK_PACKAGE_FILES)
  file(SIZE ${package} end)
  # Behind the magic bytes, each part has a header of 60 bytes, and begins at an even place.
  set(at 8)
  while(at LESS end)
    math(EXPR mode "${at} + 40")
    execute_process(COMMAND printf "100644  "
                    COMMAND dd of=${package} bs=1 seek=${mode} conv=notrunc status=none
                    COMMAND_ERROR_IS_FATAL ANY)
    math(EXPR size "${at} + 48")
    file(READ ${package} size OFFSET ${size} LIMIT 10)
    string(STRIP "${size}" size)
    math(EXPR at "${at} + 60 + ${size} + ${size} % 2")
  endwhile()
endforeach()
