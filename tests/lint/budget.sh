# Files stay readable: .c up to 500 lines (tests 700), .h up to 200 (tables of data, *_table.h, are exempt), lines up to 130
# columns, functions up to 70 lines (from a '{' in column 0 to the next '}' there).
status=0
for file in $(git ls-files 'src/*.c' 'src/*.h' 'tests/*.c' 'tests/*.h' 2>/dev/null || find src tests -name '*.[ch]'); do
    case $file in *_table.h) continue ;; *.h) most=200 ;; *) most=500 ;; esac
    case $file in tests/*) most=700 ;; esac
    lines=$(wc -l <"$file")
    if [ "$lines" -gt $most ]; then
        printf '%s: %s lines, at most %s: is it still one idea?\n' "$file" "$lines" $most
        status=1
    fi
done
awk 'FNR == 1 { open = 0 }
     /^\{/ { open = FNR }
     /^\}/ { if (open && FNR - open > 71) { print FILENAME ":" open ": a function of " FNR - open - 1 " lines"; bad = 1 } open = 0 }
     length($0) > 130 { print FILENAME ":" FNR ": " length($0) " columns"; bad = 1 }
     END { exit bad }' $(find src -name '*.[ch]') || status=1
exit $status
