import { BackendError } from "@metrigrad/tensor";
import { maxPages } from "../wasm/index.ts";

const pageBytes = 65536;
/** Allocations start here, so that small numbers are never addresses. */
const firstAddress = 1024;
const alignment = 64;

interface Block {
  readonly address: number;
  readonly bytes: number;
}

/** Allocates from one WebAssembly memory, which grows on demand; blocks never move. */
export class Heap {
  readonly memory: WebAssembly.Memory;
  /** Free blocks in order of address, no two adjacent. */
  private free: Block[] = [];
  private readonly used = new Map<number, number>();
  private end: number;

  constructor(options: { readonly shared: boolean }) {
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: maxPages, ...options });
    this.end = firstAddress;
  }

  /** Bytes that are allocated. */
  get bytes(): number {
    let total = 0;
    for (const bytes of this.used.values()) total += bytes;
    return total;
  }

  /** Zero-filled memory, 64-byte aligned. Throws BackendError when there is no more. */
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
      new Uint8Array(this.memory.buffer, address, bytes).fill(0);
    } else {
      address = this.end;
      this.grow(address + bytes, bytes, what);
      this.end = address + bytes;
    }
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
    this.free = merged;
  }

  private grow(end: number, bytes: number, what: string): void {
    const have = this.memory.buffer.byteLength / pageBytes;
    const need = Math.ceil(end / pageBytes);
    if (need <= have) return;
    // A little ahead, so that many small allocations do not grow the memory each time.
    const ahead = Math.min(maxPages, Math.max(need, Math.ceil(have * 1.25)));
    for (const pages of [ahead, need]) {
      if (pages > maxPages) continue;
      try {
        this.memory.grow(pages - have);
        return;
      } catch {
        // Try without the reserve, then give up.
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
