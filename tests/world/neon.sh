# Every NEON kernel against the scalar one, on an emulated 64-bit Arm: with the dot product (-cpu max) and on a Cortex-A53,
# which has none, so that choosing an instruction that is not there stops the program.
build=${HALFSTEP_TEST_TMP:-.build/tmp}/world
if [ "$(uname -m)" = aarch64 ]; then
    echo 'skipped: world/neon, as this machine is an Arm: the label unit has compared the kernels'
    exit 77
fi
qemu=$(command -v qemu-aarch64 || command -v qemu-aarch64-static || true)
for need in "aarch64-linux-gnu-gcc:$(command -v aarch64-linux-gnu-gcc)" "qemu-aarch64:$qemu"; do
    if [ -z "${need#*:}" ]; then
        echo "skipped: world/neon needs ${need%:*} (./halfstep test --world installs it)"
        exit 77
    fi
done
set -e
cmake -S tests/world -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$PWD/src/cmake/aarch64.cmake" >"$build.log" 2>&1 ||
    { cat "$build.log"; exit 1; }
cmake --build "$build" >"$build.log" 2>&1 || { cat "$build.log"; exit 1; }

status=0
for row in max:neon_dot cortex-a53:neon; do
    echo "== -cpu ${row%:*}"
    "$qemu" -cpu "${row%:*}" "$build/kernels" "${row#*:}" >"$build.${row%:*}" || status=1
    sed "s/^/${row%:*}: /" "$build.${row%:*}" # a line that begins with "skipped:" would speak for the whole test
done

# Each line of kernels.def and its parts for Arm was compared where the processor has everything.
sed -n 's/^HS_KERNEL_ARM(\([a-z0-9_]*\), \([a-z_]*\))$/compared: \1 \2/p' $(find src/kernels -name '*.def') | {
    lines=0
    while read -r line; do
        lines=$((lines + 1))
        grep -qxF "$line" "$build.max" || { echo "never $line"; exit 1; }
    done
    [ "$lines" -gt 0 ]
} || status=1
exit $status
