import { hostArray, sizeOf, type Tensor, tensor } from "@metrigrad/tensor";
import { damaged, dtypes, type HeaderEntry, metadataKey, type TensorFile } from "./tensorFile.ts";

/** Reads a file of named tensors. Throws DataError where the bytes are not such a file, or cut short. */
export function readTensors(bytes: Uint8Array, where: string): TensorFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? Number.NaN : Number(view.getBigUint64(0, true));
  if (!(length <= bytes.length - 8)) {
    const got =
      bytes.length < 8 ? `${bytes.length} bytes` : `a header of ${length} bytes in ${bytes.length}`;
    throw damaged(where, "the file must begin with the length of its header", got);
  }
  const { [metadataKey]: metadata, ...entries } = parse(bytes.subarray(8, 8 + length), where);
  const elements = bytes.subarray(8 + length);
  const tensors = new Map<string, Tensor>();
  let end = 0;
  for (const [name, entry] of Object.entries(entries)) {
    const value = readEntry(`${where}, ${name}`, entry ?? {}, elements, end);
    tensors.set(name, value);
    end += value.data().byteLength;
  }
  if (end !== elements.length) {
    throw damaged(where, `there must be ${end} bytes of elements`, String(elements.length));
  }
  return { tensors, metadata: (metadata ?? {}) as TensorFile["metadata"] };
}

function parse(text: Uint8Array, where: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
    if (typeof header === "object" && header !== null) return header as Record<string, unknown>;
  } catch {
    // Both lead to the error below.
  }
  throw damaged(where, "the header must be a JSON object", "other text");
}

function readEntry(
  where: string,
  { dtype = "", shape, data_offsets: offsets }: Partial<HeaderEntry>,
  elements: Uint8Array,
  begin: number,
): Tensor {
  const type = Object.hasOwn(dtypes, dtype) ? dtypes[dtype] : undefined;
  const natural = (n: unknown) => Number.isInteger(n) && (n as number) >= 0;
  if (type === undefined || !Array.isArray(shape) || !shape.every(natural)) {
    const got = `${dtype} ${JSON.stringify(shape)}`;
    throw damaged(
      where,
      `it must have a shape and a type of ${Object.keys(dtypes).join(", ")}`,
      got,
    );
  }
  const size = sizeOf(shape);
  const end = begin + size * hostArray(type, 0).BYTES_PER_ELEMENT;
  if (offsets?.[0] !== begin || offsets[1] !== end) {
    throw damaged(where, `its elements must lie at [${begin}, ${end}]`, JSON.stringify(offsets));
  }
  if (end > elements.length) {
    const rest = elements.length - begin;
    throw damaged(where, `the file must hold its ${end - begin} bytes`, `${rest}: it is cut short`);
  }
  const data = hostArray(type, size);
  new Uint8Array(data.buffer).set(elements.subarray(begin, end));
  return tensor(data, { shape, dtype: type });
}
