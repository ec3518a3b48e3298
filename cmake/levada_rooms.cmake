# levada_room(NAME [UNITS n [ALONE regex]] [LINKS rooms and libraries…]): one folder below src/ = one library. Of its files,
# x_test.cc go into the room's test program, x_fuzz.cc into its fuzz program, each x_sim.cc and
# x_bench.cc into a program of its own, the rest into the library. A simulation is called with
# FIRST_SEED COUNT and ends with the line 'N passed, N failed'. A room links exactly what its floor
# allows (docs: ARCHITECTURE.md).

find_package(GTest REQUIRED)
find_package(benchmark QUIET)

# The standard library's headers cost a second a file: they are compiled once for all rooms, and
# once more, with GoogleTest, for all tests. Files still include what they use.
set(standard_headers <algorithm> <array> <charconv> <chrono> <cmath> <coroutine> <cstdint> <cstdio>
    <cstdlib> <cstring> <deque> <functional> <limits> <map> <memory> <optional> <set> <span> <string>
    <string_view> <unordered_map> <utility> <variant> <vector> <tl/expected.hpp>)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/standard.cc CONTENT "// Its precompiled headers serve all.\n")
add_library(levada_standard OBJECT ${CMAKE_BINARY_DIR}/standard.cc)
target_precompile_headers(levada_standard PRIVATE ${standard_headers})
add_library(levada_standard_test OBJECT ${CMAKE_BINARY_DIR}/standard.cc)
target_link_libraries(levada_standard_test PRIVATE GTest::gtest GTest::gmock)
target_compile_options(levada_standard_test PRIVATE -O0)  # as tests are: what they test is optimized
target_precompile_headers(levada_standard_test PRIVATE ${standard_headers} <gtest/gtest.h>
                                                       <gmock/gmock.h>)

# Files of a room are compiled in units of many: the headers that they share, and the templates made
# of them, cost more than the files themselves (21 processor minutes for all, 6 so). A file's unit
# follows from its name alone, so a new file moves no other. What two files of a room call alike has
# one home or two names; a file that can have neither stands alone. For quick work on few files: OFF.
option(LEVADA_UNITS "compile the files of a room in units of several" ON)

# compile_together(TARGET COUNT ALONE FILES…): in COUNT units, but for the files that ALONE matches.
function(compile_together target count alone)
  if(NOT LEVADA_UNITS)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)  # takes a file of a unit for a header, and warns
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
  if(LEVADA_SANITIZE)  # nothing is optimized there: the time is in what each unit begins with
    math(EXPR count "(${count} + 1) / 2")
  endif()
  foreach(file ${ARGN})
    if(alone AND file MATCHES "${alone}")
      set_source_files_properties(${file} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    else()
      get_filename_component(file_name ${file} NAME)
      string(MD5 digest ${file_name})
      string(SUBSTRING ${digest} 0 6 digits)
      math(EXPR unit "0x${digits} % ${count}")
      set_source_files_properties(${file} PROPERTIES UNITY_GROUP unit_${unit})
    endif()
  endforeach()
endfunction()

# levada_fuzzers(NAME FILES…): the fuzz targets of a room are one unit and one program, because most
# of the time would go into linking them. Under the name of x_fuzz, a link, it fuzzes with x_fuzz.cc.
function(levada_fuzzers name)
  set(included "")
  set(named "")
  set(links "")
  foreach(file ${ARGN})
    get_filename_component(target ${file} NAME_WE)
    string(APPEND included "#define LLVMFuzzerTestOneInput ${target}\n#include \"${file}\"\n"
                           "#undef LLVMFuzzerTestOneInput\n")
    string(APPEND named "    {\"${target}\", ${target}},\n")
    list(APPEND links COMMAND ${CMAKE_COMMAND} -E create_symlink ${name}_fuzzers ${target})
    add_custom_target(${target} DEPENDS ${name}_fuzzers)
  endforeach()
  configure_file(${CMAKE_SOURCE_DIR}/cmake/fuzzers.cc.in ${name}_fuzzers.cc @ONLY)
  add_executable(${name}_fuzzers ${CMAKE_CURRENT_BINARY_DIR}/${name}_fuzzers.cc)
  target_precompile_headers(${name}_fuzzers REUSE_FROM levada_standard)
  target_link_libraries(${name}_fuzzers PRIVATE levada_${name})
  target_compile_options(${name}_fuzzers PRIVATE ${LEVADA_GUIDES})
  target_link_options(${name}_fuzzers PRIVATE -fsanitize=fuzzer)
  add_custom_command(TARGET ${name}_fuzzers POST_BUILD ${links} VERBATIM)
endfunction()

function(levada_room name)
  cmake_parse_arguments(ROOM "" "UNITS;ALONE" "LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(tests ${sources})
  set(fuzzers ${sources})
  set(benches ${sources})
  set(simulations ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  list(FILTER simulations INCLUDE REGEX "_sim\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz|bench|sim)\\.cc$")

  if(sources)
    add_library(levada_${name} STATIC ${sources})
    target_precompile_headers(levada_${name} REUSE_FROM levada_standard)
    set(visibility PUBLIC)
    if(ROOM_UNITS)
      compile_together(levada_${name} ${ROOM_UNITS} "${ROOM_ALONE}" ${sources})
    endif()
  else()  # headers only
    add_library(levada_${name} INTERFACE)
    set(visibility INTERFACE)
  endif()
  target_include_directories(levada_${name} ${visibility} ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(levada_${name} ${visibility} ${ROOM_LINKS})

  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE levada_${name} GTest::gtest GTest::gtest_main
                                               GTest::gmock)
    target_compile_options(${name}_test PRIVATE -O0)
    target_precompile_headers(${name}_test REUSE_FROM levada_standard_test)
    list(LENGTH tests count)
    math(EXPR count "${count} / 20 + 1")
    compile_together(${name}_test ${count} "" ${tests})
    add_test(NAME ${name} COMMAND ${name}_test)
    list(LENGTH tests files)
    set_tests_properties(${name} PROPERTIES COST ${files})  # the largest begin first
  endif()
  if(NOT LEVADA_SANITIZE)
    foreach(file ${simulations})
      get_filename_component(program ${file} NAME_WE)
      add_executable(${program} ${file})
      target_precompile_headers(${program} REUSE_FROM levada_standard)
      target_link_libraries(${program} PRIVATE levada_${name})
    endforeach()
  endif()
  if(LEVADA_SANITIZE)
    if(fuzzers)
      target_compile_options(levada_${name} PRIVATE ${LEVADA_GUIDES})
      levada_fuzzers(${name} ${fuzzers})
    endif()
  elseif(benchmark_FOUND)
    foreach(file ${benches})
      get_filename_component(program ${file} NAME_WE)
      add_executable(${program} EXCLUDE_FROM_ALL ${file})
      target_link_libraries(${program} PRIVATE levada_${name} benchmark::benchmark_main)
    endforeach()
  endif()
endfunction()
