import type { Page } from "../webgpu/page.ts";
import { functionsFor } from "./functions.ts";
import { renamePages, windowFunctions } from "./windows.ts";

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
  /** The number of the first binding of each page. Several pages of one window may have the same one. */
  readonly numbers: readonly number[];
  readonly pages: readonly Page[];
  /** The indices of the pages whose words are atomic. */
  readonly atomic: ReadonlySet<number>;
}

/** Returns a text whose pages have other numbers. */
export function renumbered(source: Source, numbers: readonly number[]): Source {
  const changed = (text: string) => renamePages(text, numbers);
  return { ...source, functions: source.functions.map(changed), body: source.body.map(changed) };
}

/** Returns a whole shader. */
export function programText(source: Source, bound: Bound): string {
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
  return [bindingsText(bound), functionsFor(own), renamePages(own, bound.numbers)].join("\n");
}

/** Returns the declarations of all bindings, and the functions of pages that are bound in windows. */
function bindingsText({ words, numbers, pages, atomic }: Bound): string {
  const lines = [`@group(0) @binding(0) var<uniform> p: array<vec4<u32>, ${words}>;`];
  for (const [number, at] of new Map(numbers.map((number, at) => [number, at]))) {
    const page = pages[at] as Page;
    const type = atomic.has(at) ? "atomic<u32>" : "u32";
    for (let name = number; name < number + page.windows; name++) {
      lines.push(
        `@group(0) @binding(${name + 1}) var<storage, read_write> page${name}: array<${type}>;`,
      );
    }
    if (page.windows > 1) lines.push(windowFunctions(number, page, atomic.has(at)));
  }
  return lines.join("\n");
}
