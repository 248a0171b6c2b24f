# SPDX-License-Identifier: GPL-2.0-or-later
# What rpm calls the architecture that a program was built for, which need not be that of the
# machine: gcc -m32, or a compiler for another one.

# px_rpm_architecture(FILE VARIABLE): by its header (see elf(5)): class, byte order, machine.
function(px_rpm_architecture file variable)
  file(READ ${file} kind OFFSET 4 LIMIT 2 HEX)
  file(READ ${file} machine OFFSET 18 LIMIT 2 HEX)
  set(known
    0101-0300=i686
    0201-0201=loongarch64
    0201-1500=ppc64le
    0201-3e00=x86_64
    0201-b700=aarch64
    0201-f300=riscv64
    0202-0015=ppc64
    0202-0016=s390x)
  list(FILTER known INCLUDE REGEX "^${kind}-${machine}=")
  if(NOT known)
    message(FATAL_ERROR "what rpm calls the architecture of ${file} is not known here: "
      "configure with -DCPACK_RPM_PACKAGE_ARCHITECTURE=NAME")
  endif()
  string(REGEX REPLACE ".*=" "" known ${known})
  set(${variable} ${known} PARENT_SCOPE)
endfunction()
