import test from "tape";
import { compile } from "./run/compile.ts";
import { Findings } from "./run/findings.ts";
import { kernel } from "./support.ts";

/** Bodies that have no meaning, or none that the checker knows, and what it says of them. */
const refused: readonly (readonly [body: string, message: RegExp])[] = [
  ["let x = 0.5u;", /0\.5u is not a number/],
  ["let x = 4294967296u;", /4294967296u is too large for u32/],
  ["let x = 1u + 1.5;", /u32 must stand here, got float/],
  ["let x = 1u - lane + 1i;", /\+ does not take u32 and i32/],
  ["let x: u32 = -1;", /u32 must stand here, got int/],
  ["let x = -lane;", /- does not take u32/],
  ["if (lane) { }", /bool must stand here, got u32/],
  ["let x = 1u; x = 2u;", /a let and a parameter cannot be assigned/],
  ["let x = 1u; let x = 2u;", /x is declared twice/],
  ["data[0] = y;", /y is not declared/],
  ["{ let y = 1u; } data[0] = y;", /y is not declared/],
  ["data[0] = 1.0f;", /u32 must stand here, got f32/],
  ["data[1.5] = 1u;", /u32 must stand here, got float/],
  ["let x = exp2(1.0);", /the function exp2 is not understood/],
  ["let x = min(1u);", /2 arguments must stand here/],
  ["let x = min(1u, 1.0f);", /u32 must stand here, got f32/],
  ["let x = vec4<f32>(1.0, 2.0);", /4 arguments must stand here/],
  ["let x = vec4<f32>(1.0).xy;", /\.xy of vec4<f32> is not understood/],
  ["let x = p[0].x + lane.x;", /\.x of u32 is not understood/],
  ["loop { break; }", /this statement is not understood/],
  ["var x: vec5<f32>;", /the type vec5 is not understood/],
  ["let x = 1u # 2u;", /"#" is not understood/],
  ["atomicAdd(&data[0], 1u);", /atomicAdd must have the address of an atomic<u32>/],
  ["return 1u;", /void must be returned/],
  ["main();", /calls itself/],
  ["let x = bitcast<u32>(true);", /bitcast of bool to u32/],
];

test("a text that is not understood is an error that names it", (t) => {
  for (const [body, message] of refused) {
    t.throws(() => compile(kernel(body), new Findings()), message, body);
  }
  t.throws(
    () => compile("struct S { x: u32 }", new Findings()),
    /line 1: "fn" must come here, at "struct/,
  );
  t.throws(() => compile("enable f16;", new Findings()), /enable f16 is not understood/);
  const global = kernel("").replace("workgroup_id", "global_invocation_id");
  t.throws(() => compile(global, new Findings()), /@builtin\(global_invocation_id\) is not under/);
  t.throws(
    () => compile(kernel("", 1, "fn f() { break }"), new Findings()),
    /line 3: ";" must come here/,
  );
  t.end();
});
