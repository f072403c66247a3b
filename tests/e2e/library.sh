# libhalfstep as others meet it: installed, found by pkg-config and by CMake, used from C and C++; it exports what halfstep.h
# and halfstep_networks.h declare and nothing else.
set -eu
build=$(dirname "$HALFSTEP_BINARY")
source=$HALFSTEP_SOURCE
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if nm -D "$build/libhalfstep.so" | grep -q '__asan_\|__ubsan_'; then
    echo "skipped: a library with sanitizers runs in programs with sanitizers only"
    exit 77
fi
nm -D --defined-only "$build/libhalfstep.so" | awk '{ print $3 }' | sort >"$work/exported"
grep -ho "^HS_API [^;(]*(" "$source"/src/halfstep*.h | sed 's/($//; s/.*[ *]//' | sort >"$work/declared"
diff "$work/declared" "$work/exported"

cmake --install "$build" --prefix "$work/prefix" >/dev/null
mv "$work/prefix" "$work/moved" # nothing may remember where it was installed
lib=$(dirname "$(find "$work/moved" -name libhalfstep.so)")
export PKG_CONFIG_PATH=$lib/pkgconfig
flags="$(pkg-config --cflags --libs halfstep)"
# shellcheck disable=SC2086
"${CC:-cc}" -std=c17 -Wall -Wextra -Wpedantic -Werror "$source/tests/cases/library/consumer.c" -o "$work/by_pkg_config" $flags
LD_LIBRARY_PATH=$lib "$work/by_pkg_config"
if command -v c++ >/dev/null; then
    # shellcheck disable=SC2086
    c++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -x c++ "$source/tests/cases/library/consumer.c" -x none -o "$work/by_cxx" $flags
    LD_LIBRARY_PATH=$lib "$work/by_cxx"
else
    echo "no C++ compiler here: left out"
fi

mkdir "$work/project"
cat >"$work/project/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.22)
project(consumer LANGUAGES C)
find_package(halfstep 0.1 REQUIRED)
add_executable(consumer consumer.c)
target_link_libraries(consumer PRIVATE halfstep::core)
END
cp "$source/tests/cases/library/consumer.c" "$work/project/"
cmake -G Ninja -S "$work/project" -B "$work/project/build" -DCMAKE_PREFIX_PATH="$work/moved" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cmake --build "$work/project/build" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
"$work/project/build/consumer"
