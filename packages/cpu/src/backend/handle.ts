import { type DType, type Handle, staleError, type Tensor } from "@metrigrad/tensor";
import { readElements, storedArray } from "../memory/elements.ts";
import type { Heap } from "../memory/heap.ts";

/** The place of an output. */
export interface OutputPlace {
  readonly shape: readonly number[];
  readonly size: number;
  readonly dtype: DType;
  readonly address: number;
}

/** Counts the runs of an executable. Handles of an earlier run are stale. */
export interface RunCounter {
  runs: number;
  closed: boolean;
}

/** An output of one run. */
export class OutputHandle implements Handle {
  readonly shape: readonly number[];
  private readonly heap: Heap;
  private readonly place: OutputPlace;
  private readonly counter: RunCounter;
  private readonly run: number;

  constructor(heap: Heap, place: OutputPlace, counter: RunCounter) {
    this.shape = place.shape;
    this.heap = heap;
    this.place = place;
    this.counter = counter;
    this.run = counter.runs;
  }

  async read(): Promise<Tensor> {
    if (this.counter.closed || this.counter.runs !== this.run) {
      throw staleError(this.counter.closed);
    }
    const { address, size, dtype, shape } = this.place;
    return readElements(storedArray(this.heap, address, size, dtype), shape, dtype);
  }
}
