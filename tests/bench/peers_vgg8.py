"""int8 VGG8 (lab document 001) on CIFAR-sized pictures and its float training beside the peers, with the shims of the
peer benchmarks, whose folder is the argument:

    HALFSTEP_LIB=... QL_CORE=1 QL_ORT=... python3 tests/bench/peers_vgg8.py .../bench

All in one run on one core. ONNX Runtime runs QLinearConv and MaxPool on codes (NHWC where it has the operator), QGemm at
the end. The chain of oneDNN primitives has no pools (its shim has none): it does less, so its figure is a bound from
above. Training: PyTorch's eager float32 step, batch 64, against hs_training_steps."""
import os
import sys

bench = sys.argv[1]
os.environ["QL_PLUGIN"] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers_plugin.py")
sys.path.insert(0, os.path.join(bench, "lib"))
from common import *

CONVS = [(3, 64, 32, 2), (64, 192, 16, 2), (192, 384, 8, 0), (384, 256, 8, 0), (256, 256, 8, 2)]
LINEARS = [(4096, 256), (256, 128), (128, 10)]
B = 100
rng = np.random.default_rng(5)
f32 = np.float32


def weights():
    """Per layer: w int8 [out, in(, 3, 3)], s_w [out], bias int32; the scale of each output keeps codes spread over uint8."""
    out = []
    for ci, co, *_ in CONVS + LINEARS:
        k = ci * 9 if len(out) < len(CONVS) else ci
        w = rng.integers(-127, 128, (co, ci, 3, 3) if len(out) < len(CONVS) else (co, ci), np.int8)
        out.append((w, (f32(0.012 / np.sqrt(k)) * (1 + rng.random(co, f32))).astype(f32), rng.integers(-2000, 2000, co).astype(np.int32)))
    return out


def halfstep(layers, x):
    import ctypes as ct
    h = plugin()
    hold, made = [], []
    for i, (w, s, b) in enumerate(layers):
        conv, last = i < len(CONVS), i + 1 == len(layers)
        hold += [np.ascontiguousarray(w), s, b]
        made.append(h.NetLayer(h.p(hold[-3]), h.p(b), h.p(s), 1, w.shape[0], 3 if conv else 0, 1 if conv else 0,
                               CONVS[i][3] if conv else 0, 0 if last else 1, 0, 1))
    net, y = ct.c_void_p(), np.zeros((B, 10), f32)
    h.must(h.H.hs_net_new(ct.byref(net), 3, 32, 32, ct.c_float(1 / 255), 0, (h.NetLayer * len(made))(*made), ct.c_size_t(len(made)), ct.c_size_t(0)))

    def run(n):
        for _ in range(n):
            h.must(h.H.hs_net_run(net, h.p(x), ct.c_size_t(B), h.p(y)))
    return run, lambda keep=hold: y


def ort(layers, x, nhwc):
    z8, one = np.array(0, np.uint8), np.array(1, f32)
    con, nodes = {"z": z8, "one": one, "sx": np.array(1 / 255, f32)}, [("QuantizeLinear", ["x", "sx", "z"], ["q"], {})]
    cur, scale = "q", "sx"
    if nhwc:
        nodes.append(("Transpose", ["q"], ["qt"], {"perm": [0, 2, 3, 1]}))
        cur = "qt"
    y = aligned((B, 10), f32)
    for i, (w, s, b) in enumerate(layers):
        con.update({"w%d" % i: w, "s%d" % i: s, "b%d" % i: b, "zw%d" % i: np.zeros(len(s), np.int8)})
        ins = [cur, scale, "z", "w%d" % i, "s%d" % i, "zw%d" % i]
        if i < len(CONVS):
            at = dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[1, 1], **({"channels_last": 1} if nhwc else {}))
            nodes.append(("QLinearConv", ins + ["one", "z", "b%d" % i], ["c%d" % i], at, *(["com.microsoft"] if nhwc else [])))
            cur, scale = "c%d" % i, "one"
            if CONVS[i][3]:
                if nhwc:
                    nodes.append(("NhwcMaxPool", [cur], ["p%d" % i], dict(kernel_shape=[2, 2], strides=[2, 2]), "com.microsoft"))
                else:
                    nodes.append(("MaxPool", [cur], ["p%d" % i], dict(kernel_shape=[2, 2], strides=[2, 2])))
                cur = "p%d" % i
            continue
        if i == len(CONVS):
            if nhwc:
                nodes.append(("Transpose", [cur], ["back"], {"perm": [0, 3, 1, 2]}))
                cur = "back"
            nodes.append(("Flatten", [cur], ["flat"], {"axis": 1}))
            ins[0] = "flat"
        con["w%d" % i] = np.ascontiguousarray(w.T)
        last = i + 1 == len(layers)
        nodes.append(("QGemm", ins + ["b%d" % i] + ([] if last else ["one", "z"]), ["y" if last else "g%d" % i], {}, "com.microsoft"))
        cur, scale = "g%d" % i, "one"
    o = Ort(nodes, {"x": x}, {"y": y}, con)
    return o.run, o.out if o.ok else None


def onednn(layers, x):
    """The products alone; each layer has an input of its own, as the pools between are missing."""
    ps, hold = [], []
    for i, (w, s, b) in enumerate(layers):
        if i < len(CONVS):
            ci, co, hw, _ = CONVS[i]
            a, y = aligned((B, hw, hw, ci), np.uint8), aligned((B, hw, hw, co), np.uint8)
            ps.append(Dnnl("conv", B, ci, co, hw, ptr(a), ptr(w), ptr(b), ptr(y), ptr(s), 1))
        else:
            wt = np.ascontiguousarray(w.T)
            a, y = aligned((B, w.shape[1]), np.uint8), aligned((B, w.shape[0]), np.uint8)
            ps.append(Dnnl("matmul", B, w.shape[0], w.shape[1], ptr(a), ptr(wt), ptr(b), ptr(y), ptr(s), 1))
            hold.append(wt)
        a[...] = rng.integers(0, 128, a.shape, np.uint8)
        hold += [a, y]
    if not all(p.h for p in ps):
        return None

    def run(n, keep=hold):
        for _ in range(n):
            for p in ps:
                p.run(1)
    return run


layers = weights()
x = aligned((B, 3, 32, 32), f32)
x[...] = rng.random(x.shape, f32)
head("int8 VGG8, %d pictures at a time" % B)
c = Case("vgg8", "vgg8 int8", B, "img/s")
ours, out = halfstep(layers, x)
ours(1)
reference = np.array(out())
c.add("*halfstep", ours, out)
for name, nhwc in (("ort", False), ("ort-nhwc", True)):
    run, got = ort(layers, x, nhwc)
    c.add(name, run, got)
c.check(reference, 0.02 * np.abs(reference).max(), 0.02)
c.add("onednn-products", onednn(layers, x))
c.go(rounds=7)

torch = torch_()
if torch:
    head("float32 VGG8 training, batch 64")
    from torch import nn
    block = lambda a, b, p: [nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU()] + ([nn.MaxPool2d(2)] if p else [])
    m = nn.Sequential(*[l for ci, co, _, p in CONVS for l in block(ci, co, p)], nn.Flatten(), nn.Linear(4096, 256), nn.ReLU(), nn.Linear(256, 128),
                      nn.ReLU(), nn.Linear(128, 10))
    opt, loss = torch.optim.SGD(m.parameters(), 0.01), nn.CrossEntropyLoss()
    data, labels = rng.random((640, 3, 32, 32), f32), rng.integers(0, 10, 640).astype(np.uint8)
    tx, ty = torch.from_numpy(data), torch.from_numpy(labels.astype(np.int64))

    def step(n):
        torch.set_grad_enabled(True)
        for i in range(n):
            k = torch.randint(0, 640, (64,))
            opt.zero_grad(set_to_none=True)
            loss(m(tx[k]), ty[k]).backward()
            opt.step()
    t = Case("vgg8", "training step", 64, "img/s").add("torch", step)
    run, _ = plugin().training(dict(x=data, y=labels, vx=data, vy=labels, batch=64, lr=0.01, network="vgg8"), 0)
    t.add("*halfstep", run)
    t.go(rounds=3)
finish()
