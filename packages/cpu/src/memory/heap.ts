import { BackendError } from "@metrigrad/tensor";
import { maxPages } from "../wasm/index.ts";

const pageBytes = 65536;
/** The address at which allocations start, so that small numbers are never addresses. */
const firstAddress = 1024;
const alignment = 64;

interface Block {
  readonly address: number;
  readonly bytes: number;
}

/** Returns a memory that may grow as far as the engine lets it: address space is short on some devices. */
function reserve(shared: boolean): WebAssembly.Memory {
  for (let maximum = maxPages; maximum > 4096; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: 1, maximum, shared });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return new WebAssembly.Memory({ initial: 1, maximum: 4096, shared });
}

/** Allocates from one WebAssembly memory, which grows on demand. Blocks never move. */
export class Heap {
  readonly memory: WebAssembly.Memory;
  /** Free blocks in the order of their addresses; no two are adjacent. */
  private free: Block[] = [];
  private readonly used = new Map<number, number>();
  /** The address behind the last block. */
  private end = firstAddress;
  /** The address behind which memory was never used, so that it is still zero. */
  private fresh = firstAddress;

  constructor(options: { readonly shared: boolean }) {
    this.memory = reserve(options.shared);
  }

  /** The number of bytes that are allocated. */
  get bytes(): number {
    let total = 0;
    for (const bytes of this.used.values()) total += bytes;
    return total;
  }

  /** Returns the address of zero-filled memory, 64-byte aligned. Throws BackendError if there is no more. */
  allocate(size: number, what: string): number {
    const bytes = Math.max(1, Math.ceil(size / alignment)) * alignment;
    // Best fit keeps large blocks whole.
    let best = -1;
    this.free.forEach((block, at) => {
      const fits = block.bytes >= bytes;
      if (fits && (best < 0 || block.bytes < (this.free[best] as Block).bytes)) best = at;
    });
    const block = this.free[best];
    let address: number;
    if (block) {
      address = block.address;
      const rest = { address: address + bytes, bytes: block.bytes - bytes };
      this.free.splice(best, 1, ...(rest.bytes > 0 ? [rest] : []));
    } else {
      address = this.end;
      this.grow(address + bytes, bytes, what);
      this.end = address + bytes;
    }
    const used = Math.min(address + bytes, this.fresh) - address;
    if (used > 0) new Uint8Array(this.memory.buffer, address, used).fill(0);
    this.fresh = Math.max(this.fresh, address + bytes);
    this.used.set(address, bytes);
    return address;
  }

  /** Gives memory back; unknown addresses are ignored. */
  release(address: number): void {
    const bytes = this.used.get(address);
    if (bytes === undefined) return;
    this.used.delete(address);
    const at = this.free.findIndex((block) => block.address > address);
    this.free.splice(at < 0 ? this.free.length : at, 0, { address, bytes });
    const merged: Block[] = [];
    for (const block of this.free) {
      const last = merged.at(-1);
      if (last && last.address + last.bytes === block.address) {
        merged[merged.length - 1] = { address: last.address, bytes: last.bytes + block.bytes };
      } else merged.push(block);
    }
    const last = merged.at(-1);
    if (last && last.address + last.bytes === this.end) {
      this.end = last.address;
      merged.pop();
    }
    this.free = merged;
  }

  private grow(end: number, bytes: number, what: string): void {
    const have = this.memory.buffer.byteLength / pageBytes;
    const need = Math.ceil(end / pageBytes);
    if (need <= have) return;
    // The memory grows a little ahead, so that many small allocations do not grow it each time.
    const ahead = Math.min(maxPages, Math.max(need, Math.ceil(have * 1.25)));
    for (const pages of [ahead, need]) {
      if (pages < need || pages > maxPages) continue;
      try {
        this.memory.grow(pages - have);
        return;
      } catch {
        // Now try without the reserve, and then give up.
      }
    }
    throw new BackendError({
      where: "cpu",
      must: "all values must fit into one memory of at most 4 GiB",
      got: `${bytes} bytes for ${what} beside ${this.bytes} in use`,
      todo: "use smaller batches or blocks, close stores and programs, or use another backend",
    });
  }
}
