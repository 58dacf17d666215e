/** A buffer of the device. Its size may grow until it is allocated. */
export class Page {
  readonly label: string;
  /** The size in bytes, a multiple of 4. */
  bytes: number;
  buffer: GPUBuffer | null = null;

  constructor(label: string, bytes = 0) {
    this.label = label;
    this.bytes = bytes;
  }

  /** Reserves so many more bytes, aligned; returns the first byte. */
  reserve(bytes: number): number {
    const start = this.bytes;
    this.bytes = start + aligned(bytes);
    return start;
  }
}

/** Positions on pages are multiples of this many bytes. */
const alignment = 64;

/** Returns the next multiple of the alignment. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** The place of the elements of a plan's buffer. */
export interface Spot {
  readonly page: Page;
  /** The number of bytes from the beginning of the page. */
  readonly offset: number;
}
