/** The cases that the stores of all backends share. */
import test from "tape";
import { storeCases } from "../../../tensor/test/backend/storeCases.ts";
import { cpu } from "../../src/index.ts";

for (const threads of [1, 2]) {
  for (const { name, check } of storeCases) {
    test(`cpu store, ${threads} thread(s): ${name}`, async (t) => {
      const backend = await cpu({ threads, relaxed: false });
      await check(t, backend);
      await backend.close();
    });
  }
}
