# How a room becomes a library and a test program: hillock_room(NAME USES rooms... LIBRARIES targets...).
get_filename_component(hillock_root "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)

add_library(hillock_flags INTERFACE)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports overlapping copies in "literal" + std::string at -O3, where there are none (GCC bug 105651).
  # -Wshadow for g++ alone: clang's also minds names of the other files that are compiled together.
  target_compile_options(hillock_flags INTERFACE -Wno-restrict -Wshadow)
endif()
target_compile_options(hillock_flags INTERFACE -ffp-contract=off -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Werror)
if(HILLOCK_SANITIZE)
  target_compile_options(hillock_flags INTERFACE -fsanitize=${HILLOCK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(HILLOCK_SANITIZE MATCHES "address")  # which sees these too, at no further cost of building
    target_compile_options(hillock_flags INTERFACE -fno-sanitize=null,object-size,vptr)
  endif()
  target_link_options(hillock_flags INTERFACE -fsanitize=${HILLOCK_SANITIZE})
endif()

# Several files of a room are compiled as one (CMAKE_UNITY_BUILD in CMakePresets.json), which takes a third of the time:
# names in anonymous namespaces are unique in a room, and in a room's tests.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 16)

if(HILLOCK_TESTS)
  add_library(hillock_doctest OBJECT ${hillock_root}/tests/doctest_main.cpp)
  target_link_libraries(hillock_doctest PRIVATE hillock_flags)
endif()

function(hillock_room name)
  cmake_parse_arguments(ROOM "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${hillock_root}/sim/${name}/*.cpp)
  if(sources)
    add_library(hillock_${name} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(hillock_${name} PRIVATE hillock_flags)
  else()
    add_library(hillock_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(hillock_${name} ${scope} ${hillock_root}/sim)
  foreach(room ${ROOM_USES})
    target_link_libraries(hillock_${name} ${scope} hillock_${room})
  endforeach()
  target_link_libraries(hillock_${name} ${scope} ${ROOM_LIBRARIES})
  if(HILLOCK_TESTS)
    file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${hillock_root}/tests/${name}/*.cpp)
    if(tests)
      add_executable(test_${name} ${tests} $<TARGET_OBJECTS:hillock_doctest>)
      target_include_directories(test_${name} PRIVATE ${hillock_root}/tests)
      target_link_libraries(test_${name} PRIVATE hillock_${name} hillock_flags)
      target_compile_definitions(test_${name} PRIVATE HILLOCK_SOURCE_DIR="${hillock_root}")
      target_compile_options(test_${name} PRIVATE $<$<CONFIG:Release>:-O1>)  # half the time of -O3, which tests have no use for
      set_property(GLOBAL APPEND PROPERTY HILLOCK_TEST_PROGRAMS test_${name})
    endif()
  endif()
endfunction()

# Files of a room that end in _<isa>.cpp are compiled for that instruction set alone (x86-64 only).
function(hillock_instruction_set room isa flags)
  file(GLOB_RECURSE units CONFIGURE_DEPENDS ${hillock_root}/sim/${room}/*_${isa}.cpp)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set_source_files_properties(${units} PROPERTIES COMPILE_OPTIONS "${flags}")
  else()
    set_source_files_properties(${units} PROPERTIES HEADER_FILE_ONLY ON)
  endif()
endfunction()

# tests/fuzz/fuzz_NAME.cpp, which feeds random bytes to a room (the preset `asan-ubsan`); `ninja fuzzers` builds them all.
function(hillock_fuzz name room)
  add_executable(fuzz_${name} EXCLUDE_FROM_ALL ${hillock_root}/tests/fuzz/fuzz_${name}.cpp)
  target_include_directories(fuzz_${name} PRIVATE ${hillock_root}/tests)
  target_link_libraries(fuzz_${name} PRIVATE hillock_${room} hillock_flags)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  target_compile_definitions(fuzz_${name} PRIVATE HILLOCK_SOURCE_DIR="${hillock_root}")
  if(NOT TARGET fuzzers)
    add_custom_target(fuzzers)
  endif()
  add_dependencies(fuzzers fuzz_${name})
endfunction()
