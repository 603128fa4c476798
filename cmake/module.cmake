# trailkeeper_module(NAME LINKS targets...): the module in the current folder as a static library target.
# PRECOMPILE: <headers> of others that most of its files include.
#
# Its headers are published through build/include/NAME/NAME -> the module's folder, and nothing else of the source tree
# is on any include path. So `#include "store/segment.h"` compiles only in a target that links `store`, directly or through
# a module it links: an include that the arrow forbids is a "file not found" error.
function(trailkeeper_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS;PRECOMPILE" ${ARGN})
  set(include_dir ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${include_dir})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${include_dir}/${name} SYMBOLIC)
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${include_dir})
  target_link_libraries(${name} PUBLIC ${ARG_LINKS} PRIVATE trailkeeper_flags ${ARG_PRIVATE_LINKS})
  trailkeeper_precompile(${name} ${ARG_PRECOMPILE})
endfunction()
