# Interface target hs_flags: what every C file of the project is compiled with.
add_library(hs_flags INTERFACE)
target_compile_features(hs_flags INTERFACE c_std_17)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g") # assertions stay on in every build
target_compile_definitions(hs_flags INTERFACE _GNU_SOURCE)
target_compile_options(hs_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wdouble-promotion -Wcast-qual
  -Wcast-align -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wundef -Wvla -Wformat=2
  -Wnull-dereference -fno-common
  -ffp-contract=off) # scalar, SIMD and both compilers must agree to the last bit
target_include_directories(hs_flags INTERFACE "${CMAKE_SOURCE_DIR}/src")

option(HALFSTEP_WERROR "warnings are errors" OFF)
if(HALFSTEP_WERROR)
  target_compile_options(hs_flags INTERFACE -Werror)
endif()

# HALFSTEP_SANITIZE: "asan" (address, undefined and float casts) or "fuzz" (the same with libFuzzer's hooks).
set(HALFSTEP_SANITIZE "" CACHE STRING "asan, fuzz or empty")
set(HS_SAN "address,undefined,float-cast-overflow,float-divide-by-zero")
if(HALFSTEP_SANITIZE STREQUAL "asan")
  target_compile_options(hs_flags INTERFACE -fsanitize=${HS_SAN} -fno-sanitize-recover=all
    -fno-sanitize=float-divide-by-zero -fno-omit-frame-pointer)
  target_link_options(hs_flags INTERFACE -fsanitize=${HS_SAN})
  target_compile_definitions(hs_flags INTERFACE HS_SANITIZED=1)
elseif(HALFSTEP_SANITIZE STREQUAL "fuzz")
  target_compile_options(hs_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  target_link_options(hs_flags INTERFACE -fsanitize=address,undefined)
  target_compile_definitions(hs_flags INTERFACE HS_SANITIZED=1)
endif()
