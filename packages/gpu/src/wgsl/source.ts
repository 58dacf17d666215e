import { functionsFor } from "./functions.ts";

/** Memory of a workgroup: `count` values, or one value if that is null. */
export interface Shared {
  readonly name: string;
  readonly type: string;
  readonly count: number | null;
}

/** What the text of a compute shader is made of. Its parameters are the words of `p`, its pages `page0`, `page1`, …. */
export interface Source {
  readonly memories: readonly Shared[];
  /** The functions that the body calls. */
  readonly functions: readonly string[];
  /** The statements, which see `group` and `lane`. */
  readonly body: readonly string[];
  /** The number of threads of a workgroup. */
  readonly lanes: number;
  /** Whether the threads of a workgroup meet. */
  readonly barriers: boolean;
}

/** What a shader binds. */
export interface Bound {
  /** The number of vectors of four parameters. */
  readonly words: number;
  /** The number under which each page is bound. Several pages may have the same one. */
  readonly numbers: readonly number[];
  /** The indices of the pages whose words are atomic. */
  readonly atomic: ReadonlySet<number>;
}

/** Returns a text whose pages have other numbers. */
export function renumbered(source: Source, numbers: readonly number[]): Source {
  const changed = (text: string) =>
    text.replace(/\bpage(\d+)\b/g, (_, page) => `page${numbers[Number(page)]}`);
  return { ...source, functions: source.functions.map(changed), body: source.body.map(changed) };
}

/** Returns a whole shader. */
export function programText(source: Source, { words, numbers, atomic }: Bound): string {
  const bindings = new Map(numbers.map((number, at) => [number, atomic.has(at)]));
  const own = [
    ...source.memories.map(({ name, type, count }) => {
      return `var<workgroup> ${name}: ${count === null ? type : `array<${type}, ${count}>`};`;
    }),
    ...source.functions,
    `@compute @workgroup_size(${source.lanes})`,
    "fn main(@builtin(workgroup_id) place: vec3<u32>, @builtin(num_workgroups) all: vec3<u32>,",
    "  @builtin(local_invocation_index) lane: u32) {",
    "let group = place.y * all.x + place.x;",
    ...source.body,
    "}",
  ].join("\n");
  return [
    `@group(0) @binding(0) var<uniform> p: array<vec4<u32>, ${words}>;`,
    ...[...bindings].map(([number, isAtomic]) => {
      const type = isAtomic ? "atomic<u32>" : "u32";
      return `@group(0) @binding(${number + 1}) var<storage, read_write> page${number}: array<${type}>;`;
    }),
    functionsFor(own),
    own.replace(/\bpage(\d+)\b/g, (_, at) => `page${numbers[Number(at)]}`),
  ].join("\n");
}
