# One place for compiler flags: warnings are errors, the baseline processor, sanitizers.
add_library(trailkeeper_flags INTERFACE)
target_compile_options(trailkeeper_flags INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports false positives of these three in inlined standard-library code at -O2 and above, and of the last one
  # in coroutine frames that Asio allocates.
  target_compile_options(trailkeeper_flags INTERFACE
    -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-mismatched-new-delete
    # In a unit each file looks like a header, in which a member of a type of the file's own would be a fault.
    $<$<BOOL:${TRAILKEEPER_UNITE}>:-Wno-subobject-linkage>)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # What mutexes guard is used with them held (text/mutex.h).
  target_compile_options(trailkeeper_flags INTERFACE -Wthread-safety)
endif()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  # SSE4.2 and POPCNT: every x86-64 server since 2009. simdjson picks AVX2 or AVX-512 at run time by itself.
  target_compile_options(trailkeeper_flags INTERFACE -march=x86-64-v2)
endif()
if(TRAILKEEPER_SANITIZE)
  target_compile_options(trailkeeper_flags INTERFACE
    -fsanitize=${TRAILKEEPER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    # Half the time to compile, and reports name lines all the same.
    -O1 -g1
    # Contracts that headers state are asserted there; the release build does without.
    -UNDEBUG)
  target_link_options(trailkeeper_flags INTERFACE -fsanitize=${TRAILKEEPER_SANITIZE})
endif()
if(TRAILKEEPER_SANITIZE STREQUAL "thread")
  # ThreadSanitizer doesn't know fences; Asio's locks do without.
  target_compile_definitions(trailkeeper_flags INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
endif()
if(TRAILKEEPER_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Clang 14 can't put what this check needs before a coroutine's parts: "Cannot represent a difference across sections".
  target_compile_options(trailkeeper_flags INTERFACE -fno-sanitize=function)
endif()
if(TRAILKEEPER_FUZZ)
  target_compile_options(trailkeeper_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# The standard library's and other people's headers are most of what the compiler reads. The release build does without
# this, so that each file is seen to include what it uses.
function(trailkeeper_precompile target)
  if(TRAILKEEPER_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE
      <algorithm> <array> <cstdint> <functional> <map> <memory> <mutex> <optional> <set> <span> <stdexcept> <string>
      <string_view> <unordered_map> <utility> <vector> ${ARGN})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
      # The cache compares what is precompiled by its bytes; the time of a header would differ with each clone.
      target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
    endif()
  endif()
endfunction()

# trailkeeper_unite(VARIABLE MODULE): the files in the variable become units that include a dozen of them each, for most of
# what a compiler does for one file is reading headers. A name of a file's own must therefore be unlike those of its module's
# other files. The preset `tsan` includes them in the opposite order, so that a file is found out that leans on what those
# before it include; `debug` compiles each file alone.
function(trailkeeper_unite variable module)
  if(NOT TRAILKEEPER_UNITE)
    return()
  endif()
  set(units)
  set(rest ${${variable}})
  if(TRAILKEEPER_SANITIZE STREQUAL "thread")
    list(REVERSE rest)
  endif()
  while(rest)
    list(SUBLIST rest 0 12 files)
    list(REMOVE_ITEM rest ${files})
    # Files are included as other modules' headers are: the place of this clone would keep the compiler's cache from others.
    list(TRANSFORM files REPLACE "^${CMAKE_CURRENT_SOURCE_DIR}/(.+)$" "#include \"${module}/\\1\"\n")
    list(JOIN files "" text)
    list(LENGTH units number)
    set(unit ${CMAKE_CURRENT_BINARY_DIR}/unit_${number}.cpp)
    file(CONFIGURE OUTPUT ${unit} CONTENT "${text}" @ONLY)
    list(APPEND units ${unit})
  endwhile()
  set(${variable} ${units} PARENT_SCOPE)
endfunction()

# Paths below the source tree are relative to the cache, so that one clone finds what another built.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()
