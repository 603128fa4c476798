# What modules.txt says: trailkeeper_modules, from the ground up, and trailkeeper_below_NAME, what each may include.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS cmake/modules.txt)
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/modules.txt rows REGEX "^[a-z]")
foreach(row ${rows})
  string(REGEX MATCHALL "[a-z]+" words ${row})
  list(POP_FRONT words name)
  list(APPEND trailkeeper_modules ${name})
  set(trailkeeper_below_${name} ${words})
endforeach()

# trailkeeper_headers(TARGET): publishes the headers of the current folder as those of a module.
#
# Through build/include/NAME/NAME -> the module's folder, and nothing else of the source tree is on any include path. So
# `#include "store/segments/segment.h"` compiles only in a target that links `store`, directly or through a module it links:
# an include that the arrow forbids is a "file not found" error.
function(trailkeeper_headers target visibility)
  cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME name)
  set(folder ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${folder})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${folder}/${name} SYMBOLIC)
  target_include_directories(${target} ${visibility} ${folder})
endfunction()

# trailkeeper_module(NAME ...): the module in the current folder, all of its .cpp files, as a static library target.
# SOURCES: what isn't in the folder, but made. LINKS, PRIVATE_LINKS: packages; modules are linked as modules.txt says.
# PRECOMPILE: <headers> of others that most of its files include.
function(trailkeeper_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS;PRECOMPILE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cpp)
  trailkeeper_unite(sources ${name})
  add_library(${name} STATIC ${sources} ${ARG_SOURCES})
  trailkeeper_headers(${name} PUBLIC)
  target_link_libraries(${name} PUBLIC ${trailkeeper_below_${name}} ${ARG_LINKS} PRIVATE trailkeeper_flags ${ARG_PRIVATE_LINKS})
  trailkeeper_precompile(${name} ${ARG_PRECOMPILE})
endfunction()
