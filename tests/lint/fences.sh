# A third-party header stands only in the files that src/fences.txt names for it.
status=0
list=$(mktemp)
trap 'rm -f "$list"' EXIT
find src tests -name '*.[ch]' -exec grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*<' {} + >"$list"
while IFS= read -r row; do
    case $row in '#'* | '') continue ;; esac
    headers=$(printf '%s' "${row%% : *}" | tr -d ' ')
    places=${row##* : }
    hits=$(grep -E "<([a-z0-9_]+/)?($headers)>" "$list")
    [ -n "$hits" ] || continue
    while IFS= read -r hit; do
        file=${hit%%:*}
        ok=no
        for place in $places tests/; do
            case $file in "$place"*) ok=yes ;; esac
        done
        if [ "$ok" = no ]; then
            printf '%s\n  may stand only in %s (src/fences.txt)\n' "$hit" "$places"
            status=1
        fi
    done <<EOF
$hits
EOF
done <src/fences.txt
# Clock, environment, randomness and exit have one door each.
grep -nP '(?<![.\w])(getenv|setenv|gettimeofday|clock_gettime|srand|rand|random)\(' -r src --include='*.[ch]' |
    grep -vE '^src/base/(env|clock|rng)\.c:|^src/kernels/cpu\.c:' && status=1
grep -nE '\b(exit|abort|perror)\(' -r src --include='*.[ch]' |
    grep -vE '^src/(app|cli|tui/term_curses|grade/worker|grade/sandbox)|_exit\(|^[^:]*:[0-9]*: *(/?\*|//)' && status=1
exit $status
