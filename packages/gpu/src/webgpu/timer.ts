// GPUBufferUsage is a global only with WebGPU. The values are those of the specification.
const usage = { copyFrom: 0x4, resolve: 0x200 } as const;

/** The number of queries that a set may have. */
const mostQueries = 4096;

/** The bytes of a timestamp. */
const timestampBytes = 8;

/** Writes down when each of some stages begins and ends. */
export class Timer {
  /** The bytes of all timestamps of so many stages. */
  static bytes(stages: number): number {
    return 2 * stages * timestampBytes;
  }

  private readonly sets: readonly GPUQuerySet[];
  private readonly buffer: GPUBuffer;
  private readonly size: number;

  constructor(device: GPUDevice, stages: number) {
    this.size = Timer.bytes(stages);
    this.sets = Array.from({ length: Math.ceil((2 * stages) / mostQueries) }, (_, set) => {
      const count = Math.min(mostQueries, 2 * stages - set * mostQueries);
      return device.createQuerySet({ type: "timestamp", count });
    });
    this.buffer = device.createBuffer({
      label: "timestamps",
      size: this.size,
      usage: usage.resolve | usage.copyFrom,
    });
  }

  /** Returns the descriptor of a pass of a stage, which may be its first, its last, both or none of them. */
  pass(stage: number, isFirst: boolean, isLast: boolean): GPUComputePassDescriptor {
    if (!isFirst && !isLast) return {};
    const query = 2 * stage;
    const querySet = this.sets[Math.floor(query / mostQueries)] as GPUQuerySet;
    const at = query % mostQueries;
    return {
      timestampWrites: {
        querySet,
        ...(isFirst && { beginningOfPassWriteIndex: at }),
        ...(isLast && { endOfPassWriteIndex: at + 1 }),
      },
    };
  }

  /** Copies all timestamps to a buffer. */
  resolve(encoder: GPUCommandEncoder, to: GPUBuffer): void {
    this.sets.forEach((set, i) => {
      encoder.resolveQuerySet(set, 0, set.count, this.buffer, i * mostQueries * timestampBytes);
    });
    encoder.copyBufferToBuffer(this.buffer, 0, to, 0, this.size);
  }

  destroy(): void {
    for (const set of this.sets) set.destroy();
    this.buffer.destroy();
  }
}

/** Returns the seconds between the begin and the end of each stage, from their timestamps in nanoseconds. */
export function secondsOf(timestamps: ArrayBuffer): readonly number[] {
  const all = new BigUint64Array(timestamps);
  return Array.from({ length: all.length / 2 }, (_, stage) => {
    const [begin, end] = all.subarray(2 * stage, 2 * stage + 2) as unknown as [bigint, bigint];
    // Clocks of some devices are set back when they sleep.
    return end > begin ? Number(end - begin) / 1e9 : 0;
  });
}
