import { Page } from "../../src/webgpu/page.ts";
import type { Dispatch, Use } from "../../src/wgsl/kernel.ts";

/** Returns numbers below `count`, the same ones in every run. */
export function draws(seed: number): (count: number) => number {
  let state = seed;
  return (count) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * count);
  };
}

/** What a dispatch of a test does. */
export interface Sketch {
  readonly page?: Page;
  readonly reads?: readonly (readonly [number, number])[];
  readonly writes?: readonly (readonly [number, number])[];
  readonly text?: string;
  readonly lanes?: number;
  readonly barriers?: boolean;
  readonly groups?: number;
  /** The bytes of an element that it writes; 4 by default. */
  readonly lane?: Use["lane"];
}

export const somePage = new Page("a page", 4096);

/** Returns a dispatch that reads and writes bytes of a page. Its text does nothing. */
export function dispatchOf(sketch: Sketch): Dispatch {
  const { page = somePage, reads = [], writes = [], text = "let x = 1u;" } = sketch;
  const { lanes = 256, barriers = false, groups = 1, lane = 4 } = sketch;
  const use = (write: boolean) => (range: readonly [number, number]) => {
    return { page, write, param: 1, lane, range, advance: [] };
  };
  return {
    code: () => text,
    pages: [page],
    uses: [...reads.map(use(false)), ...writes.map(use(true))],
    params: [0, 0],
    groups,
    source: { memories: [], functions: [], body: [text], lanes, barriers },
  };
}

/** Whether one of two dispatches writes a byte that the other one uses. */
export function conflict(x: Dispatch, y: Dispatch): boolean {
  return x.uses.some((a) =>
    y.uses.some(
      (b) =>
        (a.write || b.write) &&
        a.page === b.page &&
        a.range[0] < b.range[1] &&
        b.range[0] < a.range[1],
    ),
  );
}

/** Returns dispatches that use a few ranges of a page at random. */
export function someDispatches(count: number, seed: number): Dispatch[] {
  const draw = draws(seed);
  const range = () => {
    const start = 4 * draw(24);
    return [start, start + 4 * (1 + draw(6))] as const;
  };
  return Array.from({ length: count }, () =>
    dispatchOf({
      reads: Array.from({ length: draw(3) }, range),
      writes: [range()],
      text: `let x = ${draw(4)}u;`,
      lanes: [64, 256][draw(2)] as number,
      barriers: draw(2) === 0,
      groups: 1 + draw(1400),
    }),
  );
}
