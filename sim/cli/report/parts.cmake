# Makes C++ of the texts of the report's page: hillock_cli carries them, so that a report needs no other file.
# The plotting library is uPlot from its npm package, which scripts/run and scripts/test put into build/npm when npm is there.
set(page_folder ${CMAKE_CURRENT_LIST_DIR})
file(GLOB plot_library CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/build/npm/node_modules/uplot/dist/uPlot.iife.min.js)
file(GLOB plot_style CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/build/npm/node_modules/uplot/dist/uPlot.min.css)

function(read_part variable path)
  set(text "")
  if(path)
    file(READ ${path} text)
    set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  endif()
  set(${variable} "R\"part(${text})part\"" PARENT_SCOPE)
endfunction()

read_part(html ${page_folder}/page.html)
read_part(style ${page_folder}/page.css)
read_part(script ${page_folder}/page.js)
read_part(sweep_html ${page_folder}/sweep.html)
read_part(sweep_script ${page_folder}/sweep.js)
read_part(library "${plot_library}")
read_part(library_style "${plot_style}")
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/generated/page_parts.cpp CONTENT
"// The texts of the report's page, from sim/cli/report and the npm package uplot.
#include \"cli/report/page.hpp\"

namespace hillock::cli {

PageParts page_parts() {
  return {${html}, ${style}, ${script},
          ${library}, ${library_style}};
}

PageParts sweep_page_parts() {
  return {${sweep_html}, ${style}, ${sweep_script},
          ${library}, ${library_style}};
}

}  // namespace hillock::cli
")
target_sources(hillock_cli PRIVATE ${CMAKE_BINARY_DIR}/generated/page_parts.cpp)
