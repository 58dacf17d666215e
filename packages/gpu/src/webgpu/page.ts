/** Settings of a page. */
export interface PageSettings {
  /** The largest part that one binding shows, in bytes; by default a binding shows all of it. */
  readonly windowBytes?: number;
  /** Whether it holds the parameters of dispatches; by default it holds elements. */
  readonly uniform?: boolean;
}

/** A buffer of the device. Its size may grow until it is allocated. */
export class Page {
  readonly label: string;
  /** The size in bytes, a multiple of 4. */
  bytes: number;
  buffer: GPUBuffer | null = null;
  /** The bytes of each of its windows; the last one may have fewer. */
  readonly windowBytes: number;
  readonly uniform: boolean;

  constructor(label: string, bytes = 0, settings: PageSettings = {}) {
    this.label = label;
    this.bytes = bytes;
    this.windowBytes = settings.windowBytes ?? Number.POSITIVE_INFINITY;
    this.uniform = settings.uniform ?? false;
  }

  /** The number of bindings that show it to a kernel. */
  get windows(): number {
    return Math.max(1, Math.ceil(this.bytes / this.windowBytes));
  }

  /** Reserves so many more bytes, aligned; returns the first byte. */
  reserve(bytes: number): number {
    const start = this.bytes;
    this.bytes = start + aligned(bytes);
    return start;
  }

  /** Whether so many more bytes leave it in one window. */
  hasRoom(bytes: number): boolean {
    return this.bytes + aligned(bytes) <= this.windowBytes;
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
