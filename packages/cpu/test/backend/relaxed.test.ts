import test from "tape";
import { hasRelaxedSimd } from "../../src/backend/relaxed.ts";
import { cpu } from "../../src/index.ts";
import { f32x4, i32x4, ModuleBuilder, v128 } from "../../src/wasm/index.ts";
import { instance, type Numbers } from "../support/module.ts";

test("cpu uses relaxed SIMD where the engine has it", async (t) => {
  const available = hasRelaxedSimd();
  const backend = await cpu();
  t.match(backend.describe(), available ? /\(relaxed\)/ : /\(plain\)/);
  await backend.close();
  const asked = cpu({ relaxed: true }).then(
    (made) => made.close(),
    (error: Error) => t.match(error.message, /cpu\(\{ relaxed: true \}\): the engine must have/),
  );
  await asked;
});

test("relaxed instructions, where the engine validates them", (t) => {
  const m = new ModuleBuilder({ shared: false });
  m.func("go", { params: [], export: true }, (f) => {
    const [x, y, z] = [f32x4.const(3), f32x4.const(5), f32x4.const(-1)];
    f.do(
      v128.store(0, f32x4.relaxed_madd(x, y, z)),
      v128.store(16, f32x4.relaxed_nmadd(x, y, z)),
      v128.store(32, i32x4.relaxed_laneselect(x, y, v128.const(-1, 0, 0, -1))),
    );
  });
  const available = hasRelaxedSimd();
  t.equal(WebAssembly.validate(m.encode()), available, "validates if and only if it is there");
  if (!available) {
    t.end();
    return;
  }
  const { exports, memory } = instance(m);
  (exports.go as Numbers)();
  const values = [...new Float32Array(memory.buffer, 0, 12)];
  t.deepEqual(values, [14, 14, 14, 14, -16, -16, -16, -16, 3, 5, 5, 3]);
  t.end();
});
