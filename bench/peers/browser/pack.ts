/** Where an array lies among the bytes of a packed problem, in the place of the array. */
interface Place {
  readonly packed: "f32" | "i32";
  /** Elements before it, and its own. */
  readonly start: number;
  readonly length: number;
}

/** A problem as JSON, and the elements of all its arrays one after another; all have four bytes. */
export interface Packed {
  readonly json: string;
  readonly parts: readonly (Float32Array | Int32Array)[];
}

/** Takes a problem apart, so that it can go to another process. */
export function pack(problem: object): Packed {
  const parts: (Float32Array | Int32Array)[] = [];
  let start = 0;
  const json = JSON.stringify(problem, (_, value) => {
    if (!(value instanceof Float32Array || value instanceof Int32Array)) return value;
    const { length } = value;
    const place: Place = { packed: value instanceof Int32Array ? "i32" : "f32", start, length };
    parts.push(value);
    start += length;
    return place;
  });
  return { json, parts };
}

/** The problem again, from its JSON and the bytes of its arrays. */
export function unpack(json: string, bytes: ArrayBuffer): object {
  return JSON.parse(json, (_, value) => {
    if (typeof value?.packed !== "string") return value;
    const { packed, start, length } = value as Place;
    return packed === "i32"
      ? new Int32Array(bytes, 4 * start, length)
      : new Float32Array(bytes, 4 * start, length);
  });
}
