import { DataError, isTensor, type Tensor } from "@metrigrad/tensor";
import { writeElements, writtenTypes } from "../stored/storedTypes.ts";
import { magic, npyTypes } from "./npyHeader.ts";

/**
 * Returns the bytes of an npy file, which `numpy.load` reads: version 1, little-endian and row-major.
 *
 * @param value - The tensor; f32, f64, i32, u32, u8, f16 and bool keep their type in the file.
 * @returns The file.
 * @throws {@link DataError} if the value is not a tensor.
 * @category Data
 */
export function writeNpy(value: Tensor): Uint8Array {
  if (!isTensor(value)) {
    throw new DataError({
      where: "writeNpy",
      must: "the value must be a tensor",
      got: `a ${typeof value}`,
      todo: "make one by tensor(…)",
    });
  }
  const { dtype, shape } = value;
  const type = writtenTypes[dtype];
  const code = [...npyTypes].find(([, one]) => one === type)?.[0] as string;
  const descr = `${type.bytes === 1 ? "|" : "<"}${code}`;
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // Spaces and a line break bring the elements to a multiple of 64 bytes.
  const length = 64 * Math.ceil((10 + dict.length + 1) / 64);
  const elements = writeElements(value.data(), dtype);
  const file = new Uint8Array(length + elements.length).fill(0x20, 0, length);
  file.set([...magic, 1, 0]);
  new DataView(file.buffer).setUint16(8, length - 10, true);
  file.set(new TextEncoder().encode(dict), 10);
  file[length - 1] = 0x0a;
  file.set(elements, length);
  return file;
}
