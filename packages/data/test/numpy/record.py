"""Records files that NumPy wrote, with the values in them: python3 record.py > recorded.json"""
import base64, io, json
import numpy as np
from numpy.lib import format as npy

def saved(array, version=None):
    out = io.BytesIO()
    npy.write_array(out, array, version=version)
    return out.getvalue()

def zipped(save, **arrays):
    out = io.BytesIO()
    save(out, **arrays)
    return out.getvalue()

grid = np.arange(24).reshape(2, 3, 4)
arrays = {
    "f32": np.array([[1.5, -2, 3e38]], "<f4"), "f64": np.array(np.pi), "f16": np.array([1.5, -2, 6e-8, 65504], "<f2"),
    "i8": np.array([-128, 127], "i1"), "i16": np.array([-32768, 7], "<i2"), "i32": np.array([-2**31, 2**31 - 1], "<i4"),
    "i64": np.array([[-2**31], [2**31 - 1]], "<i8"), "u8": np.array([0, 255], "u1"), "u16": np.array([65535], "<u2"),
    "u32": np.array([2**32 - 1], "<u4"), "u64": np.array([2**31 - 1], "<u8"), "bool": np.array([[True, False]]),
    "empty": np.zeros((0, 3), "f4"), "big f32": np.array([1.5, -2], ">f4"), "big f64": np.array([1e300], ">f8"),
    "big i16": np.array([-2, 300], ">i2"), "big i64": np.array([-5], ">i8"), "big u32": np.array([2**32 - 2], ">u4"),
    "fortran f64": np.asfortranarray(grid.astype("f8")), "fortran u8": np.asfortranarray(grid.astype("u1")[0]),
    "fortran big i32": np.asfortranarray(grid.astype(">i4")[:, :, 0]), "deep": np.ones((1,) * 32, "u1"),
}
files = {name: saved(array) for name, array in arrays.items()}
for version in (2, 3):
    arrays[f"version {version}"] = grid[0].astype("f4")
    files[f"version {version}"] = saved(arrays[f"version {version}"], (version, 0))
wrong = {"complex": np.array([1j]), "text": np.array(["ab"]), "time": np.array(["2020"], "M8[D]"), "large": np.array([2**31]),
    "large u64": np.array([2**63], "u8"), "fields": np.zeros(1, [("a", "f4")]), "long": np.zeros(1, "longdouble")}
text = lambda data: base64.b64encode(data).decode()
print(json.dumps({
    "numpy": np.__version__,
    "arrays": [{"name": name, "file": text(files[name]), "shape": array.shape, "values": array.tolist()} for name, array in arrays.items()],
    "wrong": {name: text(saved(array)) for name, array in wrong.items()},
    "archives": [text(zipped(save, a=grid.astype("f4"), b=np.zeros(1000, "i4"))) for save in (np.savez, np.savez_compressed)],
}))
