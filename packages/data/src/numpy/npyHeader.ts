import { DataError } from "@metrigrad/tensor";
import { checkStoredShape } from "../stored/checkStoredShape.ts";
import { type StoredType, storedTypes } from "../stored/storedTypes.ts";

/** The contents of the header of an npy file. */
export interface NpyHeader {
  readonly type: StoredType;
  readonly little: boolean;
  /** Whether the first axis varies fastest, as in Fortran. */
  readonly columns: boolean;
  readonly shape: readonly number[];
  /** The number of elements. */
  readonly size: number;
  /** The number of bytes before the first element. */
  readonly length: number;
}

/** The element types by NumPy's kind and size. */
export const npyTypes: ReadonlyMap<string, StoredType> = new Map([
  ["b1", storedTypes.bool],
  ["u1", storedTypes.u8],
  ["i1", storedTypes.i8],
  ["u2", storedTypes.u16],
  ["i2", storedTypes.i16],
  ["u4", storedTypes.u32],
  ["i4", storedTypes.i32],
  ["u8", storedTypes.u64],
  ["i8", storedTypes.i64],
  ["f2", storedTypes.f16],
  ["f4", storedTypes.f32],
  ["f8", storedTypes.f64],
]);

/** The first bytes of an npy file: \x93NUMPY. */
export const magic: readonly number[] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Reads the header of an npy file: the magic, a version, the length of a text, and the text of a Python dict with
 * descr, fortran_order and shape. Throws DataError if the bytes are not such a header.
 */
export function readNpyHeader(where: string, bytes: Uint8Array): NpyHeader {
  if (!magic.every((byte, at) => bytes[at] === byte)) {
    const start = [...bytes.subarray(0, 6)].join(", ");
    throw damaged(where, "the file must begin with \\x93NUMPY", `bytes [${start}]`);
  }
  const version = bytes[6];
  if (version === undefined || version < 1 || version > 3) {
    throw damaged(where, "the version must be 1, 2 or 3", String(version));
  }
  const start = version === 1 ? 10 : 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const short = (wanted: number) =>
    damaged(
      where,
      `the header must have ${wanted} bytes`,
      `${bytes.length}: the file is cut short`,
    );
  if (bytes.length < start) throw short(start);
  const length = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < length) throw short(length);
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(
    bytes.subarray(start, length),
  );
  return { ...parseDict(where, text), length };
}

const dict = /^\{(.*)\}\s*$/s;
const item = /^\s*(['"])(\w+)\1\s*:\s*(?:(['"])([^'"]*)\3|(True|False)|\(([^()]*)\))\s*(?:,|$)/s;

function parseDict(where: string, text: string): Omit<NpyHeader, "length"> {
  const found: Record<string, string> = {};
  let rest = dict.exec(text)?.[1] ?? "";
  for (let part = item.exec(rest); part !== null; part = item.exec(rest)) {
    found[part[2] as string] = part[4] ?? part[5] ?? part[6] ?? "";
    rest = rest.slice(part[0].length);
  }
  const { descr, fortran_order: order, shape } = found;
  const whole = rest.trim() === "" && Object.keys(found).length === 3;
  if (!whole || descr === undefined || shape === undefined || !/^(True|False)$/.test(order ?? "")) {
    const must = "the header must have a plain descr, fortran_order and shape";
    throw damaged(where, must, text.trim().slice(0, 120));
  }
  const sizes = shape.split(",").map((size) => size.trim());
  if (sizes.at(-1) === "") sizes.pop();
  const numbers = sizes.map((size) =>
    /^\d+L?$/.test(size) ? Number.parseInt(size, 10) : Number.NaN,
  );
  return {
    ...parseType(where, descr),
    columns: order === "True",
    shape: numbers,
    size: checkStoredShape(where, numbers),
  };
}

function parseType(where: string, descr: string): { type: StoredType; little: boolean } {
  const [, order, code = ""] = /^([<>=|])(\w+)$/.exec(descr) ?? [];
  const type = npyTypes.get(code);
  if (type !== undefined && (order !== "|" || type.bytes === 1)) {
    return { type, little: order !== ">" };
  }
  throw new DataError({
    where,
    must: `descr must be < or > and one of ${[...npyTypes.keys()].join(", ")}`,
    got: descr,
    todo: "save it as numbers or booleans, for example by astype('float32')",
  });
}

/** Returns the error for a file that is not what it claims to be. */
export function damaged(where: string, must: string, got: string): DataError {
  return new DataError({ where, must, got, todo: "check the path, or copy the file again" });
}
