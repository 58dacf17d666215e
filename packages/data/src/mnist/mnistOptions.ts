import type { SplitSizes } from "../splitRows.ts";

/** The files of MNIST, as its authors named them. */
export const mnistFileNames = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

/**
 * The names of the files of MNIST, as its authors gave them: images and labels of 60,000 digits, and of 10,000.
 *
 * @category Data
 */
export type MnistFileName = (typeof mnistFileNames)[number];

/**
 * Options of {@link mnist}.
 *
 * @category Data
 */
export interface MnistOptions {
  /** The seed of the shuffle before the split; 0 by default. */
  readonly seed?: number;
  /**
   * The rows in train, valid and test. [50000, 10000, 10000] by default, of at most 70,000 in all. With `subset: "10k"`
   * [8000, 1000, 1000] by default, of at most 10,000.
   */
  readonly split?: SplitSizes;
  /** "10k" takes the two small files alone, 7.9 MB with 10,000 digits. By default all four files are read, 55 MB. */
  readonly subset?: "10k";
  /** The bytes of the files by name, packed by gzip or not. */
  readonly bytes?: Readonly<Partial<Record<MnistFileName, Uint8Array>>>;
  /** The address of a folder with the files, or a function that gives the bytes of a file by its name. */
  readonly fetch?: string | URL | ((name: MnistFileName) => Promise<Uint8Array | ArrayBuffer>);
}
