# levada_room(NAME [LINKS rooms and libraries…]): one folder below src/ = one library. Of its files,
# x_test.cc go into the room's test program, each x_fuzz.cc and x_bench.cc into a program of its own,
# the rest into the library. A room links exactly what its floor allows (docs: ARCHITECTURE.md).

find_package(GTest REQUIRED)
find_package(benchmark QUIET)

function(levada_room name)
  cmake_parse_arguments(ROOM "" "" "LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(tests ${sources})
  set(fuzzers ${sources})
  set(benches ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz|bench)\\.cc$")

  if(sources)
    add_library(levada_${name} STATIC ${sources})
    set(visibility PUBLIC)
  else()  # headers only
    add_library(levada_${name} INTERFACE)
    set(visibility INTERFACE)
  endif()
  target_include_directories(levada_${name} ${visibility} ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(levada_${name} ${visibility} ${ROOM_LINKS})

  if(tests AND NOT LEVADA_FUZZ)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE levada_${name} GTest::gtest GTest::gtest_main
                                               GTest::gmock)
    add_test(NAME ${name} COMMAND ${name}_test)
  endif()
  if(LEVADA_FUZZ)
    foreach(file ${fuzzers})
      get_filename_component(program ${file} NAME_WE)
      add_executable(${program} ${file})
      target_link_libraries(${program} PRIVATE levada_${name})
      target_link_options(${program} PRIVATE -fsanitize=fuzzer)
    endforeach()
  elseif(benchmark_FOUND AND NOT LEVADA_SANITIZE)
    foreach(file ${benches})
      get_filename_component(program ${file} NAME_WE)
      add_executable(${program} EXCLUDE_FROM_ALL ${file})
      target_link_libraries(${program} PRIVATE levada_${name} benchmark::benchmark_main)
    endforeach()
  endif()
endfunction()
