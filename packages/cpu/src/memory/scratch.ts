import type { Heap } from "./heap.ts";

/** Memory that programs share, because only one of them runs at a time. */
interface Region {
  readonly address: number;
  readonly bytes: number;
  users: number;
}

/** Temporary memory of one program, valid until it is released. */
export interface ScratchLease {
  readonly address: number;
  readonly bytes: number;
  release(): void;
}

/**
 * Temporary memory of steps.
 *
 * Steps run one after the other, those of different programs too. So programs that need about the same size use the
 * same memory. It goes back to the heap with the last of them.
 */
export class Scratch {
  private readonly heap: Heap;
  private readonly regions = new Set<Region>();

  constructor(heap: Heap) {
    this.heap = heap;
  }

  /** Returns memory of at least so many bytes. Throws BackendError if there is no more. */
  reserve(bytes: number): ScratchLease {
    if (bytes === 0) return { address: 0, bytes, release: () => undefined };
    // A region is at most twice as large, so that a small program does not keep a large region.
    const fitting = [...this.regions].filter((one) => one.bytes >= bytes && one.bytes <= 2 * bytes);
    const [known] = fitting.sort((a, b) => a.bytes - b.bytes);
    const region = known ?? this.allocate(rounded(bytes));
    region.users += 1;
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      region.users -= 1;
      if (region.users > 0) return;
      this.regions.delete(region);
      this.heap.release(region.address);
    };
    return { address: region.address, bytes: region.bytes, release };
  }

  private allocate(bytes: number): Region {
    const region = { address: this.heap.allocate(bytes, "scratch"), bytes, users: 0 };
    this.regions.add(region);
    return region;
  }
}

/** Returns a size that is at most a quarter larger, so that programs of nearly equal needs share. */
function rounded(bytes: number): number {
  const quantum = Math.max(64, 2 ** Math.floor(Math.log2(bytes)) / 4);
  return Math.ceil(bytes / quantum) * quantum;
}
