/** Solves in two parts: what is kept of one batch solves right sides of later ones. */
import { compile, input, type Node, type Update, variable } from "@metrigrad/graph";
import { type Block, holdIn, sharedGram, unitGram } from "@metrigrad/metric";
import { reference } from "@metrigrad/tensor";
import { Matrix, solve } from "ml-matrix";
import test from "tape";
import { asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";

const [n, d, m] = [4, 3, 2] as const;
const weight = 0.25;
const damping = { relative: 0.05, absolute: 0.2 };

const shared = (x: Node) => sharedGram(x, m, { weight });
const byUnit = (x: Node, nu: Node) => unitGram(x, nu, { weight });

/** The matrices of both units on the host. */
function matricesOf(x: Matrix, nu: Matrix | null): Matrix[] {
  const rows = augmented(x);
  return [0, 1].map((unit) => {
    const column = nu === null ? new Array<number>(n).fill(1) : nu.getColumn(unit);
    const scale = Matrix.diag(column.map((value) => (value * weight) / n));
    return rows.transpose().mmul(scale).mmul(rows);
  });
}

const lambdaOf = (g: Matrix) => 0.05 * g.trace() + 0.2;

function byColumn(g: readonly Matrix[], v: Matrix, f: (g: Matrix, column: Matrix) => Matrix) {
  const columns = g.map((one, i) => f(one, v.getColumnVector(i)).to1DArray());
  return new Matrix(columns).transpose().to1DArray();
}

type Make = (x: Node, nu: Node) => Block;
const makers: readonly [string, Make, boolean][] = [
  ["shared rows", shared, false],
  ["unit rows", byUnit, true],
];

for (const [name, make, weighted] of makers) {
  for (const solver of ["woodbury", "dense"] as const) {
    test(`prepared, ${name}, ${solver}: kept values solve as the batch that they are of`, async (t) => {
      const backend = await reference();
      const store = await backend.store([]);
      const nodes = { x: input("x", [n, d]), nu: input("nu", [n, m]), v: input("v", [d + 1, m]) };
      const updates: Update[] = [];
      const hold = holdIn(
        new Map(),
        (key, { shape, init }) => variable(`held/${key}`, shape, { role: "state", init }),
        (slot, next) => {
          updates.push([slot, next]);
        },
      );
      const prepared = make(nodes.x, nodes.nu).prepare(hold, { damping, solver });
      const results = {
        solved: prepared.solve(nodes.v),
        product: prepared.apply(nodes.v),
        lambda: prepared.lambda(),
      };
      const made = await compile({ outputs: [], updates }, store);
      const later = await compile({ outputs: results }, store);
      const read = async (v: Matrix) => {
        const found = await later.run({ v: asTensor(v) });
        return {
          solved: (await found.solved.read()).data(),
          product: (await found.product.read()).data(),
          lambda: (await found.lambda.read()).data(),
        };
      };

      const v = matrixOf("v", d + 1, m);
      const first = await read(v);
      t.ok(gap(first.solved, v.to1DArray()) < 1e-12, "at first v comes back");
      t.ok(
        gap(
          first.product,
          v.to1DArray().map(() => 0),
        ) < 1e-12,
        "and the metric is 0",
      );

      const x = matrixOf("x", n, d);
      const nu = weighted ? Matrix.pow(matrixOf("nu", n, m), 2) : null;
      const g = matricesOf(x, nu);
      const used = new Set(made.plan.feeds.map((feed) => feed.name));
      await made.run({
        x: asTensor(x),
        ...(used.has("nu") ? { nu: asTensor(nu as Matrix) } : {}),
      });
      for (const side of [v, matrixOf("other", d + 1, m)]) {
        const { solved, product, lambda } = await read(side);
        const damped = (one: Matrix) => Matrix.add(one, Matrix.eye(d + 1).mul(lambdaOf(one)));
        const expected = byColumn(g, side, (one, column) => solve(damped(one), column));
        t.ok(gap(solved, expected) < 1e-11, "(g + λI)⁻¹v");
        const products = byColumn(g, side, (one, column) => one.mmul(column));
        t.ok(gap(product, products) < 1e-11, "gv");
        const lambdas = (weighted ? g : g.slice(0, 1)).map(lambdaOf);
        t.ok(gap(lambda, lambdas) < 1e-12, "λ");
      }
      await backend.close();
    });
  }
}
