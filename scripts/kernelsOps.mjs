/** A test for `npm run kernels`: compares every op on the gpu backend with the reference, as `npm run gpu` does on an adapter. */
import { checkBackend, gpu } from "metrigrad";
import test from "tape";

test("every op on webgpu", async (t) => {
  const backend = await gpu({ mode: "webgpu" });
  t.equal(backend.mode, "webgpu");
  const { results } = await checkBackend(backend);
  t.ok(results.length > 500, `${results.length} comparisons`);
  await backend.close();
});
