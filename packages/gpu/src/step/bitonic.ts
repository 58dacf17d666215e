import type { View } from "@metrigrad/tensor";
import { type Dispatch, Kernel, type Memory, type Operand } from "../wgsl/kernel.ts";

/** The number of threads of a workgroup. */
const lanes = 256;
/** The number of elements that a workgroup keeps in its own memory: half of what it may have. */
const most = 1024;

/** A function that says whether the first of two elements belongs after the second. No two elements are equal. */
const after = `fn after(x: u32, i: u32, y: u32, j: u32) -> bool {
  return x > y || (x == y && i > j);
}`;

/** Rounds of a bitonic sort: elements that are `apart` within sorted stretches of `size` are compared. */
interface Round {
  readonly size: number;
  readonly apart: number;
}

/** Lists of unsigned words that are sorted, each with its positions. */
export interface Sorting {
  readonly memory: Memory;
  readonly when: View | undefined;
  readonly lists: number;
  /** The number of words of a list, at least 1. */
  readonly length: number;
  /** Returns lines before a use of `key` and `store`, in which `list` and `place` are known. */
  readonly lines: (kernel: Kernel) => readonly string[];
  /** Returns the word of a list at its position `place`, as text. */
  readonly key: (kernel: Kernel) => string;
  /** Returns a statement that uses the place which comes at `place`; null if the result stays in scratch. */
  readonly store: ((kernel: Kernel, from: string) => string) | null;
}

/** Returns the number of words of a list in scratch: the next power of two. */
export function paddedLength({ length }: Pick<Sorting, "length">): number {
  return 2 ** Math.ceil(Math.log2(length));
}

/** Returns the largest number of words, a power of two, that scratch of so many bytes holds with their positions. */
export function mostSorted(scratchBytes: number): number {
  return 2 ** Math.floor(Math.log2(scratchBytes / 8));
}

/** Returns keys and positions in scratch. A list begins `paddedLength` words after the one before. */
export function sortedScratch(
  kernel: Kernel,
  sorting: Pick<Sorting, "lists" | "length">,
): { readonly keys: Operand; readonly places: Operand } {
  const words = sorting.lists * paddedLength(sorting);
  const keys = kernel.scratch("u32", words, 0);
  return { keys, places: kernel.scratch("u32", words, words) };
}

/** Returns all rounds of a list. */
function roundsOf(length: number): Round[] {
  const rounds: Round[] = [];
  for (let size = 2; size <= length; size *= 2) {
    for (let apart = size / 2; apart >= 1; apart /= 2) rounds.push({ size, apart });
  }
  return rounds;
}

/** Groups rounds in a row that one workgroup can do. Rounds that reach farther stay alone. */
function launchesOf(rounds: readonly Round[], block: number): Round[][] {
  const launches: Round[][] = [[]];
  for (const round of rounds) {
    const last = launches.at(-1) as Round[];
    const near = round.apart < block;
    if (near && (last.length === 0 || (last[0] as Round).apart < block)) last.push(round);
    else launches.push([round]);
  }
  return launches;
}

/** Returns the index of the first element of the pair that a thread compares. */
const firstOf = (pair: string, apart: number) =>
  `((${pair} / ${apart}u) * ${2 * apart}u + ${pair} % ${apart}u)`;

/** Returns lines that begin an exchange of the elements i and i + apart, if their order asks for one. */
function unordered(
  element: string,
  padded: number,
  { size, apart }: Round,
  read: (at: string) => string,
): string {
  // Every second stretch descends, except for the last one, which is the list.
  const down = `((${element}) & ${size % padded}u) != 0u`;
  return [
    `let x = ${read("i")}; let y = ${read(`i + ${apart}u`)};`,
    `if (after(x.x, x.y, y.x, y.y) != (${down})) {`,
  ].join("\n");
}

/** Returns the number of elements that a workgroup sorts: a part of a list, or several short lists. */
function blockOf(sorting: Sorting): number {
  return Math.min(most, paddedLength(sorting) * paddedLength({ length: sorting.lists }));
}

/** Returns several rounds on a block. The first dispatch reads the keys, and the last one stores. */
function near(sorting: Sorting, rounds: readonly Round[], first: boolean, last: boolean): Dispatch {
  const { lists, length, store } = sorting;
  const padded = paddedLength(sorting);
  const block = blockOf(sorting);
  const kernel = new Kernel(sorting.memory);
  kernel.when(sorting.when);
  kernel.shared("held", "vec2<u32>", block);
  kernel.define(after);
  const scratch = first && last && store !== null ? null : sortedScratch(kernel, sorting);
  const put = (kind: "keys" | "places", value: string) =>
    scratch?.[kind].store("element", value) as string;
  const each = (lines: readonly string[]) => [
    `for (var k = lane; k < ${block}u; k += ${lanes}u) {`,
    "let element = start + k;",
    `let list = element / ${padded}u; let place = element % ${padded}u;`,
    `let real = list < ${lists}u && place < ${length}u;`,
    ...lines,
    "}",
  ];
  const read = first
    ? [
        // Words that fill up a list belong behind all its elements.
        "held[k] = vec2<u32>(0xffffffffu, place);",
        ...["if (real) {", ...sorting.lines(kernel), `held[k].x = ${sorting.key(kernel)};`, "}"],
      ]
    : [
        `held[k] = vec2<u32>(${scratch?.keys.load("element")}, ${scratch?.places.load("element")});`,
      ];
  const write =
    last && store !== null
      ? ["if (real) {", ...sorting.lines(kernel), store(kernel, "held[k].y"), "}"]
      : [put("keys", "held[k].x"), put("places", "held[k].y")];
  const body = [
    `let start = group * ${block}u;`,
    ...each(read),
    ...rounds.flatMap((round) => [
      "workgroupBarrier();",
      `for (var k = lane; k < ${block / 2}u; k += ${lanes}u) {`,
      `let i = ${firstOf("k", round.apart)};`,
      unordered("start + i", padded, round, (index) => `held[${index}]`),
      `held[i] = y; held[i + ${round.apart}u] = x;`,
      "}",
      "}",
    ]),
    "workgroupBarrier();",
    ...each(write),
  ];
  return kernel.build(body, Math.ceil((lists * padded) / block), lanes, true);
}

/** Returns one round between blocks, on scratch. */
function far(sorting: Sorting, round: Round): Dispatch {
  const padded = paddedLength(sorting);
  const kernel = new Kernel(sorting.memory);
  kernel.when(sorting.when);
  const { keys, places } = sortedScratch(kernel, sorting);
  kernel.define(after);
  const pairs = (sorting.lists * padded) / 2;
  const read = (index: string) =>
    `vec2<u32>(${keys.load(`(${index})`)}, ${places.load(`(${index})`)})`;
  const put = (index: string, value: string) =>
    [keys.store(index, `${value}.x`), places.store(index, `${value}.y`)].join(" ");
  const body = [
    `let pair = group * ${lanes}u + lane;`,
    `if (pair >= ${pairs}u) { return; }`,
    `let i = ${firstOf("pair", round.apart)};`,
    unordered("i", padded, round, read),
    put("i", "y"),
    put(`(i + ${round.apart}u)`, "x"),
    "}",
  ];
  return kernel.build(body, Math.ceil(pairs / lanes), lanes, false);
}

/**
 * Returns a bitonic sort (Batcher 1968) of words and their positions, ascending. Equal words keep their order,
 * because positions are compared too.
 */
export function bitonicSort(sorting: Sorting): Dispatch[] {
  const block = blockOf(sorting);
  const launches = launchesOf(roundsOf(paddedLength(sorting)), block);
  return launches.map((rounds, i) => {
    const [round] = rounds;
    if (round !== undefined && round.apart >= block) return far(sorting, round);
    return near(sorting, rounds, i === 0, i === launches.length - 1);
  });
}
