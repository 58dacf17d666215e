import { checkNames, DataError, type Tensor, tensor } from "@metrigrad/tensor";
import { checkStoredShape } from "../stored/checkStoredShape.ts";
import { readElements, type StoredType } from "../stored/storedTypes.ts";
import { damaged, fileTypes, metadataKey, type TensorFile } from "./format.ts";
import { repeatedName } from "./repeatedName.ts";

/**
 * Options of {@link readSafetensors}.
 *
 * @category Data
 */
export interface SafetensorsOptions {
  /** The name of the bytes in messages, for example a file name; none by default. */
  readonly name?: string;
}

/** One tensor of the header, checked. */
interface Entry {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The longest header in bytes, a limit of the format itself. */
const longestHeader = 100_000_000;

/**
 * Reads a file of named tensors in the safetensors format (https://github.com/huggingface/safetensors, "Format").
 *
 * @param bytes - The file.
 * @param options - The name of the bytes in messages.
 * @returns The tensors by name and the texts of the file. F64, F32, I32, U32, U8 and BOOL keep their type. F16 and
 *   BF16 become f32. I8, I16, U16, I64 and U64 become i32.
 * @throws {@link DataError} if the bytes are not such a file or are cut short, if a name comes twice, or if elements
 *   overlap or leave gaps. Also if a tensor has more than 32 axes or 2³¹−1 elements, or if a 64-bit integer does not
 *   fit into i32.
 * @category Data
 */
export function readSafetensors(bytes: Uint8Array, options: SafetensorsOptions = {}): TensorFile {
  checkNames("readSafetensors", options, ["name"], DataError);
  const { name } = options;
  const where = name === undefined ? "readSafetensors" : `readSafetensors(${name})`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? Number.NaN : Number(view.getBigUint64(0, true));
  if (!(length <= Math.min(bytes.length - 8, longestHeader))) {
    const got =
      bytes.length < 8 ? `${bytes.length} bytes` : `a header of ${length} bytes in ${bytes.length}`;
    throw damaged(where, "the file must begin with the length of its header", got);
  }
  const { [metadataKey]: metadata = {}, ...header } = parse(bytes.subarray(8, 8 + length), where);
  const texts = readMetadata(metadata, where);
  const entries = Object.entries(header).map(([name, value]) => readEntry(where, name, value));
  const elements = bytes.subarray(8 + length);
  checkOffsets(where, entries, elements.length);
  const tensors = new Map<string, Tensor>();
  for (const { name, type, shape, begin, end } of entries) {
    const data = readElements(`${where}, ${name}`, type, elements.subarray(begin, end), true);
    tensors.set(name, tensor(data, { shape, dtype: type.dtype }));
  }
  return { tensors, metadata: texts };
}

function parse(bytes: Uint8Array, where: string): Record<string, unknown> {
  const text = decode(bytes);
  const header = text === undefined ? undefined : parsed(text);
  if (text === undefined || !isRecord(header)) {
    throw damaged(where, "the header must be a JSON object", "other text");
  }
  const twice = repeatedName(text);
  if (twice !== undefined) {
    throw damaged(
      where,
      "each name must come once in the header",
      `${JSON.stringify(twice)} twice`,
    );
  }
  return header;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readMetadata(metadata: unknown, where: string): Record<string, string> {
  if (isRecord(metadata) && Object.values(metadata).every((text) => typeof text === "string")) {
    return metadata as Record<string, string>;
  }
  throw damaged(where, `${metadataKey} must be a record of texts`, brief(metadata));
}

function readEntry(where: string, name: string, value: unknown): Entry {
  const at = `${where}, ${name}`;
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  const type = typeof dtype === "string" ? fileTypes.get(dtype) : undefined;
  if (type === undefined || !Array.isArray(shape)) {
    const known = [...fileTypes.keys()].join(", ");
    throw damaged(at, `it must have a shape and a type of ${known}`, brief({ dtype, shape }));
  }
  const bytes = checkStoredShape(at, shape) * type.bytes;
  const [begin, end, ...more] = Array.isArray(offsets) ? (offsets as unknown[]) : [];
  const natural = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (!natural(begin) || !natural(end) || more.length > 0 || end - begin !== bytes) {
    throw damaged(at, `its offsets must be two integers, ${bytes} bytes apart`, brief(offsets));
  }
  return { name, type, shape: shape as number[], begin, end };
}

/**
 * Throws DataError unless the elements follow each other from 0 to the end of the file; the header may list them in
 * any order.
 */
function checkOffsets(where: string, entries: readonly Entry[], length: number): void {
  let end = 0;
  for (const entry of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== end) {
      const got = `${entry.begin}: ${entry.begin < end ? "it overlaps another" : "there is a gap"}`;
      throw damaged(`${where}, ${entry.name}`, `its elements must begin at ${end}`, got);
    }
    if (entry.end > length) {
      const got = `${length - entry.begin}: it is cut short`;
      const must = `the file must hold its ${entry.end - entry.begin} bytes`;
      throw damaged(`${where}, ${entry.name}`, must, got);
    }
    end = entry.end;
  }
  if (end !== length)
    throw damaged(where, `there must be ${end} bytes of elements`, String(length));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
