# SPDX-License-Identifier: GPL-2.0-or-later
# For -Dcmocka_DIR: what stands in for cmocka where there is none, as on the machines that
# tests/check/elsewhere.py builds for.
add_library(px_cmocka STATIC ${CMAKE_CURRENT_LIST_DIR}/cmocka.c)
target_link_libraries(px_cmocka PRIVATE px_flags)
set(CMOCKA_INCLUDE_DIR ${CMAKE_CURRENT_LIST_DIR})
set(CMOCKA_LIBRARIES px_cmocka)
