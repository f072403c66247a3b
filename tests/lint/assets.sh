# Every bundled data file has a row (its name in backquotes) in the README.md of its folder, which names a licence; a sha256 that
# the row states is right; all data together stay below 20 MB.
status=0
total=0
for file in $(git ls-files assets lessons graders 2>/dev/null || find assets lessons graders -type f); do
    dir=$(dirname "$file")
    base=$(basename "$file")
    size=$(wc -c <"$file")
    total=$((total + size))
    case $base in README.md | *.lua | *.md | *.py | *.sh) continue ;; esac
    case $dir in assets/man | assets/completions | assets/themes | assets/lua) continue ;; esac
    if ! grep -q "\`$base\`" "$dir/README.md" 2>/dev/null; then
        printf '%s: no row in %s/README.md says where it comes from\n' "$file" "$dir"
        status=1
    fi
    if ! grep -qiE 'licen[cs]e' "$dir/README.md" 2>/dev/null; then
        printf '%s/README.md: names no licence\n' "$dir"
        status=1
    fi
    sum=$(sha256sum "$file" | cut -d' ' -f1)
    if grep "\`$base\`" "$dir/README.md" 2>/dev/null | grep -qE '[0-9a-f]{64}' && ! grep -q "$sum" "$dir/README.md"; then
        printf '%s: its sha256 is %s, the README says otherwise\n' "$file" "$sum"
        status=1
    fi
done
[ "$total" -le 20000000 ] || { printf 'bundled data are %s bytes, at most 20,000,000\n' "$total"; status=1; }
[ "$(head -n 1 LICENSE)" = 'MIT License' ] || { echo 'LICENSE is not MIT'; status=1; }
exit $status
