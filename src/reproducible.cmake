# SPDX-License-Identifier: GPL-2.0-or-later
# Two builds of one commit are the same to the byte, wherever they are made.

# Debug information would name the folders of source and build.  It says
# src/FOLDER/NAME.c instead, which gdb finds when it is started at the top of the
# source.  Of maps that fit, gcc takes the last, and older clang any: but clang
# can be told the folder of the build.
if(NOT px_given_flags MATCHES "-f(file|debug)-(prefix-map|compilation-dir)")
  set(px_maps -ffile-prefix-map=${PROJECT_SOURCE_DIR}/= -ffile-prefix-map=${PROJECT_BINARY_DIR}=.)
  check_c_compiler_flag(-ffile-prefix-map=/a=b PX_HAS_FILE_PREFIX_MAP)
  if(PX_HAS_FILE_PREFIX_MAP)
    target_compile_options(px_flags INTERFACE ${px_maps})
    # What is optimised across files is compiled where it is linked.
    target_link_options(px_linking INTERFACE ${px_maps})
  endif()
  check_c_compiler_flag(-ffile-compilation-dir=. PX_HAS_FILE_COMPILATION_DIR)
  if(PX_HAS_FILE_COMPILATION_DIR)
    target_compile_options(px_flags INTERFACE -ffile-compilation-dir=.)
  endif()
  if(px_lto)
    # gcc leaves the folder of such objects to the assembler, and does not tell it this.
    target_compile_options(px_flags INTERFACE -Wa,--debug-prefix-map=${PROJECT_BINARY_DIR}=.)
  endif()
endif()
