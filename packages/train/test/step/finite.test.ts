import { compile, constant, type Node, variable } from "@metrigrad/graph";
import { reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { allFinite } from "../../src/step/finite.ts";

const shapes = [[3], [3], [3], [3], [3], [2, 2], []] as const;
const values: readonly Node[] = shapes.map((shape, index) =>
  variable(`v${index}`, shape, { role: "state" }),
);

test("one element that is not finite is seen wherever it is", async (t) => {
  const store = await (await reference()).store([]);
  const program = await compile({ outputs: allFinite([...values, constant(1, "i32")]) }, store);
  const check = async () => (await (await program.run()).read()).item();
  t.equal(await check(), 1, "zeros");
  for (const [index, shape] of shapes.entries()) {
    const size = shape.reduce((a: number, b) => a * b, 1);
    for (let at = 0; at < size; at++) {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        const data = new Float64Array(size).fill(-1e300);
        data[at] = bad;
        await store.write(`v${index}`, tensor(data, { shape }));
        t.equal(await check(), 0, `${bad} at ${at} of v${index}`);
      }
    }
    await store.write(`v${index}`, tensor(new Float64Array(size).fill(-1e300), { shape }));
    t.equal(await check(), 1);
  }
});

test("integers are always finite", async (t) => {
  const store = await (await reference()).store([]);
  const program = await compile({ outputs: allFinite([constant(3, "i32")]) }, store);
  t.equal((await (await program.run()).read()).item(), 1);
});
