import { checkNames, DataError, type Tensor } from "@metrigrad/tensor";
import { unzipSync, type Zippable, zipSync } from "fflate";
import { namedTensors } from "../stored/namedTensors.ts";
import { checksums, crc32 } from "./checksums.ts";
import { damaged } from "./npyHeader.ts";
import { type NpyOptions, readArray } from "./readNpy.ts";
import { writeNpy } from "./writeNpy.ts";

/** The factor by which Deflate shrinks at most. A file that claims more is not an honest one. */
const largestFactor = 1040;

/**
 * Reads the arrays that `numpy.savez` or `numpy.savez_compressed` saved.
 *
 * @param bytes - The file, a zip archive of npy files.
 * @param options - The name of the bytes in messages.
 * @returns The tensors by name, each as {@link readNpy} reads it.
 * @throws {@link DataError} if the bytes are not a zip archive or are damaged. Also if a file in it is not an npy
 *   file, or if {@link readNpy} refuses it.
 * @category Data
 */
export function readNpz(bytes: Uint8Array, options: NpyOptions = {}): Map<string, Tensor> {
  checkNames("readNpz", options, ["name"], DataError);
  const { name } = options;
  const where = name === undefined ? "readNpz" : `readNpz(${name})`;
  const tensors = new Map<string, Tensor>();
  const sums = checksums(bytes);
  for (const [at, [file, content]] of Object.entries(unzip(where, bytes)).entries()) {
    const array = file.slice(0, -".npy".length);
    if (sums[at] !== undefined && sums[at] !== crc32(content)) {
      const must = "its bytes must have the checksum that the archive holds";
      throw damaged(`${where}, ${array}`, must, "another one");
    }
    tensors.set(array, readArray(`${where}, ${array}`, content));
  }
  return tensors;
}

function unzip(where: string, bytes: Uint8Array): Record<string, Uint8Array> {
  const refused = (got: string) =>
    damaged(where, "the file must be a zip archive of npy files", got);
  const seen = new Set<string>();
  try {
    return unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        if (!name.endsWith(".npy")) throw refused(name);
        if (seen.has(name)) throw refused(`${name} twice`);
        if (originalSize > largestFactor * (size + 1)) {
          throw refused(`${name} of ${originalSize} bytes in ${size}`);
        }
        seen.add(name);
        return true;
      },
    });
  } catch (error) {
    throw error instanceof DataError ? error : refused((error as Error).message);
  }
}

/**
 * Options of {@link writeNpz}.
 *
 * @category Data
 */
export interface NpzOptions {
  /** Whether to compress, as numpy.savez_compressed does; false by default. */
  readonly compress?: boolean;
}

/**
 * Returns the bytes of an npz file, which `numpy.load` reads. The same tensors give the same bytes.
 *
 * @param tensors - The tensors, as a Map or a record by name.
 * @param options - Whether to compress.
 * @returns The file.
 * @throws {@link DataError} if a value is not a tensor.
 * @category Data
 */
export function writeNpz(
  tensors: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
  options: NpzOptions = {},
): Uint8Array {
  checkNames("writeNpz", options, ["compress"], DataError);
  const { compress = false } = options;
  const level = compress ? 6 : 0;
  // The earliest time that zip can hold, in any time zone.
  const mtime = new Date(1980, 0, 1);
  const files: Zippable = Object.fromEntries(
    namedTensors("writeNpz", tensors).map(([name, value]) => [
      `${name}.npy`,
      [writeNpy(value), { level, mtime }],
    ]),
  );
  return zipSync(files);
}
