# ./halfstep --packages is the list that CMake looks for.
listed=$(./halfstep --packages | sort)
wanted=$(awk -F: '!/^#/ && NF >= 3 { gsub(/[ \t]/, "", $1); print $1 }' src/packages.txt | sort)
[ "$listed" = "$wanted" ] || { echo 'halfstep --packages differs from src/packages.txt'; exit 1; }
[ -n "$listed" ]
