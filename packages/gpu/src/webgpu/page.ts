/** A buffer of the device; its size may still grow until it is allocated. */
export class Page {
  readonly label: string;
  /** Multiple of 4. */
  bytes: number;
  buffer: GPUBuffer | null = null;

  constructor(label: string, bytes = 0) {
    this.label = label;
    this.bytes = bytes;
  }

  /** Room for `bytes` more, aligned; its first byte. */
  reserve(bytes: number): number {
    const start = this.bytes;
    this.bytes = start + aligned(bytes);
    return start;
  }
}

/** Positions on pages are multiples of this many bytes. */
const alignment = 64;

/** The next multiple of the alignment. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** Where the elements of a plan's buffer lie. */
export interface Spot {
  readonly page: Page;
  /** Bytes from the beginning of the page. */
  readonly offset: number;
}
