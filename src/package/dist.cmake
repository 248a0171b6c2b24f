# SPDX-License-Identifier: GPL-2.0-or-later
# cmake -D GIT=git -D SOURCE=DIR -D NAME=pmapx-1.2.3 -D FOLDER=DIR -P dist.cmake
# The tarball of a release: what is committed, the same bytes for one commit.

if(NOT GIT)
  message(FATAL_ERROR "git is not installed, and a tarball is made of what is committed")
endif()
execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse --show-toplevel
                OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
get_filename_component(source ${SOURCE} REALPATH)
if(NOT top STREQUAL source)
  message(FATAL_ERROR "${SOURCE} is no clone of the repository, and a tarball is made of what is committed")
endif()

execute_process(COMMAND ${GIT} -C ${SOURCE} status --porcelain --untracked-files=no
                OUTPUT_VARIABLE changed COMMAND_ERROR_IS_FATAL ANY)
if(changed)
  message(WARNING "these changes are not committed, and not in the tarball:\n${changed}")
endif()
set(file ${FOLDER}/${NAME}.tar.gz)
# The time of the commit is in it; that of packing is not, nor what the user has configured.
execute_process(
  COMMAND ${GIT} -C ${SOURCE} -c "tar.tar.gz.command=gzip -9n" -c tar.umask=0022
          -c core.autocrlf=false -c core.eol=lf
          archive --format=tar.gz --prefix=${NAME}/ --output=${file} HEAD
  COMMAND_ERROR_IS_FATAL ANY)
file(SHA256 ${file} sum)
message("${sum}  ${file}")
