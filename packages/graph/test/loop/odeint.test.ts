/** Integration of differential equations whose solutions are known. */
import { reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { compile, input, mul, type Node, type OdeMethod, odeint } from "../../src/index.ts";
import { evaluate } from "../evaluate.ts";
import { kindsOf } from "../steps.ts";

const orders: Readonly<Record<OdeMethod, number>> = { euler: 1, midpoint: 2, rk4: 4, dopri5: 5 };

for (const [name, order] of Object.entries(orders)) {
  test(`odeint: the error of ${name} falls as the step to the power ${order}`, async (t) => {
    // dy/dt = −2ty from 1: y = exp(−t²).
    const at = (steps: number) => {
      const method = name as OdeMethod;
      return odeint((time, y) => mul(mul(-2, time), y), input("y0", []), [0, 0.7, 1], {
        method,
        steps,
      });
    };
    const [coarse, fine] = await evaluate([at(16), at(32)], { y0: 1 });
    const error = (value: typeof coarse) => Math.abs((value?.get(2) ?? 0) - Math.exp(-1));
    const found = Math.log2(error(coarse) / error(fine));
    t.ok(Math.abs(found - order) < 0.45, `order ${found}`);
  });
}

test("odeint is as many steps of a plan whatever the number of times", (t) => {
  const kinds = (count: number) => {
    const times = Array.from({ length: count }, (_, k) => k / count);
    return kindsOf(odeint((_, y) => y, input("y", [2]), times));
  };
  t.deepEqual(kinds(500), kinds(3));
  t.end();
});

test("odeint checks its arguments", (t) => {
  const y: Node = input("y", [2]);
  const f = (_: Node, x: Node) => x;
  t.throws(
    () => odeint(f, y, [0]),
    /^ShapeError: odeint: the times must be a vector \[T\] of at least two, got \[1\]; pass the time of y0/,
  );
  t.throws(
    () => odeint(f, y, [0, 1], { method: "rk5" as OdeMethod }),
    /^GraphError: odeint: the method must be one of euler, midpoint, rk4, dopri5, got rk5/,
  );
  t.throws(
    () => odeint(f, y, [0, 1], { steps: 0.5 }),
    /^GraphError: odeint: steps must be a positive integer, got 0.5/,
  );
  t.throws(
    () => odeint(f, y, [0, 1], { rtol: 1e-6 } as never),
    /^GraphError: odeint: options must be among method, steps, got rtol/,
  );
  t.throws(
    () => odeint(() => ({ a: input("da", [3]) }), { a: y }, [0, 1]),
    /^ShapeError: odeint, dy\/dt at a: f must give float \[2\], as the state is, got float \[3\]/,
  );
  t.end();
});

test("odeint: a state may be a tensor or a number, and so may what f gives", async (t) => {
  // dy/dt = 2 and dz/dt = [1, 2]: straight lines.
  const all = odeint(() => ({ y: 2, z: tensor([1, 2]) }), { y: 1, z: tensor([0, 0]) }, [0, 1, 3]);
  const store = await (await reference()).store([]);
  const program = await compile({ outputs: [all.y, all.z] }, store);
  const [y, z] = await Promise.all((await program.run()).map((handle) => handle.read()));
  const near = (values: ArrayLike<number> | undefined, wanted: readonly number[]) =>
    t.ok(
      wanted.every((one, at) => Math.abs(one - (values?.[at] ?? Number.NaN)) < 1e-6),
      `${wanted}`,
    );
  near(y?.data(), [1, 3, 7]);
  near(z?.data(), [0, 0, 1, 2, 3, 6]);
  t.end();
});
