import type { Heap } from "./heap.ts";

interface Chunk {
  readonly address: number;
  readonly bytes: number;
}

/**
 * Temporary memory of steps. Steps run one after the other, also those of different programs, so
 * they all use the same chunks.
 */
export class Scratch {
  private readonly heap: Heap;
  private chunks: Chunk[] = [];
  private readonly taken = new Set<Chunk>();

  constructor(heap: Heap) {
    this.heap = heap;
  }

  /** Begins a step: everything is free again. */
  begin(): void {
    this.taken.clear();
  }

  /** Memory that no other call since `begin` got. */
  take(bytes: number): number {
    let chunk = this.chunks.find((known) => known.bytes >= bytes && !this.taken.has(known));
    if (!chunk) {
      chunk = { address: this.heap.allocate(bytes, "scratch"), bytes };
      this.chunks = [...this.chunks, chunk].sort((a, b) => a.bytes - b.bytes);
    }
    this.taken.add(chunk);
    return chunk.address;
  }
}
