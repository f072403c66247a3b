# Every #include "layer/file.h" of src/<layer>/ names that layer or one on its line of src/layers.txt.
awk '
FILENAME == "src/layers.txt" {
    if ($0 ~ /^[a-z]+:/) {
        split($0, half, ":")
        allowed[half[1] "/" half[1]] = 1
        known[half[1]] = 1
        n = split(half[2], below, " ")
        for (i = 1; i <= n; i++) allowed[half[1] "/" below[i]] = 1
    }
    next
}
FNR == 1 {
    split(FILENAME, part, "/")
    layer = part[2]
    if (part[3] == "") layer = "" # src/halfstep.h may gather what the library exports
    else if (!(layer in known)) { print FILENAME ": folder " layer " is no layer of src/layers.txt"; bad = 1 }
}
/^[ \t]*#[ \t]*include[ \t]*"/ && layer != "" {
    split($0, quoted, "\"")
    if (layer == "api" && quoted[2] == "halfstep.h") next # the header that it implements
    split(quoted[2], target, "/")
    if (target[2] == "") { print FILENAME ":" FNR ": include \"" quoted[2] "\" is not layer/file.h"; bad = 1 }
    else if (!((layer "/" target[1]) in allowed)) {
        print FILENAME ":" FNR ": " layer " may not include " quoted[2] " (src/layers.txt)"; bad = 1
    }
}
END { exit bad }' src/layers.txt $(find src -name '*.[ch]' -o -name '*.def' | sort)
