import { compile } from "./run/compile.ts";
import { Runner } from "./run/dispatch.ts";

/** How a small kernel of a test runs. */
interface Setting {
  /** The number of workgroups. */
  readonly groups?: number;
  /** The number of words of its memory. */
  readonly words?: number;
  /** The number of dispatches, one after the other. */
  readonly dispatches?: number;
}

/** Runs a kernel whose memory is at binding 1, beside four parameters that are 0. Returns what was found and its words. */
export function run(text: string, { groups = 1, words = 64, dispatches = 1 }: Setting = {}) {
  const runner = new Runner(32);
  const bytes = new ArrayBuffer(4 * words);
  const parameters = { bytes: new ArrayBuffer(16), offset: 0, size: 16 };
  const memory = { bytes, offset: 0, size: bytes.byteLength };
  const program = compile(text, runner.findings);
  for (let k = 0; k < dispatches; k++) runner.run(program, [parameters, memory], [groups, 1]);
  return { findings: runner.findings.all, words: new Uint32Array(bytes) };
}

/** Returns the text of a kernel that does what `body` says in so many threads. */
export function kernel(body: string, threads = 64, declarations = "", element = "u32"): string {
  return [
    "@group(0) @binding(0) var<uniform> p: array<vec4<u32>, 1>;",
    `@group(0) @binding(1) var<storage, read_write> data: array<${element}>;`,
    declarations,
    `@compute @workgroup_size(${threads})`,
    "fn main(@builtin(workgroup_id) place: vec3<u32>, @builtin(local_invocation_index) lane: u32) {",
    "let group = place.x;",
    body,
    "}",
  ].join("\n");
}
