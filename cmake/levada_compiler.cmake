# How everything is compiled: C++20, warnings are errors, sanitizers and fuzzing by option.

option(LEVADA_SANITIZE "address and undefined behaviour sanitizers" OFF)
option(LEVADA_FUZZ "build the libFuzzer targets (needs clang)" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(LEVADA_CCACHE ccache)
if(LEVADA_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LEVADA_CCACHE})
endif()

# Clang builds the fuzz targets only and has no -Wshadow=local. Its warnings, and those of g++ about
# instrumented code, are often about the standard library's own: they are no errors there.
if(NOT LEVADA_SANITIZE AND NOT LEVADA_FUZZ)
  set(warnings_are_errors -Werror)
endif()
add_compile_options(-Wall -Wextra $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local> ${warnings_are_errors}
                    -fno-omit-frame-pointer -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
find_program(LEVADA_MOLD mold)
if(LEVADA_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

if(LEVADA_SANITIZE)
  # Instrumented, libstdc++'s own <regex> and <functional> look uninitialized to g++ 12.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                      -Wno-maybe-uninitialized)
  add_link_options(-fsanitize=address,undefined)
endif()
if(LEVADA_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
endif()
