# The top level holds what the plan of the house says and nothing else.
extra=$(git ls-files 2>/dev/null | cut -d/ -f1 | sort -u |
    grep -vxE 'src|lessons|graders|assets|tests|CMakeLists\.txt|CMakePresets\.json|README\.md|LICENSE|halfstep|\..*')
[ -z "$extra" ] || { printf 'not in the plan: %s\n' $extra; exit 1; }
