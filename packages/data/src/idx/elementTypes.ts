import { type StoredType, storedTypes } from "../stored/storedTypes.ts";

/** The element types of the idx format, by the code in the third byte of a file. */
export const elementTypes: ReadonlyMap<number, StoredType> = new Map([
  [0x08, storedTypes.u8],
  [0x09, storedTypes.i8],
  [0x0b, storedTypes.i16],
  [0x0c, storedTypes.i32],
  [0x0d, storedTypes.f32],
  [0x0e, storedTypes.f64],
]);
