# Exported networks in ONNX Runtime and as compiled C beside one another: the C header's run() is the integer program bit
# for bit (unit/publish_test_export), so its logits are the program's. QDQ and QOperator may differ from it by one step of
# the output; every picture whose class differs is listed, and its two top logits differ by one step at most.
# ONNX Runtime is the npm package onnxruntime-node; HALFSTEP_ONNXRUNTIME names a folder that has it in node_modules.
set -eu
binary=${HALFSTEP_BINARY:?}
work=${HALFSTEP_TEST_TMP:-.build/tmp}/onnx
source=$PWD
for need in node npm cc; do
    command -v "$need" >/dev/null || { echo "skipped: world/onnx needs $need"; exit 77; }
done
mkdir -p "$work"
cd "$work"
modules=${HALFSTEP_ONNXRUNTIME:-$work}
if [ ! -d "$modules/node_modules/onnxruntime-node" ]; then
    npm install --silent --no-audit --no-fund --prefix "$work" onnxruntime-node >npm.log 2>&1 ||
        { echo "skipped: world/onnx needs the npm package onnxruntime-node, which could not be fetched: $(tail -1 npm.log)"; exit 77; }
    modules=$work
fi

# Pictures of an idx file through a network's run(): float32 values in, logits out.
cat >driver.c <<'C'
#include <stdio.h>
#include HEADER
#define PASTE(a, b) a##b
#define NAMED(a, b) PASTE(a, b)
int main(int argc, char **argv)
{
    static unsigned char pixels[NAMED(NET, _INPUTS)];
    static float x[NAMED(NET, _INPUTS)], logits[NAMED(NET, _CLASSES)];
    FILE *in = fopen(argv[1], "rb"), *values = fopen(argv[2], "wb"), *out = fopen(argv[3], "wb");
    if (argc != 4 || in == NULL || values == NULL || out == NULL || fseek(in, HEAD, SEEK_SET) != 0)
        return 1;
    while (fread(pixels, sizeof pixels, 1, in) == 1) {
        for (int i = 0; i < NAMED(NET, _INPUTS); i++)
            x[i] = ((float)pixels[i] / 255.0f - MEAN) / STD;
        NAMED(NET, _run)(x, logits);
        fwrite(x, sizeof x, 1, values);
        fwrite(logits, sizeof logits, 1, out);
    }
    return fclose(values) | fclose(out);
}
C
cat >compare.cjs <<'JS'
const fs = require("fs");
const ort = require(process.argv[2] + "/node_modules/onnxruntime-node");
const [file, channels, size, scale] = [process.argv[3], +process.argv[4], +process.argv[5], +process.argv[6]];
const floats = (name) => { const b = fs.readFileSync(name); return new Float32Array(b.buffer.slice(b.byteOffset, b.byteOffset + b.length)); };
const top = (v) => v.reduce((best, x, i) => (x > v[best] ? i : best), 0);
(async () => {
    const x = floats("values"), want = floats("logits"), classes = 10, one = channels * size * size, n = x.length / one;
    let worst = 0, off = 0, bad = 0, differ = [];
    for (const level of ["disabled", "all"]) {
        const session = await ort.InferenceSession.create(file, { graphOptimizationLevel: level, executionProviders: ["cpu"] });
        const got = (await session.run({ input: new ort.Tensor("float32", x, [n, channels, size, size]) })).logits.data;
        for (let i = 0; i < n; i++) {
            const a = want.subarray(i * classes, (i + 1) * classes), b = got.subarray(i * classes, (i + 1) * classes);
            a.forEach((v, j) => { const d = Math.round(Math.abs(v - b[j]) / scale); worst = Math.max(worst, d); off += d > 0; });
            if (top(a) === top(b)) continue;
            const steps = Math.round(Math.abs(a[top(a)] - a[top(b)]) / scale);
            differ.push(`${i} (${top(a)} or ${top(b)}, ${steps} apart)`);
            if (steps > 1) bad++;
        }
    }
    console.log(`${file}: ${n} pictures, twice: ${off} codes differ, by at most ${worst}; classes that differ: ${differ.join(", ") || "none"}`);
    process.exit(worst > 1 || bad > 0 || n < 1000 ? 1 : 0);
})().catch((e) => { console.error(String(e)); process.exit(1); });
JS

# network, data set, channels, size, bytes before the pixels, mean, std
check() {
    "$binary" train "$1" --data "$2/small-train" --epochs 8 --lr 0.02 --seed 3 --threads 1 -o "$1.safetensors" >train.log 2>&1 || { cat train.log; exit 1; }
    "$binary" calibrate "$1.safetensors" --data "$2/small-train" --images 200 -o "$1-int8.safetensors" >calibrate.log 2>&1 || { cat calibrate.log; exit 1; }
    for format in onnx onnx-qoperator c; do
        "$binary" export "$1-int8.safetensors" --to "$format" --name net -o "$1-$format.$([ "$format" = c ] && echo h || echo onnx)" >/dev/null
    done
    images=$("$binary" data path "$2/test" 2>/dev/null | head -1 || true)
    [ -n "$images" ] || images=$("$binary" data path "$2/small-train" | head -1)
    cc -O2 -std=c99 -D_GNU_SOURCE -DNET=net -DHEADER="\"$1-c.h\"" -DHEAD="$5" -DMEAN="$6" -DSTD="$7" driver.c -o driver -lm
    ./driver "$images" values logits
    scale=$(sed -n 's/.*logits\[i\] = \([0-9.e+-]*\)f \* .*/\1/p' "$1-c.h")
    for format in onnx onnx-qoperator; do
        node compare.cjs "$modules" "$1-$format.onnx" "$3" "$4" "$scale"
    done
}
check mlp mnist 1 28 16 0.0f 1.0f
# The slice of CIFAR-10 has 500 pictures: only the whole set is enough for the conv net.
if "$binary" data path cifar10/test >/dev/null 2>&1; then
    check lab-cnn cifar10 3 32 20 0.5f 0.5f
else
    echo "left out: the conv net, as cifar10 is not on this machine (halfstep data get cifar10)"
fi
