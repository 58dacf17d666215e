/** Blocks of both kinds against their matrices and plain elimination, on random sizes. */
import { compile, constant, type Node, reshape } from "@metrigrad/graph";
import { type Block, denseBlock, sharedGram, unitGram } from "@metrigrad/metric";
import { MetricError, reference, type Tensor, tensor } from "@metrigrad/tensor";
import fc from "fast-check";
import { Matrix, solve } from "ml-matrix";
import test from "tape";
import { asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";

/** Sizes and options of one block. */
interface Sizes {
  readonly n: number;
  readonly d: number;
  readonly m: number;
  readonly bias: boolean;
  readonly weight: number;
  readonly shared: boolean;
}

const sizes: fc.Arbitrary<Sizes> = fc.record({
  n: fc.integer({ min: 1, max: 9 }),
  d: fc.integer({ min: 1, max: 5 }),
  m: fc.integer({ min: 1, max: 4 }),
  bias: fc.boolean(),
  weight: fc.constantFrom(1, 0.25, 4),
  shared: fc.boolean(),
});

const runs = { numRuns: 25, seed: 7 };

/** Rows, weights and matrices of a block, made on the host. */
function onHost({ n, d, m, bias, weight, shared }: Sizes) {
  const x = matrixOf("x", n, d);
  // Some weights are 0, but no unit has none: relative damping of a zero matrix is no damping.
  const weights = matrixOf("nu", n, m).to2DArray();
  const nu = new Matrix(
    weights.map((row, s) => row.map((v) => Math.max(s === 0 ? 0.3 : 0, v) ** 2)),
  );
  const rows = bias ? augmented(x) : x;
  const g = Array.from({ length: m }, (_, i) => {
    const column = shared ? new Array<number>(n).fill(1) : nu.getColumn(i);
    const scale = Matrix.diag(column.map((value) => (value * weight) / n));
    return rows.transpose().mmul(scale).mmul(rows);
  });
  return { x, nu, rows, g };
}

function blockOf(one: Sizes, x: Matrix, nu: Matrix): Block {
  const { bias, weight, shared, m } = one;
  const rows = constant(asTensor(x));
  return shared
    ? sharedGram(rows, m, { bias, weight })
    : unitGram(rows, constant(asTensor(nu)), { bias, weight });
}

/** f(g_i, v_i) for the columns of v. */
function byColumn(
  g: readonly Matrix[],
  v: Matrix,
  f: (g: Matrix, column: Matrix) => Matrix,
): number[] {
  const columns = g.map((one, i) => f(one, v.getColumnVector(i)).to1DArray());
  return new Matrix(columns).transpose().to1DArray();
}

const damping = { relative: 0.05, absolute: 0.2 };
const dampings = [damping, { relative: 0.1 }, { absolute: 0.5 }];

function damped(
  g: Matrix,
  { relative = 0, absolute = 0 }: { relative?: number; absolute?: number },
): Matrix {
  return Matrix.add(g, Matrix.eye(g.rows).mul(relative * g.trace() + absolute));
}

async function evaluating(
  run: (read: (nodes: readonly Node[]) => Promise<Tensor[]>) => Promise<void>,
) {
  const backend = await reference();
  const store = await backend.store([]);
  await run(async (nodes) => {
    const program = await compile({ outputs: nodes }, store);
    const handles = await program.run();
    const values = await Promise.all(handles.map((handle) => handle.read()));
    await program.close();
    return values;
  });
  await backend.close();
}

/** apply, trace, matrices and solving, of a block and of what its matrices are on the host. */
function common(
  block: Block,
  g: readonly Matrix[],
  v: Matrix,
  solvers: readonly ("dense" | "woodbury")[],
) {
  const node = constant(asTensor(v));
  const own = g.slice(0, block.matrices);
  const solving = solvers.flatMap((solver) =>
    dampings.map((one) => ({
      node: block.solve(node, { solver, damping: one }),
      expected: byColumn(g, v, (gi, column) => solve(damped(gi, one), column)),
    })),
  );
  return [
    { node: block.toMatrices(), expected: own.flatMap((gi) => gi.to1DArray()) },
    { node: block.apply(node), expected: byColumn(g, v, (gi, column) => gi.mmul(column)) },
    { node: block.trace(), expected: own.map((gi) => gi.trace()) },
    ...solving,
  ];
}

function worst(
  values: readonly Tensor[],
  compared: readonly { readonly expected: number[] }[],
): number {
  return Math.max(...compared.map(({ expected }, i) => gap(values[i]?.data() ?? [], expected)));
}

test("weighted rows: matrices, products, traces and both solvers on random sizes, seed 7", async (t) => {
  await evaluating(async (read) => {
    await fc.assert(
      fc.asyncProperty(sizes, async (one) => {
        const { x, nu, g } = onHost(one);
        const block = blockOf(one, x, nu);
        const v = matrixOf("v", block.d, block.m);
        const compared = common(block, g, v, ["dense", "woodbury"]);
        return worst(await read(compared.map(({ node }) => node)), compared) < 1e-10;
      }),
      runs,
    );
    t.pass("all within 1e-10");
  });
});

test("weighted rows: solving in output space, with and without a rest, seed 7", async (t) => {
  await evaluating(async (read) => {
    await fc.assert(
      fc.asyncProperty(sizes, async (one) => {
        const { x, nu, rows, g } = onHost(one);
        const block = blockOf(one, x, nu);
        const delta = matrixOf("delta", one.n, one.m);
        const v = matrixOf("v", block.d, block.m);
        const rest = { v: constant(asTensor(v)), along: constant(asTensor(rows.mmul(v))) };
        const bare = rows.transpose().mmul(delta);
        const compared = dampings.flatMap((lambda) => {
          const solved = (side: Matrix) =>
            byColumn(g, side, (gi, column) => solve(damped(gi, lambda), column));
          const node = constant(asTensor(delta));
          return [
            {
              node: block.solveOutputs?.(node, null, { damping: lambda }) as Node,
              expected: solved(bare),
            },
            {
              node: block.solveOutputs?.(node, rest, { damping: lambda }) as Node,
              expected: solved(Matrix.add(bare, v)),
            },
          ];
        });
        return worst(await read(compared.map(({ node }) => node)), compared) < 1e-10;
      }),
      runs,
    );
    t.pass("all within 1e-10");
  });
});

test("dense blocks: products, traces and solving on random sizes, seed 7", async (t) => {
  await evaluating(async (read) => {
    await fc.assert(
      fc.asyncProperty(sizes, async (one) => {
        const { g, rows } = onHost(one);
        const own = one.shared ? g.slice(0, 1) : g;
        const d = rows.columns;
        const matrices = constant(asTensor(new Matrix(own.flatMap((gi) => gi.to2DArray()))));
        const block = denseBlock(reshape(matrices, [own.length, d, d]), one.m);
        const compared = common(block, g, matrixOf("v", d, one.m), ["dense"]);
        return worst(await read(compared.map(({ node }) => node)), compared) < 1e-10;
      }),
      runs,
    );
    t.pass("all within 1e-10");
  });
});

test("weighted rows: accumulate is α·block + β·base", async (t) => {
  for (const shared of [true, false]) {
    const one: Sizes = { n: 4, d: 3, m: 2, bias: true, weight: 2, shared };
    const { x, nu, g } = onHost(one);
    const block = blockOf(one, x, nu);
    const own = g.slice(0, block.matrices);
    const base = own.map((_, i) => {
      const root = matrixOf(`base${i}`, 4, 4);
      return root.mmul(root.transpose());
    });
    const flat = constant(asTensor(new Matrix(base.flatMap((b) => b.to2DArray()))));
    await evaluating(async (read) => {
      const node = block.accumulate(reshape(flat, [own.length, 4, 4]), 0.1, 0.9);
      const expected = own.flatMap((gi, i) => {
        return Matrix.add(Matrix.mul(gi, 0.1), Matrix.mul(base[i] as Matrix, 0.9)).to1DArray();
      });
      const [value] = await read([node]);
      t.ok(gap(value?.data() ?? [], expected) < 1e-12, shared ? "shared" : "by unit");
    });
  }
});

test("weighted rows: small damping keeps its digits in output space", async (t) => {
  await evaluating(async (read) => {
    for (const shared of [true, false]) {
      const one: Sizes = { n: 4, d: 6, m: 2, bias: true, weight: 1, shared };
      const { x, rows, g, nu } = onHost(one);
      const positive = Matrix.add(nu, 0.1);
      const block = blockOf(one, x, positive);
      const own = shared
        ? g
        : g.map((_, i) => {
            const scale = Matrix.diag(positive.getColumn(i).map((value) => value / one.n));
            return rows.transpose().mmul(scale).mmul(rows);
          });
      const delta = matrixOf("delta", 4, 2);
      const lambda = { absolute: 1e-4 };
      const [value] = await read([
        block.solveOutputs?.(constant(asTensor(delta)), null, { damping: lambda }) as Node,
      ]);
      const side = rows.transpose().mmul(delta);
      const expected = byColumn(own, side, (gi, column) => solve(damped(gi, lambda), column));
      t.ok(gap(value?.data() ?? [], expected) < 1e-7, shared ? "shared" : "by unit");
    }
  });
});

test("blocks: the cost model solves few rows by Woodbury, many by Cholesky, and says why", (t) => {
  const few = sharedGram(constant(asTensor(matrixOf("x", 5, 30))), 2);
  const many = sharedGram(constant(asTensor(matrixOf("x", 40, 30))), 2);
  t.equal(few.cost.solver, "woodbury");
  t.match(few.cost.why, /5 rows < 0.7·31 = 22/);
  t.equal(many.cost.solver, "dense");
  t.match(many.cost.why, /40 rows ≥ 0.7·31 = 22/);
  t.ok(few.cost.floats < many.cost.floats);
  t.end();
});

test("blocks: wrong shapes are refused where the block is made", (t) => {
  const x = constant(asTensor(matrixOf("x", 5, 3)));
  const nu = constant(asTensor(matrixOf("nu", 4, 2)));
  t.throws(
    () => unitGram(x, nu),
    /unitGram: rows must be \[n, d\] and weights \[n, 2\], got \[5, 3\] and \[4, 2\]; pass the module's/,
  );
  t.throws(
    () => denseBlock(x, 3),
    /denseBlock: matrices must be \[1, d, d\] or \[3, d, d\], got \[5, 3\]; reshape them/,
  );
  t.end();
});

test("rows: a solve in the space of the rows refuses no damping", (t) => {
  const x = constant(tensor([[1, 2, 3, 4]]));
  const v = constant(tensor([[1], [1], [1], [1], [1]]));
  t.throws(() => sharedGram(x, 1).solve(v), /sharedGram, solve: .* must be damped/);
  t.throws(() => sharedGram(x, 1).solveOutputs?.(constant(tensor([[1]])), null), MetricError);
  t.equal(sharedGram(x, 1).solve(v, { damping: { absolute: 1 } }).type, "float");
  t.throws(() => sharedGram(x, 1).inverseSqrt(v), /sharedGram, inverseSqrt: .* must be damped/);
  t.throws(() => sharedGram(x, 1).logdet(), /sharedGram, logdet: .* must be damped, got .*; pass/);
  t.end();
});
