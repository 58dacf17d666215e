/** The cases that the stores of all backends share. */
import test from "tape";
import { storeCases } from "../../../tensor/test/backend/storeCases.ts";
import { cpu } from "../../src/index.ts";

for (const [threads, float] of [
  [1, "f32"],
  [2, "f32"],
  [1, "f64"],
] as const) {
  for (const { name, check } of storeCases) {
    test(`cpu store of ${float}, ${threads} thread(s): ${name}`, async (t) => {
      const backend = await cpu({ threads, float, relaxed: false });
      await check(t, backend);
      await backend.close();
    });
  }
}
