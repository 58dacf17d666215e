import { checkStoredShape } from "../stored/checkStoredShape.ts";
import type { StoredType } from "../stored/storedTypes.ts";
import { damaged, fileTypes, metadataKey } from "./format.ts";
import { repeatedName } from "./repeatedName.ts";

/** One tensor of a checked header. */
export interface HeaderEntry {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  /** The first byte of the elements, counted from the end of the header. `end` is the byte after the last one. */
  readonly begin: number;
  readonly end: number;
}

/** A checked header. */
export interface Header {
  readonly entries: readonly HeaderEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The longest header in bytes that the format allows. */
const longestHeader = 100_000_000;

/** Returns the length of the header, from the first 8 bytes of a file of `size` bytes. Throws DataError. */
export function headerLength(where: string, first: Uint8Array, size: number): number {
  const view = new DataView(first.buffer, first.byteOffset, first.byteLength);
  const length = first.length < 8 ? Number.NaN : Number(view.getBigUint64(0, true));
  if (length <= Math.min(size - 8, longestHeader)) return length;
  const got = first.length < 8 ? `${size} bytes` : `a header of ${length} bytes in ${size}`;
  throw damaged(where, "the file must begin with the length of its header", got);
}

/** Reads the JSON of a header before `length` bytes of elements. Throws DataError. */
export function readHeader(where: string, json: Uint8Array, length: number): Header {
  const { [metadataKey]: metadata = {}, ...header } = parse(json, where);
  const texts = readMetadata(metadata, where);
  const entries = Object.entries(header).map(([name, value]) => readEntry(where, name, value));
  checkOffsets(where, entries, length);
  return { entries, metadata: texts };
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

function readEntry(where: string, name: string, value: unknown): HeaderEntry {
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
 * Checks that the elements follow each other from 0 to the end of the file. The header may have them in any order.
 */
function checkOffsets(where: string, entries: readonly HeaderEntry[], length: number): void {
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
