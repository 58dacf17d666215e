import type { Page } from "../webgpu/page.ts";
import { bindingText, renamePages } from "./access.ts";
import { functionsFor } from "./functions.ts";

/** Memory of a workgroup: `count` values, or one value if that is null. */
export interface Shared {
  readonly name: string;
  readonly type: string;
  readonly count: number | null;
}

/** What the text of a compute shader is made of. Its parameters are the words of `p`; functions reach its pages by their numbers. */
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
  /** The text of the number of the first workgroup; 0 by default. */
  readonly first?: string | null;
}

/** What a shader binds. */
export interface Bound {
  /** The number of vectors of four parameters. */
  readonly words: number;
  /** The number of the first binding of each page. Several pages of one window may have the same one. */
  readonly numbers: readonly number[];
  readonly pages: readonly Page[];
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
    `let group = place.y * all.x + place.x${source.first ? ` + ${source.first}` : ""};`,
    ...source.body,
    "}",
  ].join("\n");
  const named = renamePages(own, bound.numbers);
  const enable = named.includes("subgroupBroadcast(") ? ["enable subgroups;"] : [];
  return [...enable, bindingsText(bound, named), functionsFor(own), named].join("\n");
}

/** Returns the declarations of all bindings, and the functions by which the text reaches pages. */
function bindingsText({ words, numbers, pages }: Bound, text: string): string {
  const lines = [`@group(0) @binding(0) var<uniform> p: array<vec4<u32>, ${words}>;`];
  for (const [number, at] of new Map(numbers.map((number, at) => [number, at]))) {
    lines.push(bindingText(number, pages[at] as Page, text));
  }
  return lines.join("\n");
}
