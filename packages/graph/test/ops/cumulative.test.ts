/** Running values against plain loops, for every length about the powers of two and every direction. */
import test from "tape";
import {
  cummax,
  cummin,
  cumprod,
  cumsum,
  input,
  logCumsumExp,
  type Node,
} from "../../src/index.ts";
import { evaluate, gap } from "../evaluate.ts";
import { stepsOf } from "../steps.ts";

interface Options {
  readonly axis?: number;
  readonly reverse?: boolean;
  readonly exclusive?: boolean;
}

/** Each op, how it combines, and what it starts with. */
const ops: Readonly<
  Record<string, [(x: Node, options: Options) => Node, (a: number, b: number) => number, number]>
> = {
  cumsum: [cumsum, (a, b) => a + b, 0],
  cumprod: [cumprod, (a, b) => a * b, 1],
  cummax: [cummax, Math.max, Number.NEGATIVE_INFINITY],
  cummin: [cummin, Math.min, Number.POSITIVE_INFINITY],
  logCumsumExp: [
    logCumsumExp,
    (a, b) => Math.log(Math.exp(a) + Math.exp(b)),
    Number.NEGATIVE_INFINITY,
  ],
};

test("running values are those of a loop", async (t) => {
  for (const [name, [op, combine, unit]] of Object.entries(ops)) {
    let worst = 0;
    const exclusives = name === "cumsum" || name === "cumprod" ? [false, true] : [false];
    for (const n of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17]) {
      const data = Array.from({ length: n }, (_, i) => Math.sin(1 + 2.3 * i));
      const x = input("x", [n]);
      const all = [false, true].flatMap((reverse) =>
        exclusives.map((exclusive) => ({ reverse, exclusive })),
      );
      const given = exclusives.length > 1 ? all : all.map(({ reverse }) => ({ reverse }));
      const found = await evaluate(
        given.map((options) => op(x, options)),
        { x: data },
      );
      all.forEach(({ reverse, exclusive }, k) => {
        const turned = reverse ? data.toReversed() : data;
        let total = unit;
        const wanted = turned.map((value) => {
          const before = total;
          total = combine(total, value);
          return exclusive ? before : total;
        });
        const got = found[k]?.data() as Float64Array;
        worst = Math.max(worst, gap(got, reverse ? wanted.reverse() : wanted));
      });
    }
    t.ok(worst < 1e-13, `${name}: ${worst}`);
  }
});

test("long axes take few more steps, and no more work than short ones per element", (t) => {
  const written = (n: number) =>
    stepsOf(cumsum(input("x", [n])))
      .flatMap((step) => ("outputs" in step ? step.outputs : "output" in step ? [step.output] : []))
      .reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0);
  t.ok(stepsOf(cumsum(input("x", [4096]))).length <= 40, "steps grow with the logarithm");
  t.ok(written(4096) <= 5 * 4096, `${written(4096)} elements written`);
  t.end();
});

test("what has no running value is an error that says what to do", (t) => {
  const flag = input("flag", [3], "bool");
  t.throws(
    () => cumsum(flag),
    /^ShapeError: cumsum: the operand must be float or i32 or u32, got bool; cast/,
  );
  t.throws(
    () => logCumsumExp(input("i", [3], "i32")),
    /^ShapeError: logCumsumExp: the operand must be float, got i32/,
  );
  t.throws(
    () => cumprod(input("x", [3]), { axis: 1 }),
    /^ShapeError: cumprod: axis must be an integer in \[-1, 0\], got 1/,
  );
  t.throws(() => cummax(input("x", [])), /^ShapeError: cummax: axis/);
  t.throws(() => cummin(flag), /^ShapeError: cummin: /);
  t.end();
});
