# Flags for every target, and the three functions that make one: a floor's library, its tests, a program.

find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Threads REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(ZLIB REQUIRED)

pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(SNDFILE REQUIRED IMPORTED_TARGET sndfile)
pkg_check_modules(SPEEX REQUIRED IMPORTED_TARGET speexdsp)
pkg_check_modules(JWT REQUIRED IMPORTED_TARGET libjwt)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-cpp)
# Debian's pocketsphinx.pc names include folders that are elsewhere on a multiarch system.
find_path(SPHINX_INCLUDE pocketsphinx.h PATH_SUFFIXES pocketsphinx REQUIRED)
find_path(SPHINXBASE_INCLUDE sphinxbase/cmd_ln.h REQUIRED)
find_library(SPHINX_LIB pocketsphinx REQUIRED)
find_library(SPHINXBASE_LIB sphinxbase REQUIRED)
add_library(callosum_sphinx INTERFACE)
target_include_directories(callosum_sphinx SYSTEM INTERFACE ${SPHINX_INCLUDE} ${SPHINXBASE_INCLUDE}
                           ${SPHINXBASE_INCLUDE}/sphinxbase)
target_link_libraries(callosum_sphinx INTERFACE ${SPHINX_LIB} ${SPHINXBASE_LIB})
pkg_check_modules(APM REQUIRED IMPORTED_TARGET webrtc-audio-processing)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(date REQUIRED)
# By name: the package's CMake file also wants the push client's curl.
find_library(PROMETHEUS_CORE prometheus-cpp-core REQUIRED)

find_program(CALLOSUM_CCACHE ccache)
if(CALLOSUM_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # A precompiled header holds its own time stamp; without this ccache would miss on every build.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CALLOSUM_CCACHE})
endif()

find_program(CALLOSUM_MOLD mold)

# Builds of everything at once, not those that follow one change after the other.
option(CALLOSUM_WHOLE "Compile many sources as one" OFF)
if(CALLOSUM_WHOLE)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
endif()

# callosum_whole(TARGET source...): a few large sources of many, where CALLOSUM_WHOLE
function(callosum_whole target)
  if(NOT CALLOSUM_WHOLE)
    return()
  endif()
  string(REPLACE ";" "\n" paths "${ARGN}")
  set(list ${CMAKE_CURRENT_BINARY_DIR}/${target}.sources)
  file(WRITE ${list} "${paths}\n")
  execute_process(COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/unity_groups.py
                  INPUT_FILE ${list} OUTPUT_VARIABLE groups COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]+" groups "${groups}")
  foreach(line ${groups})
    # "GROUP PATH"
    string(REGEX MATCH "^([0-9]+) (.*)$" line "${line}")
    set_source_files_properties(${CMAKE_MATCH_2} PROPERTIES UNITY_GROUP whole${CMAKE_MATCH_1})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()

add_library(callosum_flags INTERFACE)
target_include_directories(callosum_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_features(callosum_flags INTERFACE cxx_std_20)
target_compile_options(callosum_flags INTERFACE -Wall -Wextra -Werror -Wno-missing-field-initializers
                       -fno-strict-aliasing)
# GCC 12 reports a few of its own coroutine frames and inlined std::string copies.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(callosum_flags INTERFACE -fpch-preprocess -Wno-restrict -Wno-stringop-overflow
                         -Wno-maybe-uninitialized -Wno-dangling-pointer -Wno-array-bounds -Wno-stringop-overread
                         -Wno-free-nonheap-object -Wno-mismatched-new-delete)
  if(CALLOSUM_WHOLE)
    # A type of the file's own in a coroutine's frame; where it is the only file, GCC is content.
    target_compile_options(callosum_flags INTERFACE -Wno-subobject-linkage)
  endif()
else()
  target_compile_options(callosum_flags INTERFACE -Wno-unused-private-field -Wno-unknown-warning-option)
endif()
target_compile_definitions(callosum_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  # A call runs through a dozen coroutine frames: so many are kept for the next one, a thread.
  BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16
  BOOST_ALL_NO_LIB BOOST_JSON_NO_LIB BOOST_URL_NO_LIB SPDLOG_FMT_EXTERNAL SPDLOG_COMPILED_LIB)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(callosum_flags INTERFACE -g1)
  set(CMAKE_CXX_FLAGS_DEBUG "-Og")
else()
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
endif()
if(CALLOSUM_SANITIZE)
  string(REPLACE ",undefined" "" everywhere "${CALLOSUM_SANITIZE}")
  target_compile_options(callosum_flags INTERFACE -fsanitize=${everywhere}
                         -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(NOT everywhere STREQUAL CALLOSUM_SANITIZE)
    # What is under test is checked for undefined behaviour, not the tests: a quarter of their build.
    target_compile_options(callosum_flags INTERFACE
                           $<$<NOT:$<BOOL:$<TARGET_PROPERTY:CALLOSUM_TRUSTED>>>:-fsanitize=undefined>)
  endif()
  target_link_options(callosum_flags INTERFACE -fsanitize=${CALLOSUM_SANITIZE})
  if(CALLOSUM_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC warns that it cannot see Asio's fences; its locks are seen.
    target_compile_options(callosum_flags INTERFACE -Wno-tsan)
  endif()
elseif(CALLOSUM_MOLD)
  target_link_options(callosum_flags INTERFACE -fuse-ld=mold)
endif()

# callosum_library(NAME DIR dir LINKS lib...): every .cpp of DIR; links downwards only.
function(callosum_library name)
  cmake_parse_arguments(ARG "" "" "LINKS;EXTERNAL" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  if(NOT sources)
    add_library(callosum_${name} INTERFACE)
    set(scope INTERFACE)
  else()
    add_library(callosum_${name} STATIC ${sources})
    callosum_whole(callosum_${name} ${sources})
    set(scope PUBLIC)
    if(TARGET callosum_pch)
      target_precompile_headers(callosum_${name} REUSE_FROM callosum_pch)
    endif()
  endif()
  target_link_libraries(callosum_${name} ${scope} callosum_flags ${ARG_EXTERNAL})
  foreach(link ${ARG_LINKS})
    target_link_libraries(callosum_${name} ${scope} callosum_${link})
  endforeach()
endfunction()
