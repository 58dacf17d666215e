import { type SortStep, sizeOf } from "@metrigrad/tensor";
import { type Dispatch, Kernel, type Memory, type Operand } from "../wgsl/kernel.ts";
import { coordinateLines, positionText, scaled } from "../wgsl/layout.ts";
import type { Lower } from "./lower.ts";

/** Threads of a workgroup. */
const lanes = 256;
/** Elements that a workgroup keeps in its own memory, with their positions: half of what it may have. */
const most = 1024;

/** An unsigned word that is ordered as an element: floats by sign and size, with NaN above all. */
function keyText(source: Operand, at: string): string {
  const value = source.load(at);
  if (source.type === "float") return `floatKey(bitcast<u32>(${value}))`;
  if (source.type === "i32") return `(bitcast<u32>(${value}) ^ 0x80000000u)`;
  return source.type === "bool" ? `select(0u, 1u, ${value})` : value;
}

const floatKey = `fn floatKey(bits: u32) -> u32 {
  let size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) { return 0xffffffffu; }
  if (size == 0u) { return 0x80000000u; }
  return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
}`;

/** Whether the first of two elements belongs after the second; none is equal to another one. */
const after = `fn after(x: u32, i: u32, y: u32, j: u32) -> bool {
  return x > y || (x == y && i > j);
}`;

/** Rounds of Batcher's bitonic sort: what is `apart` within sorted stretches of `size` is compared. */
interface Round {
  readonly size: number;
  readonly apart: number;
}

/** All rounds of a list. */
function roundsOf(length: number): Round[] {
  const rounds: Round[] = [];
  for (let size = 2; size <= length; size *= 2) {
    for (let apart = size / 2; apart >= 1; apart /= 2) rounds.push({ size, apart });
  }
  return rounds;
}

/** Rounds in a row that one workgroup can do, and those that reach farther, one by one. */
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

/** The index of the first of the pair that a thread compares. */
const firstOf = (pair: string, apart: number) =>
  `((${pair} / ${apart}u) * ${2 * apart}u + ${pair} % ${apart}u)`;

/** Lines that put the elements i and i + apart, of a list's place i, into the round's order. */
function exchange(place: string, { size, apart }: Round, read: (at: string) => string): string {
  const other = `i + ${apart}u`;
  const down = `((${place}) & ${size}u) != 0u`;
  return [
    `let x = ${read("i")}; let y = ${read(other)};`,
    `if (after(x.x, x.y, y.x, y.y) != (${down})) {`,
  ].join("\n");
}

/** What all dispatches of a sort share. */
interface Sorting {
  readonly step: SortStep;
  readonly memory: Memory;
  readonly lists: number;
  /** Elements of a list, and the next power of two. */
  readonly length: number;
  readonly padded: number;
  readonly block: number;
}

/** Keys and positions of all lists in scratch. */
function scratchOf(kernel: Kernel, { lists, padded }: Sorting) {
  const words = lists * padded;
  const keys = kernel.scratch("u32", words, 0);
  const places = kernel.scratch("u32", words, words);
  return { keys, places };
}

/** Several rounds on a block of a list; the first dispatch reads the input, the last one writes the output. */
function near(sorting: Sorting, rounds: readonly Round[], first: boolean, last: boolean): Dispatch {
  const { step, memory, lists, length, padded, block } = sorting;
  const { input, output, descending, when } = step;
  const kernel = new Kernel(memory);
  kernel.when(when);
  const blocks = padded / block;
  const outer = input.shape.slice(0, -1);
  kernel.global(`var<workgroup> held: array<vec2<u32>, ${block}>;`);
  kernel.global(after);
  const each = (lines: readonly string[]) => [
    `for (var k = lane; k < ${block}u; k += ${lanes}u) {`,
    "let place = start + k;",
    ...lines,
    "}",
  ];
  const scratch = first && last ? null : scratchOf(kernel, sorting);
  const at = `(list * ${padded}u + place)`;
  const read = (): string[] => {
    if (!first)
      return [`held[k] = vec2<u32>(${scratch?.keys.load(at)}, ${scratch?.places.load(at)});`];
    const source = kernel.read(input);
    if (source.type === "float") kernel.global(floatKey);
    const along = scaled("place", input.strides.at(-1) as number);
    const key = keyText(source, `(${positionText(input.strides.slice(0, -1), "c")} + ${along})`);
    return [
      "held[k] = vec2<u32>(0xffffffffu, place);",
      `if (place < ${length}u) { held[k].x = ${descending ? `~${key}` : key}; }`,
    ];
  };
  const write = (): string[] => {
    if (!last) {
      return [
        scratch?.keys.store(at, "held[k].x") as string,
        scratch?.places.store(at, "held[k].y") as string,
      ];
    }
    const target = kernel.write(output);
    const along = scaled("place", output.strides.at(-1) as number);
    const to = `(${positionText(output.strides.slice(0, -1), "c")} + ${along})`;
    return [`if (place < ${length}u) { ${target.store(to, "bitcast<i32>(held[k].y)")} }`];
  };
  const body = [
    `let list = group / ${blocks}u;`,
    `let start = (group % ${blocks}u) * ${block}u;`,
    ...coordinateLines("list", outer.length === 0 ? [1] : outer, "c"),
    ...each(read()),
    ...rounds.flatMap((round) => [
      "workgroupBarrier();",
      `for (var k = lane; k < ${block / 2}u; k += ${lanes}u) {`,
      `let i = ${firstOf("k", round.apart)};`,
      exchange("start + i", round, (index) => `held[${index}]`),
      `held[i] = y; held[i + ${round.apart}u] = x;`,
      "}",
      "}",
    ]),
    "workgroupBarrier();",
    ...each(write()),
  ];
  return kernel.build(body, lists * blocks, lanes, true);
}

/** One round between blocks, on scratch. */
function far(sorting: Sorting, round: Round): Dispatch {
  const { step, memory, lists, padded } = sorting;
  const kernel = new Kernel(memory);
  kernel.when(step.when);
  const { keys, places } = scratchOf(kernel, sorting);
  kernel.global(after);
  const pairs = (lists * padded) / 2;
  const read = (index: string) =>
    `vec2<u32>(${keys.load(`(${index})`)}, ${places.load(`(${index})`)})`;
  const put = (index: string, value: string) =>
    [keys.store(index, `${value}.x`), places.store(index, `${value}.y`)].join(" ");
  const body = [
    `let pair = group * ${lanes}u + lane;`,
    `if (pair >= ${pairs}u) { return; }`,
    `let i = ${firstOf("pair", round.apart)};`,
    exchange(`i % ${padded}u`, round, read),
    put("i", "y"),
    put(`(i + ${round.apart}u)`, "x"),
    "}",
  ];
  return kernel.build(body, Math.ceil(pairs / lanes), lanes, false);
}

/**
 * A bitonic sort (Batcher 1968) of keys and positions, whose order makes equal keys differ: so it is
 * stable. Lists are filled up to a power of two with what belongs behind all of them.
 */
export const sort: Lower<SortStep> = (step, memory) => {
  const { shape } = step.input;
  const length = shape.at(-1) as number;
  const lists = sizeOf(shape.slice(0, -1));
  if (length * lists === 0) return [];
  const padded = 2 ** Math.ceil(Math.log2(length));
  const block = Math.min(padded, most);
  const sorting: Sorting = { step, memory, lists, length, padded, block };
  const launches = launchesOf(roundsOf(padded), block);
  return launches.map((rounds, i) => {
    const [round] = rounds;
    if (round !== undefined && round.apart >= block) return far(sorting, round);
    return near(sorting, rounds, i === 0, i === launches.length - 1);
  });
};
