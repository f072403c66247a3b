"""halfstep's side of the peer benchmarks, through libhalfstep.so.

QL_PLUGIN=tests/bench/peers_plugin.py QL_CORE=1 .../bench/peers quant gemm

HALFSTEP_LIB names the library; the default is the newest one under .build/. Grading has no
contestant here: it is the program's, not the library's."""
import ctypes as C
import glob
import os
import subprocess
import tempfile

import numpy as np

here = os.path.dirname(os.path.abspath(__file__))


def find():
    built = glob.glob(os.path.join(here, "../../.build/*/libhalfstep.so"))
    return os.environ.get("HALFSTEP_LIB") or max(built, key=os.path.getmtime)


def loops(library):
    """peers_loops.c, compiled beside the library."""
    out = os.path.join(tempfile.mkdtemp(), "loops.so")
    folder = os.path.dirname(os.path.abspath(library))
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-I", os.path.join(here, "../../src"), os.path.join(here, "peers_loops.c"),
                    "-o", out, library, "-Wl,-rpath," + folder], check=True)
    return C.CDLL(out)


H = C.CDLL(find(), C.RTLD_GLOBAL)
L = loops(find())
H.hs_message.restype = C.c_char_p
H.hs_instruction_set.restype = C.c_char_p
SIZE, INT, FLOAT, PTR = C.c_size_t, C.c_int32, C.c_float, C.c_void_p


class Quantization(C.Structure):
    _fields_ = [("scale", FLOAT), ("zero_point", INT), ("qmin", INT), ("qmax", INT), ("rounding", C.c_int),
                ("reciprocal", C.c_int), ("zero_point_first", C.c_int)]


class Output(C.Structure):
    _fields_ = [("multipliers", PTR), ("per_column", C.c_int), ("zero_point", INT), ("qmin", INT), ("qmax", INT)]


class ConvShape(C.Structure):
    _fields_ = [(n, SIZE) for n in ("height", "width", "channels", "out_channels")] + \
               [(n, SIZE * 2) for n in ("kernel", "stride", "padding", "dilation")] + [("groups", SIZE)]


class NetLayer(C.Structure):
    _fields_ = [("w", PTR), ("bias", PTR), ("w_scales", PTR), ("per_column", C.c_int), ("out", SIZE), ("kernel", SIZE), ("padding", SIZE), ("pool", SIZE),
                ("scale", FLOAT), ("zero_point", INT), ("relu", C.c_int)]


class TrainingOptions(C.Structure):
    _fields_ = [("batch", SIZE), ("threads", SIZE), ("lr", FLOAT), ("momentum", FLOAT), ("qat", C.c_int), ("augment", C.c_int), ("seed", C.c_uint64)]


def p(array):
    return C.c_void_p(array.ctypes.data)


def must(status):
    if status:
        raise RuntimeError(H.hs_message().decode())


def repeat(function, *arguments):
    """run(n) calls it n times in C; the arguments are converted once."""
    function.restype = C.c_int

    def run(n):
        must(function(C.c_long(n), *arguments))

    run(1)
    return run


def how(case):
    return Quantization(case["scale"], case.get("zp", 0), case["qmin"], case["qmax"], 0, 0, 0)


def quantize(case):
    x, out = case["x"], case["out"]
    f = L.loop_quantize_u8 if out.dtype == np.uint8 else L.loop_quantize_s8
    return repeat(f, p(out), p(x), SIZE(x.size), C.byref(how(case))), lambda: out


def quantize_channel(case):
    x, out, scales = case["x"], case["out"], np.ascontiguousarray(case["scales"], np.float32)
    q = Quantization(1, 0, case["qmin"], case["qmax"], 0, 0, 0)
    run = repeat(L.loop_quantize_channels, p(out), p(x), SIZE(x.shape[0]), SIZE(x.size // x.shape[0]), p(scales), C.byref(q))
    return run, lambda keep=scales: out


def dequantize(case):
    q, out = case["q"], case["out"]
    f = L.loop_dequantize_u8 if q.dtype == np.uint8 else L.loop_dequantize_s8
    return repeat(f, p(out), p(q), SIZE(q.size), FLOAT(case["scale"]), INT(case["zp"])), lambda: out


def fakequant(case):
    x, out = case["x"], case["out"]
    return repeat(L.loop_fake_quantize, p(out), p(x), SIZE(x.size), C.byref(how(case))), lambda: out


def fakequant_fb(case):
    x, g, out, dx = case["x"], case["g"], case["out"], case["dx"]
    run = repeat(L.loop_fake_quantize_with_grad, p(out), p(dx), p(x), p(g), SIZE(x.size), C.byref(how(case)))
    return run, lambda: (out, dx)


def minmax(case):
    x, lo, hi = case["x"], FLOAT(), FLOAT()
    run = repeat(L.loop_minmax, p(x), SIZE(x.size), C.byref(lo), C.byref(hi))
    return run, lambda: (lo.value, hi.value)


def histogram(case):
    x, counts = case["x"], np.zeros(case["bins"], np.uint64)
    run = repeat(L.loop_histogram, p(x), SIZE(x.size), FLOAT(case["lo"]), FLOAT(case["hi"]), p(counts), SIZE(case["bins"]))
    return run, lambda: counts


def gemm(case):
    a, out = case["a"], case["out"]
    w = np.ascontiguousarray(case["w"].T)
    scale, bias, layer = np.ascontiguousarray(case["scale"], np.float32), np.ascontiguousarray(case["bias"]), PTR()
    output = Output(p(scale), 1, 0, 0, 255)
    must(H.hs_linear_new(C.byref(layer), p(w), SIZE(w.shape[0]), SIZE(w.shape[1]), p(bias), INT(0), C.byref(output)))
    return repeat(L.loop_linear, layer, p(a), SIZE(a.shape[0]), p(out)), lambda: out


def conv(case):
    a, w, out = case["a"], np.ascontiguousarray(case["w"]), case["out"]
    scale, bias, layer = np.ascontiguousarray(case["scale"], np.float32), np.ascontiguousarray(case["bias"]), PTR()
    two = lambda v: (SIZE * 2)(v, v)
    shape = ConvShape(a.shape[1], a.shape[2], a.shape[3], w.shape[0], two(3), two(1), two(1), two(1), 1)
    output = Output(p(scale), 1, 0, 0, 255)
    must(H.hs_conv2d_new(C.byref(layer), p(w), C.byref(shape), p(bias), INT(0), C.byref(output)))
    return repeat(L.loop_conv2d, layer, p(a), SIZE(a.shape[0]), p(out)), lambda: out[:1]


def mlp(case):
    x, batch, hold, layers = case["x"], case["batch"], [], []
    for i, (w, sw, b, sx) in enumerate(case["layers"]):
        wt, last = np.ascontiguousarray(w.T), i + 1 == len(case["layers"])
        hold += [wt, np.ascontiguousarray(sw, np.float32), np.ascontiguousarray(b, np.int32)]
        layers.append(NetLayer(p(hold[-3]), p(hold[-1]), p(hold[-2]), 1, wt.shape[0], 0, 0, 0, 0 if last else case["layers"][i + 1][3], 0, not last))
    net, out = PTR(), np.zeros((len(x), len(layers[-1:]) and layers[-1].out), np.float32)
    must(H.hs_net_new(C.byref(net), SIZE(1), SIZE(1), SIZE(x.shape[1]), FLOAT(case["layers"][0][3]), INT(0), (NetLayer * len(layers))(*layers),
                      SIZE(len(layers)), SIZE(batch)))
    return repeat(L.loop_net, net, p(x), SIZE(len(x)), SIZE(batch), SIZE(x.shape[1]), SIZE(out.shape[1]), p(out)), lambda keep=hold: out


def training(case, qat):
    x, y, vx, vy = (np.ascontiguousarray(case[k], t) for k, t in (("x", np.float32), ("y", np.uint8), ("vx", np.float32), ("vy", np.uint8)))
    t, options = PTR(), TrainingOptions(case["batch"], 1, case["lr"], 0, qat, 0, 1)
    must(H.hs_training_new(C.byref(t), case.get("network", "mlp").encode(), p(x), p(y), SIZE(len(x)), C.byref(options)))

    def run(n):
        must(H.hs_training_steps(t, SIZE(n)))

    def out(keep=(x, y)):
        a = C.c_double()
        must(H.hs_training_accuracy(t, p(vx), p(vy), SIZE(len(vx)), C.byref(a)))
        return a.value

    return run, out


def qat(case):
    return training(case, 1)


def train_fp32(case):
    return training(case, 0)


OPS = {f.__name__: f for f in (quantize, quantize_channel, dequantize, fakequant, fakequant_fb, minmax, histogram, gemm, conv, mlp, qat, train_fp32)}


def contestants(area, case):
    make = OPS.get(case["op"])
    return [("halfstep", *make(case))] if make else []
