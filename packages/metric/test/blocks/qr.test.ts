/** Solving by QR of rows, where their product has lost what is to be found. */
import { compile, constant, type Node } from "@metrigrad/graph";
import { type Block, marquardtBlock, type Solver, sharedGram } from "@metrigrad/metric";
import { reference } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { asTensor } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";

/** Rows 1, t, …, t⁷ of 24 times: the square of their condition number is beyond 1e16. */
const [n, d] = [24, 8] as const;
const rows = (units: (power: number) => number) =>
  new Matrix(
    Array.from({ length: n }, (_, s) =>
      Array.from({ length: d }, (_, k) => units(k) * (1 + s / n) ** k),
    ),
  );
const wanted = Matrix.columnVector(Array.from({ length: d }, (_, k) => (-1) ** k * (1 + k)));

const one = () => 1;

/** (g + λD)⁻¹X'C/n for C that an exact fit has. */
async function solved(
  change: (block: Block) => Block,
  options: { readonly solver: Solver; readonly relative: number },
  units: (power: number) => number = one,
) {
  const { solver, relative } = options;
  const store = await (await reference()).store([]);
  const block = change(sharedGram(constant(asTensor(rows(units))), 1, { bias: false }));
  const cotangents = constant(asTensor(rows(one).mmul(wanted).div(n)));
  const output = block.solveOutputs?.(cotangents, null, { solver, damping: { relative } }) as Node;
  const program = await compile({ outputs: { output } }, store);
  const found = [...(await (await program.run()).output.read()).data()];
  await program.close();
  return found;
}

const same = (block: Block) => block;

test("qr: least squares of rows whose matrix is singular in rounding", async (t) => {
  const offBy = async (solver: Solver) =>
    gap(await solved(same, { solver, relative: 1e-26 }), wanted.to1DArray());
  const [byQr, dense] = [await offBy("qr"), await offBy("dense")];
  t.ok(byQr < 1e-6, `by QR off by ${byQr}`);
  t.ok(dense > 1e-4, `by the matrix off by ${dense}`);
});

test("marquardtBlock: a solve does not depend on units, which are far apart", async (t) => {
  const units = (k: number) => 2 ** (k % 2 === 0 ? -20 * k : 10 * k);
  for (const solver of ["qr", "dense", "woodbury"] as const) {
    const options = { solver, relative: 1e-3 };
    const off = async (change: (block: Block) => Block) => {
      const [alike, apart] = [await solved(change, options), await solved(change, options, units)];
      return gap(
        apart.map((value, k) => value * units(k)),
        alike,
      );
    };
    const [along, plain] = [await off(marquardtBlock), await off(same)];
    t.ok(along < 1e-9, `${solver}: off by ${along}`);
    t.ok(plain > 0.1, `by the identity: ${plain}`);
  }
});
