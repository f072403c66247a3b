#!/usr/bin/env python3
"""Makes the inputs of tests/fuzz/corpus with nothing but Python's standard library.

    python3 tests/fuzz/make_corpus.py [FOLDER]

Pickles of NumPy and PyTorch objects are written by stand-ins that reduce to the same names, so neither needs to be
installed. The output depends on nothing but this file. Inputs that fuzzing found are kept beside these and begin with "found-";
corpus/model are files that halfstep wrote, of a network for pictures of 4 x 4.
"""
import collections
import gzip
import io
import json
import os
import pickle
import struct
import sys
import tarfile
import types
import zipfile
import zlib

root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")


def put(target, name, data):
    os.makedirs(os.path.join(root, target), exist_ok=True)
    with open(os.path.join(root, target, name), "wb") as f:
        f.write(data)


def name_of(dotted):
    """A stand-in that pickles as the global of that name."""
    module, name = dotted.rsplit(".", 1)
    if module not in sys.modules:
        parent = ""
        for part in module.split("."):
            path = parent + part
            if path not in sys.modules:
                sys.modules[path] = types.ModuleType(path)
            if parent:
                setattr(sys.modules[parent[:-1]], part, sys.modules[path])
            parent = path + "."
    thing = getattr(sys.modules[module], name, None)
    if thing is None:
        def thing(*args):
            return args
        thing.__module__, thing.__qualname__, thing.__name__ = module, name, name
        setattr(sys.modules[module], name, thing)
    return thing


class Call:
    """Pickles as a call of `callable` with arguments, and a state."""
    def __init__(self, dotted, *args, state=None):
        self.reduced = (name_of(dotted), args) if state is None else (name_of(dotted), args, state)

    def __reduce__(self):
        return self.reduced


class Dump(pickle._Pickler):
    """Writes persistent ids for storages, and does not mind that a stand-in is called like the real thing."""
    def persistent_id(self, o):
        return o.pid if isinstance(o, (Storage, SavedClass)) else None

    def save_global(self, obj, name=None):
        super().save_global(obj, name)


class Storage:
    def __init__(self, kind, key, numel):
        self.pid = ("storage", name_of("torch." + kind), key, "cpu", numel)


class SavedClass:
    """A class as the older form stores it: by a persistent id that carries its source."""
    def __init__(self, dotted):
        self.pid = ("module", name_of(dotted), "net.py", "class Network: pass")

    def __call__(self):
        return self


class Instance:
    def __init__(self, dotted, state):
        self.reduced = (SavedClass(dotted), (), state)

    def __reduce__(self):
        return self.reduced


def dump(o, protocol):
    out = io.BytesIO()
    Dump(out, protocol).dump(o)
    return out.getvalue()


def dtype(code, order="<"):
    return Call("numpy.dtype", code, False, True, state=(3, order, None, None, None, -1, -1, 0))


def array(shape, code, raw, fortran=False, order="<", package="numpy.core"):
    return Call(package + ".multiarray._reconstruct", name_of("numpy.ndarray"), (0,), b"b",
                state=(1, shape, dtype(code, order), fortran, raw))


def npy(descr, shape, raw, fortran=False, version=(1, 0)):
    head = repr({"descr": descr, "fortran_order": fortran, "shape": shape}).encode()
    size = 10 if version[0] == 1 else 12
    head += b" " * (63 - (size + len(head)) % 64) + b"\n"
    return b"\x93NUMPY" + bytes(version) + struct.pack("<H" if version[0] == 1 else "<I", len(head)) + head + raw


def zipped(members, compression=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as z:
        for name, data in members:
            z.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, compression)
    return out.getvalue()


def tarred(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as t:
        for name, data in members:
            info = tarfile.TarInfo(name)
            if data is None:
                info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
                t.addfile(info)
            else:
                info.size = len(data)
                t.addfile(info, io.BytesIO(data))
    return out.getvalue()


floats = struct.pack("<6f", 0.5, -1, 2, float("nan"), 1e-3, 3)
doubles = struct.pack("<4d", 1, -2.5, 1e10, 0)
codes = bytes([0, 1, 127, 128, 255, 200])

# npy
put("npy", "f4.npy", npy("<f4", (2, 3), floats))
put("npy", "f4-fortran.npy", npy("<f4", (2, 3), floats, True))
put("npy", "f8-big.npy", npy(">f8", (4,), struct.pack(">4d", 1, 2, 3, 4)))
put("npy", "i1-version2.npy", npy("|i1", (6,), codes, version=(2, 0)))
put("npy", "b1-version3.npy", npy("|b1", (2, 3), codes, version=(3, 0)))
put("npy", "f2-scalar.npy", npy("<f2", (), b"\x00\x3c"))
put("npy", "empty.npy", npy("<i8", (3, 0, 2), b""))
put("npy", "huge.npy", npy("<f4", (1 << 40, 1 << 40), floats))
put("npy", "short.npy", npy("<f8", (1000,), doubles))
put("npy", "records.npy", npy([("a", "<f4")], (1,), floats))
labelled = {"w1": array((2, 3), "f4", floats), "s": 0.25, "name": "Lätzchen", "n": [1, 2, (True, None)]}
for protocol in range(6):
    put("npy", "object-protocol%d.npy" % protocol,
        npy("|O", (), dump(array((), "O8", [labelled], order="|"), protocol)))

# pickle
sample = {"a": [1, -2, 3.5, 1 << 40, -(1 << 70), True, None], "b": ("x", b"\x00\xff", "\u20ac"),
          3: {"nested": {"deep": [[]]}}, "set": {1}, "frozen": frozenset([2]), "complex": 1 + 2j, "bytes": bytearray(b"ab"),
          "ordered": collections.OrderedDict([("k", 1), ("l", 2)])}
for protocol in range(6):
    put("pickle", "sample-protocol%d.pkl" % protocol, pickle.dumps(sample, protocol))
    put("pickle", "numpy1-protocol%d.pkl" % protocol, dump(labelled, protocol))
    put("pickle", "numpy2-protocol%d.pkl" % protocol,
        dump([array((3, 2), "f4", floats, True, package="numpy._core"),
              Call("numpy._core.multiarray.scalar", dtype("f8", ">"), struct.pack(">d", 2.5))], protocol))
put("pickle", "frombuffer.pkl", dump(Call("numpy._core.numeric._frombuffer", bytearray(doubles), dtype("f8"), (2, 2), "C"), 5))
put("pickle", "system.pkl", b"cos\nsystem\n(S'true'\ntR.")
put("pickle", "eval.pkl", b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x031+1\x85R.")
itself = []
itself.append(itself)
put("pickle", "itself.pkl", pickle.dumps(itself, 2))
bomb = [1]
for _ in range(30):
    bomb = (bomb, bomb)
put("pickle", "doubling.pkl", pickle.dumps(bomb, 4))
put("pickle", "deep.pkl", b"\x80\x02" + b"(" * 400 + b"l" * 400 + b".")
put("pickle", "long.pkl", b"\x80\x02\x8b\xff\xff\xff\x7f\x01.")
put("pickle", "extension.pkl", b"\x80\x02\x82\x01.")
put("pickle", "memo-hole.pkl", b"\x80\x02h\x05.")
put("pickle", "persistent.pkl", b"\x80\x02U\x01xQ.")
put("pickle", "inst.pkl", b"(S'x'\ni__main__\nThing\n.")
put("pickle", "obj.pkl", b"(c__main__\nThing\nK\x01o.")


# torch
def tensor(kind, key, numel, shape, stride, offset=0):
    return Call("torch._utils._rebuild_tensor_v2", Storage(kind, key, numel), offset, shape, stride, False,
                collections.OrderedDict())


def quantized(key, numel, shape, stride, quantizer):
    return Call("torch._utils._rebuild_qtensor", Storage("QInt8Storage", key, numel), 0, shape, stride, quantizer, False,
                collections.OrderedDict())


def torch_zip(o, storages, order=b"little", compression=zipfile.ZIP_STORED):
    return zipped([("archive/data.pkl", dump(o, 2)), ("archive/byteorder", order)] +
                  [("archive/data/" + k, v) for k, v in storages.items()] + [("archive/version", b"3\n")], compression)


weights = tensor("FloatStorage", "0", 6, (2, 3), (3, 1))
per_tensor = (name_of("torch.per_tensor_affine"), 0.5, 3)
per_channel = (name_of("torch.per_channel_affine"), tensor("DoubleStorage", "2", 2, (2,), (1,)),
               tensor("LongStorage", "3", 2, (2,), (1,)), 0)
state = collections.OrderedDict([
    ("conv.weight", quantized("1", 6, (2, 3), (3, 1), per_tensor)), ("conv.bias", weights), ("conv.scale", 0.5),
    ("fc._packed_params._packed_params", (quantized("1", 6, (2, 3), (1, 2), per_channel), None)),
    ("fc._packed_params.dtype", name_of("torch.qint8"))])
storages = {"0": floats, "1": codes, "2": struct.pack("<2d", 0.5, 0.25), "3": struct.pack("<2q", 0, 1)}
put("torch", "state.pt", torch_zip(state, storages))
put("torch", "deflated.pt", torch_zip(state, storages, compression=zipfile.ZIP_DEFLATED))
put("torch", "big-endian.pt", torch_zip({"w": weights}, {"0": struct.pack(">6f", 1, 2, 3, 4, 5, 6)}, b"big"))
put("torch", "strides-outside.pt", torch_zip({"w": tensor("FloatStorage", "0", 6, (2, 3), (4, 1))}, storages))
put("torch", "expanded.pt", torch_zip({"w": tensor("FloatStorage", "0", 6, (1 << 30, 1 << 20), (0, 0))}, storages))
put("torch", "no-storage.pt", torch_zip({"w": tensor("FloatStorage", "9", 6, (2, 3), (3, 1))}, storages))
parameter = Call("torch._utils._rebuild_parameter_with_state", weights, True, collections.OrderedDict(), {"scale": 2.5})
layer = Call("torch.nn.modules.linear.Linear", state={
    "training": True, "_parameters": collections.OrderedDict([("weight", parameter), ("bias", None)]),
    "_buffers": collections.OrderedDict(), "_modules": collections.OrderedDict(), "in_features": 3, "output_scale": 0.125})
network = Call("__main__.Network", state={"training": True, "_parameters": {}, "_buffers": {},
                                          "_modules": collections.OrderedDict([("fc", layer)]), "input_scale": 0.5})
put("torch", "module.pt", torch_zip(network, storages))
put("torch", "typed.pt", torch_zip({"w": Call("torch._utils._rebuild_tensor_v3", Storage("UntypedStorage", "0", 24), 0,
                                                (3, 2), (2, 1), False, collections.OrderedDict(),
                                                name_of("torch.float32"), None)}, storages))


# Small networks in the structure of what the labs' students save (nn/import.h); no number of theirs.
def numbers(n, seed, low, high):
    """Whole numbers from low to high that no formula below repeats."""
    out = []
    for _ in range(n):
        seed = (seed * 1103515245 + 12345) % (1 << 31)
        out.append(low + (seed >> 8) % (high - low + 1))
    return out


def product(shape):
    n = 1
    for d in shape:
        n *= d
    return n


def strides(shape):
    return tuple(product(shape[i + 1:]) for i in range(len(shape)))


class OldDump(Dump):
    def persistent_id(self, o):
        return o.pid + (None,) if isinstance(o, Storage) else super().persistent_id(o)


class Saved:
    """Storages of one file, numbered as they come."""
    def __init__(self):
        self.storages, self.counts = {}, []

    def add(self, raw, count):
        key = str(len(self.counts))
        self.storages[key] = raw
        self.counts.append(count)
        return key

    def file(self, o):
        return torch_zip(o, self.storages)

    def old_file(self, o):
        """The form that is not packed, so that a fuzzer reaches the numbers."""
        out = io.BytesIO()
        OldDump(out, 2).dump(o)
        return (old + out.getvalue() + pickle.dumps(list(self.storages), 2) +
                b"".join(struct.pack("<q", n) + raw for n, raw in zip(self.counts, self.storages.values())))

    def floats(self, shape, values):
        key = self.add(struct.pack("<%df" % len(values), *values), len(values))
        return tensor("FloatStorage", key, len(values), shape, strides(shape))

    def whole(self, shape, values):
        key = self.add(struct.pack("<%dq" % len(values), *values), len(values))
        return tensor("LongStorage", key, len(values), shape, strides(shape))

    def int8(self, shape, values, scale):
        key = self.add(struct.pack("<%db" % len(values), *values), len(values))
        return quantized(key, len(values), shape, strides(shape), (name_of("torch.per_tensor_affine"), scale, 0))


def chain_module(saved, name, kind, shape, output_scale, seed, bias=None, extra=()):
    weight = Call("torch._utils._rebuild_parameter_with_state", saved.floats(shape, numbers(product(shape), seed, -127, 127)),
                  True, collections.OrderedDict(), {"scale": 0.0078125})
    bias = None if bias is None else Call("torch._utils._rebuild_parameter", saved.floats((len(bias),), bias), True,
                                          collections.OrderedDict())
    attributes = {"training": True, "_parameters": collections.OrderedDict([("weight", weight), ("bias", bias)]),
                  "_buffers": collections.OrderedDict(), "_modules": collections.OrderedDict(), "output_scale": output_scale}
    attributes.update(extra)
    return name, Call(kind, state=attributes)


def chain_net():
    saved = Saved()
    geometry = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1}
    modules = [
        chain_module(saved, "conv1", "torch.nn.modules.conv.Conv2d", (2, 3, 5, 5), 915.25, 1, extra=geometry),
        ("pool", Call("torch.nn.modules.pooling.MaxPool2d", state={"training": True, "kernel_size": 2, "stride": 2})),
        chain_module(saved, "conv2", "torch.nn.modules.conv.Conv2d", (3, 2, 3, 3), 485.5, 2, extra=geometry),
        chain_module(saved, "fc1", "torch.nn.modules.linear.Linear", (6, 3), 218.25, 3),
        chain_module(saved, "fc2", "torch.nn.modules.linear.Linear", (5, 6), 127.75, 4),
        chain_module(saved, "fc3", "torch.nn.modules.linear.Linear", (4, 5), 64.5, 5, bias=[300, -200, 0, 41])]
    net = Call("__main__.Network", state={"training": True, "_parameters": {}, "_buffers": {},
                                          "_modules": collections.OrderedDict(modules), "input_scale": 1 / 127})
    return saved, net


def converted_net(scale_of=lambda i: 2.0 ** -(i % 3 + 4), last="fc8"):
    """Five convs and three fcs as torch.ao.quantization.convert leaves them."""
    saved, entries = Saved(), collections.OrderedDict()
    channels = [3, 2, 3, 4, 3, 2]
    entries["quant.scale"] = saved.floats((1,), [2.0 ** -6])
    entries["quant.zero_point"] = saved.whole((1,), [128])
    for i in range(5):
        name, shape = "module.conv%d.0." % (i + 1), (channels[i + 1], channels[i], 3, 3)
        entries[name + "weight"] = saved.int8(shape, numbers(product(shape), 10 + i, -128, 127), 2.0 ** -8)
        entries[name + "bias"] = saved.floats(shape[:1], [v / 1000 for v in numbers(shape[0], 20 + i, -300, 999)])
        entries[name + "scale"] = saved.floats((), [scale_of(i)])
        entries[name + "zero_point"] = saved.whole((), [128])
    for i, shape in enumerate([(4, 2), (3, 4), (2, 3)]):
        name = "module.%s." % ["fc6.0", "fc7.0", last][i]
        entries[name + "scale"] = saved.floats((), [scale_of(5 + i)])
        entries[name + "zero_point"] = saved.whole((), [128])
        entries[name + "_packed_params.dtype"] = name_of("torch.qint8")
        entries[name + "_packed_params._packed_params"] = (
            saved.int8(shape, numbers(product(shape), 30 + i, -128, 127), 2.0 ** -7),
            saved.floats(shape[:1], [v / 1000 for v in numbers(shape[0], 40 + i, -300, 999)]))
    return saved, entries


def mlp_dict():
    """784 would be large: 16 pixels, 5 and 4 hidden values, 3 classes. Codes of w3 go past int8."""
    parts, sizes = {}, [16, 5, 4, 3]
    for i in range(3):
        w = [v / 64 for v in numbers(sizes[i] * sizes[i + 1], 50 + i, -127, 127)]
        if i == 2:
            w[0] = 130 / 64
        b = [v / 7 for v in numbers(sizes[i + 1], 60 + i, -9, 9)]
        parts["w%d" % (i + 1)] = array((sizes[i], sizes[i + 1]), "f8", struct.pack("<%dd" % len(w), *w))
        parts["b%d" % (i + 1)] = array((1, sizes[i + 1]), "f8", struct.pack("<%dd" % len(b), *b))
        parts["sw%d" % (i + 1)] = Call("numpy.core.multiarray.scalar", dtype("f8"), struct.pack("<d", 1 / 64))
        parts["sb%d" % (i + 1)] = Call("numpy.core.multiarray.scalar", dtype("f8"), struct.pack("<d", 1 / 32))
    return npy("|O", (), dump(array((), "O8", [parts], order="|"), 4))


put("npy", "mlp-dict.npy", mlp_dict())

old = (pickle.dumps(0x1950a86a20f9469cfc6c, 2) + pickle.dumps(1001, 2) +
       pickle.dumps({"protocol_version": 1001, "little_endian": True}, 2))

for name, (saved, contents) in (("chain.pth", chain_net()), ("converted.pt", converted_net()),
                                ("converted-not-pow2.pt", converted_net(lambda i: 0.0279677 + i / 100, "fc8.0"))):
    put("torch", name, saved.file(contents))
    put("import", name, saved.old_file(contents))
put("import", "mlp-dict.npy", mlp_dict())
put("import", "known-names.json", json.dumps({
    "conv1.weight": [[[[1] * 5] * 5] * 3] * 6, "conv2.weight": [[[[2] * 5] * 5] * 6] * 16, "fc1.weight": [[0] * 10] * 12,
    "fc2.weight": [[1, 2]], "fc3.weight": [[3], [4]]}).encode())


class Old(Storage):
    def __init__(self, kind, key, numel):
        self.pid = ("storage", name_of("torch." + kind), key, "cpu", numel, None)


legacy = Call("torch._utils._rebuild_tensor_v2", Old("FloatStorage", "140", 6), 0, (2, 3), (3, 1), False,
              collections.OrderedDict())
put("torch_legacy", "state.pt", old + dump({"w": legacy}, 2) + pickle.dumps(["140"], 2) + struct.pack("<q", 6) + floats)
put("torch_legacy", "cut.pt", old + dump({"w": legacy}, 2) + pickle.dumps(["140"], 2) + struct.pack("<q", 6) + floats[:9])

put("torch_legacy", "module.pt", old + dump(Instance("__main__.Network", {"w": legacy, "output_scale": 0.25}), 2) +
    pickle.dumps(["140"], 2) + struct.pack("<q", 6) + floats)
put("pickle", "tensor.pkl", dump({"t": Call("torch._utils._rebuild_tensor_v2",
                                            Call("torch.storage._load_from_bytes", b"..."), 0, (1,), (1,), False, {}), "s": 0.5}, 4))

# npz, archive
put("npz", "stored.npz", zipped([("a.npy", npy("<f4", (2, 3), floats)), ("b.npy", npy("|i1", (6,), codes))]))
put("npz", "deflated.npz", zipped([("a.npy", npy("<f8", (2, 2), doubles))], zipfile.ZIP_DEFLATED))
put("npz", "object.npz", zipped([("a.npy", npy("|O", (), dump(array((), "O8", [{"k": 1}], order="|"), 4)))]))
out = io.BytesIO()
with zipfile.ZipFile(out, "w") as z:
    with z.open(zipfile.ZipInfo("a.npy", (1980, 1, 1, 0, 0, 0)), "w", force_zip64=True) as f:
        f.write(npy("<f4", (6,), floats))
put("npz", "zip64.npz", out.getvalue())
inside = [("sub/w.npy", npy("<f4", (2, 3), floats)), ("notes.txt", b"hello"), ("t.csv", b"1,2\n3,4\n"),
          ("a.json", b'{"s": 0.5}')]
put("archive", "mixed.zip", zipped(inside, zipfile.ZIP_DEFLATED))
put("archive", "mixed.tar", tarred(inside))
put("archive", "mixed.tar.gz", gzip.compress(tarred(inside), mtime=0))
put("archive", "dangerous.zip", zipped([("../up.npy", b"x"), ("/abs", b"x"), ("C:\\x", b"x"), ("a\\b.csv", b"1\n")]))
put("archive", "link.tar", tarred([("link", None), ("x.csv", b"1\n")]))
put("archive", "twice.zip", zipped([("a.csv", b"1\n"), ("a.csv", b"2\n")]))
put("archive", "nested.zip", zipped([("in.zip", zipped(inside)), ("x.npz", zipped([("y.npz", zipped(inside))]))]))
put("archive", "ratio.zip", zipped([("zeros", b"\0" * (3 << 20))], zipfile.ZIP_DEFLATED))
put("archive", "gb18030.zip", zipped([("\u4e2d.csv", b"1,2\n")]).replace("\u4e2d".encode(), b"\xd6\xd0a"))
locked = bytearray(zipped([("a.csv", b"1,2\n")]))
for at in (6, locked.find(b"PK\1\2") + 8):
    locked[at] |= 1
put("archive", "encrypted.zip", bytes(locked))

# safetensors, json, csv, idx
def safetensors(header, data):
    head = json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(head)) + head + data


put("safetensors", "two.safetensors", safetensors({
    "__metadata__": {"format": "pt"}, "w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
    "q": {"dtype": "I8", "shape": [6], "data_offsets": [24, 30]}}, floats + codes))
put("safetensors", "outside.safetensors", safetensors({"w": {"dtype": "F32", "shape": [9], "data_offsets": [0, 36]}}, floats))
put("safetensors", "huge-header.safetensors", struct.pack("<Q", (1 << 64) - 1) + b"{}")
put("safetensors", "odd.safetensors", safetensors({"w": {"dtype": "BF16", "shape": [], "data_offsets": [0, 2]}, "e": {
    "dtype": "F64", "shape": [0, 4], "data_offsets": [2, 2]}}, b"\x80\x3f"))
put("json", "mixed.json", b'{"a": [[1, 2], [3, 4]], "b": [0.5, 1], "c": "text", "d": [1, "x", [2]], "e": true, "f": null, "g": {"h": -1e3}}')
put("json", "nan.json", b'{"a": NaN}')
put("json", "twice.json", b'{"a": 1, "a": 2}')
put("json", "deep.json", b"[" * 100 + b"]" * 100)
put("json", "mark.json", b"\xef\xbb\xbf[1, 2, 3]")
put("json", "utf16.json", "\ufeff[1]".encode("utf-16-le"))
put("json", "large.json", b"[123456789012345678901234567890]")
put("csv", "plain.csv", b"1,2.5,-3e2\n4,5,6\n")
put("csv", "names.csv", b'x,"y, z"\r\n1,2\r\n3,4\r\n')
put("csv", "semicolon.csv", b"1;2\n3;4\n")
put("csv", "comma.csv", b'"0,5","1,5"\n')
put("csv", "ragged.csv", b"1,2\n3\n")
put("csv", "words.csv", b"1,2\n3,abc\n")
put("csv", "open-quote.csv", b'1,"2\n')
put("idx", "images.idx", struct.pack(">4B3I", 0, 0, 8, 3, 2, 2, 3) + bytes(range(12)))
put("idx", "labels.idx", struct.pack(">4BI", 0, 0, 8, 1, 4) + bytes([7, 2, 1, 0]))
put("idx", "floats.idx", struct.pack(">4BI", 0, 0, 13, 1, 2) + struct.pack(">2f", 1.5, -2))
put("idx", "huge.idx", struct.pack(">4B3I", 0, 0, 14, 3, 1 << 31, 1 << 31, 1 << 31))


def png(width, height, color_type, rows):
    """8 bits a channel, filter 0; color_type 0 grey, 2 RGB, 4 grey with alpha, 6 RGB with alpha"""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, color_type, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))) + chunk(b"IEND", b""))


put("png", "red-grey.png", png(2, 1, 2, [[255, 0, 0, 128, 128, 128]]))
put("png", "grey.png", png(3, 2, 0, [[0, 127, 255], [1, 2, 3]]))
put("png", "alpha.png", png(1, 1, 6, [[255, 255, 255, 128]]))
put("png", "huge.png", png(100000, 100000, 2, [[0]]))
put("png", "short.png", png(4, 4, 0, [[1, 2, 3, 4]]))
