# Every header compiles alone, and twice.
status=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cc=${CC:-cc}
lua=$(pkg-config --cflags lua5.4)
for header in $(find src -name '*.h' | sort); do
    name=${header#src/}
    printf '#include "%s"\n#include "%s"\ntypedef int hs_not_empty;\n' "$name" "$name" >"$tmp/h.c"
    # shellcheck disable=SC2086
    "$cc" -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -Isrc $lua "$tmp/h.c" || {
        printf '%s does not compile alone\n' "$header"
        status=1
    }
done
exit $status
