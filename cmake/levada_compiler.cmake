# How everything is compiled: C++20, warnings are errors, sanitizers and fuzzing by option.

option(LEVADA_SANITIZE "tests and libFuzzer targets, both sanitized (needs clang)" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Used where it is installed, not asked for: filling the cache costs a first build a fifth more time.
find_program(LEVADA_CCACHE ccache)
if(LEVADA_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LEVADA_CCACHE})
endif()

# Clang builds what is sanitized only and has no -Wshadow=local. Its warnings are often about the
# standard library's own: they are no errors there.
if(NOT LEVADA_SANITIZE)
  set(warnings_are_errors -Werror)
endif()
# g++ 12 sees out-of-bounds copies in its own basic_string when its headers are precompiled: false.
set(false_warnings -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
# g++ collects the garbage of its own trees so often that it takes a tenth of the time of a unit.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  add_compile_options(--param=ggc-min-expand=100 --param=ggc-min-heapsize=1048576)
endif()
add_compile_options(-Wall -Wextra $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local> ${warnings_are_errors}
                    "$<$<CXX_COMPILER_ID:GNU>:${false_warnings}>"
                    -fno-omit-frame-pointer -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
find_program(LEVADA_MOLD mold)
if(LEVADA_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

if(LEVADA_SANITIZE)  # one instrumentation for both, so that each file is compiled once
  set(ignored ${CMAKE_SOURCE_DIR}/cmake/sanitize_ignorelist.txt)
  # Without vptr, a tenth of the time: whether an object is of the class that its pointer says, asked at
  # each call. One that is gone is the address sanitizer's; a wrong cast down among virtual classes,
  # of which there are few, is not found.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all
                      -fsanitize-ignorelist=${ignored})
  add_link_options(-fsanitize=address,undefined)
  # What libFuzzer is guided by: for rooms with fuzz targets. It is a quarter of their compilation.
  set(LEVADA_GUIDES -fsanitize-coverage=inline-8bit-counters,pc-table,indirect-calls,trace-cmp
                    -fsanitize-coverage-ignorelist=${ignored})
endif()

# libssl and libcrypto are linked in: loading them took a third of a command's time, and the binary
# runs where they are not installed (ADR 24).
set(OPENSSL_USE_STATIC_LIBS ON)
# So are the others that Debian has as archives: each shared one costs a command 0.1 ms and 0.2 MB.
find_library(LEVADA_IPSEC_MB libIPSec_MB.a REQUIRED)
find_library(LEVADA_NGHTTP2 libnghttp2.a REQUIRED)
find_library(LEVADA_PCRE2 libpcre2-8.a REQUIRED)
find_library(LEVADA_URING liburing.a REQUIRED)
find_library(LEVADA_ZLIB libz.a REQUIRED)
