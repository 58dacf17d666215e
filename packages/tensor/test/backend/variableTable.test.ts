import test from "tape";
import { reference } from "../../src/reference/reference.ts";
import { storeCases } from "./storeCases.ts";

for (const { name, check } of storeCases) {
  test(`reference store: ${name}`, async (t) => {
    const backend = await reference();
    await check(t, backend);
    await backend.close();
  });
}
