/** Blocks in float32 where numbers get difficult: finite, and right to 1e-3 or what was raised is said. */
import { cpu } from "@metrigrad/cpu";
import { compile, inDouble, input, type Node, softmax } from "@metrigrad/graph";
import {
  type Block,
  type Damping,
  denseBlock,
  diagonalBlock,
  factorGram,
  jacobianGram,
  kronecker,
  quasiDiagonalGram,
  type Solver,
  sharedGram,
  sigmoidRow,
  softmaxGram,
  tanhRow,
  unitGram,
} from "@metrigrad/metric";
import {
  type Backend,
  reference,
  sizeOf,
  type Tensor,
  tensor,
  uniformStream,
} from "@metrigrad/tensor";
import test from "tape";

/** Normal draws, rounded to float32 so that both backends start from the same numbers. */
function draw(path: string, shape: readonly number[], scale = 1): Tensor {
  const stream = uniformStream({ seed: 6, path });
  const values = Array.from({ length: sizeOf(shape) }, (_, i) =>
    Math.fround(scale * stream.normal(i)),
  );
  return tensor(values, { shape });
}

/** `draw` with some entries changed. */
function changed(path: string, shape: readonly number[], f: (value: number, i: number) => number) {
  return tensor(
    Array.from(draw(path, shape).data(), (value, i) => Math.fround(f(value, i))),
    { shape },
  );
}

/** A block over inputs, and their values. */
interface Case {
  readonly values: Readonly<Record<string, Tensor>>;
  readonly block: (nodes: Readonly<Record<string, Node>>) => Block;
  readonly dampings?: readonly Damping[];
}

interface Solved {
  readonly x: ArrayLike<number>;
  /** The same computed in 64 bits from the store's floats. */
  readonly fine: ArrayLike<number>;
  readonly lambda: readonly number[];
  readonly residual: number;
}

/** What a backend makes of a case. */
interface Found {
  /** Solutions for v by every exact solver and damping. */
  readonly solved: ReadonlyMap<string, Solved>;
  /** The other operations, flat. */
  readonly other: ReadonlyMap<string, ArrayLike<number>>;
  /** Systems apart: columns of x, or 1. */
  readonly columns: number;
}

async function found(
  backend: Backend,
  { values, block, dampings = usual }: Case,
  v: (shape: readonly number[]) => Tensor,
): Promise<Found> {
  const nodes = Object.fromEntries(
    Object.entries(values).map(([name, { shape }]) => [name, input(name, shape)]),
  );
  const made = block(nodes);
  const value = v([made.d, made.m]);
  const side = input("v", value.shape);
  const solvers = new Set<Solver>(["dense", ...made.costs.map(({ solver }) => solver)]);
  solvers.delete("cg");
  const outputs: Record<string, Node> = {
    apply: made.apply(side),
    quadratic: made.quadratic(side),
    trace: made.trace(),
    diagonal: made.diagonal(),
    toDense: made.toDense(),
  };
  const names: string[] = [];
  for (const damping of dampings) {
    const shown = JSON.stringify(damping);
    for (const solver of solvers) {
      const solved = made.prepare(null, { damping, solver });
      const x = solved.solve(side);
      const name = `${solver}, ${shown}`;
      names.push(name);
      outputs[`x ${name}`] = x;
      outputs[`fine ${name}`] = inDouble([x], () => true)[0] as Node;
      outputs[`λ ${name}`] = solved.lambda();
      outputs[`residual ${name}`] = solved.residual(side, x);
    }
    outputs[`logdet ${shown}`] = made.logdet({ damping });
  }
  const store = await backend.store([]);
  const program = await compile({ outputs }, store);
  const used = new Set(program.plan.feeds.map(({ name }) => name));
  const feeds = Object.entries({ ...values, v: value }).filter(([name]) => used.has(name));
  const handles = await program.run(Object.fromEntries(feeds));
  const all = new Map<string, ArrayLike<number>>();
  for (const [name, handle] of Object.entries(handles)) all.set(name, (await handle.read()).data());
  await program.close();
  const flat = (name: string) => Array.from(all.get(name) ?? []);
  const solved = names.map((name): [string, Solved] => {
    const residual = flat(`residual ${name}`)[0] ?? Number.NaN;
    const [x, fine] = [flat(`x ${name}`), flat(`fine ${name}`)];
    return [name, { x, fine, lambda: flat(`λ ${name}`), residual }];
  });
  const other = [...all].filter(([name]) => !/^(x|fine|λ|residual) /.test(name));
  return {
    solved: new Map(solved),
    other: new Map(other),
    columns: made.columns === "coupled" ? 1 : made.m,
  };
}

const usual: readonly Damping[] = [{ relative: 1e-4 }, { absolute: 0.1 }];

/** Largest error of a column relative to its largest entry. */
function errorOf(got: ArrayLike<number>, right: ArrayLike<number>, columns: number): number {
  let worst = 0;
  for (let i = 0; i < columns; i++) {
    const own = Array.from(right).flatMap((value, k) => (k % columns === i ? [[k, value]] : []));
    const scale = Math.max(...own.map(([, value]) => Math.abs(value as number)), 1e-30);
    for (const [k, value] of own as [number, number][]) {
      worst = Math.max(worst, Math.abs((got[k] as number) - value) / scale);
    }
  }
  return worst;
}

/** A symmetric matrix with the eigenvalues 1 … 1e-8, by reflections. */
function illConditioned(size: number): Tensor {
  const u = Array.from(draw("reflection", [size]).data());
  const norm = u.reduce((sum, value) => sum + value * value, 0);
  const q = (a: number, b: number) =>
    (a === b ? 1 : 0) - (2 * (u[a] as number) * (u[b] as number)) / norm;
  const values = Array.from({ length: size * size }, (_, at) => {
    const [a, b] = [Math.floor(at / size), at % size];
    let sum = 0;
    for (let k = 0; k < size; k++) sum += q(a, k) * 10 ** ((-8 * k) / (size - 1)) * q(b, k);
    return Math.fround(sum);
  });
  return tensor(values, { shape: [1, size, size] });
}

const nu = (path: string, shape: readonly number[]) => changed(path, shape, Math.abs);

const cases: Record<string, Case> = {
  "condition 1e8, dense": {
    values: { g: illConditioned(9) },
    block: ({ g }) => denseBlock(g as Node, 3),
  },
  "condition 1e8, coupled": {
    values: { g: illConditioned(9) },
    block: ({ g }) => denseBlock(g as Node, 3, "dense", "coupled"),
  },
  "rows of sizes from 1e-4 to 1": {
    values: { x: changed("x", [12, 8], (value, i) => value * 10 ** (-4 * ((i % 8) / 7))) },
    block: ({ x }) => sharedGram(x as Node, 3),
  },
  "equal rows": {
    values: { x: changed("x", [10, 6], (_, i) => ((i % 6) + 1) / 3), nu: nu("nu", [10, 2]) },
    block: ({ x, nu: weights }) => unitGram(x as Node, weights as Node),
  },
  "rank 2 of 7": {
    values: { x: draw("x", [2, 6]) },
    block: ({ x }) => sharedGram(x as Node, 4),
  },
  "a dead unit, few rows": {
    values: {
      x: draw("x", [3, 6]),
      nu: changed("nu", [3, 3], (v, i) => (i % 3 === 1 ? 0 : v * v)),
    },
    block: ({ x, nu: weights }) => unitGram(x as Node, weights as Node),
  },
  "a dead unit, many rows": {
    values: {
      x: draw("x", [9, 4]),
      nu: changed("nu", [9, 3], (v, i) => (i % 3 === 1 ? 0 : v * v)),
    },
    block: ({ x, nu: weights }) => unitGram(x as Node, weights as Node),
  },
  "all units dead": {
    values: { x: draw("x", [3, 6]), nu: changed("nu", [3, 2], () => 0) },
    block: ({ x, nu: weights }) => unitGram(x as Node, weights as Node),
  },
  "saturated tanh": {
    values: { x: draw("x", [5, 4]), t: changed("t", [5, 3], (v, i) => (i % 3 === 0 ? 9 : v)) },
    block: ({ x, t }) => unitGram(x as Node, tanhRow().nu(t as Node)),
  },
  "tanh saturated in every unit": {
    values: { x: draw("x", [5, 4]), t: changed("t", [5, 3], (v) => 8.5 + v / 10) },
    block: ({ x, t }) => unitGram(x as Node, tanhRow().nu(t as Node)),
  },
  "saturated sigm": {
    values: { x: draw("x", [5, 4]), t: changed("t", [5, 2], (v) => 17 + v / 10) },
    block: ({ x, t }) => unitGram(x as Node, sigmoidRow().nu(t as Node)),
  },
  "one sample": {
    values: { x: draw("x", [1, 5]), nu: nu("nu", [1, 2]) },
    block: ({ x, nu: weights }) => unitGram(x as Node, weights as Node),
  },
  "one sample, soft-max": {
    values: { x: draw("x", [1, 3]), t: draw("t", [1, 4]) },
    block: ({ x, t }) => softmaxGram(x as Node, softmax(t as Node)),
  },
  "soft-max that is sure": {
    values: { x: draw("x", [4, 2]), t: changed("t", [4, 3], (v, i) => (i % 3 === i % 2 ? 60 : v)) },
    block: ({ x, t }) => softmaxGram(x as Node, softmax(t as Node)),
  },
  "factors that are 0": {
    values: { x: draw("x", [4, 2]), f: changed("f", [4, 3, 2], (v, i) => (i < 12 ? 0 : v)) },
    block: ({ x, f }) => factorGram(x as Node, f as Node),
  },
  "Jacobian rows that are equal": {
    values: { j: changed("j", [6, 1, 8], (_, i) => (i % 8) - 3) },
    block: ({ j }) => jacobianGram(j as Node, { shape: [4, 2] }),
  },
  "Kronecker of rank 1": {
    values: {
      a: tensor(
        [
          [1, 2],
          [2, 4],
        ].map((row) => row.map((value) => value * 10)),
      ),
      g: tensor([
        [1, -1, 0],
        [-1, 1, 0],
        [0, 0, 0],
      ]),
    },
    block: ({ a, g }) => kronecker(a as Node, g as Node),
  },
  "Kronecker of rank 1, split": {
    values: {
      a: tensor(
        [
          [1, 2],
          [2, 4],
        ].map((row) => row.map((value) => value * 10)),
      ),
      g: tensor([
        [1, -1, 0],
        [-1, 1, 0],
        [0, 0, 0],
      ]),
    },
    block: ({ a, g }) => kronecker(a as Node, g as Node, { split: true }),
  },
  "Kronecker with a factor that is 0, split": {
    values: {
      a: draw("one", [1, 1], 0),
      g: tensor([
        [2, 1],
        [1, 2],
      ]),
    },
    block: ({ a, g }) => kronecker(a as Node, g as Node, { split: true }),
  },
  "a diagonal with zeros": {
    values: {
      values: tensor([
        [0, 0],
        [1, 0],
        [1e-6, 0],
      ]),
    },
    block: ({ values }) => diagonalBlock(values as Node),
  },
  "quasi-diagonal with a dead unit": {
    values: {
      x: draw("x", [5, 3]),
      nu: changed("nu", [5, 3], (v, i) => (i % 3 === 1 ? 0 : v * v)),
    },
    block: ({ x, nu: weights }) => quasiDiagonalGram(x as Node, weights as Node),
  },
  "quasi-diagonal of one sample": {
    values: { x: draw("x", [1, 3]), nu: nu("nu", [1, 2]) },
    block: ({ x, nu: weights }) => quasiDiagonalGram(x as Node, weights as Node),
  },
};

for (const [name, one] of Object.entries(cases)) {
  test(`float32, ${name}: as in float64`, async (t) => {
    const [fast, right] = [await cpu({ threads: 1 }), await reference()];
    const side = (shape: readonly number[]) => draw("v", shape);
    const [got, wanted] = [await found(fast, one, side), await found(right, one, side)];
    for (const [how, { x, lambda, residual }] of wanted.solved) {
      const own = got.solved.get(how) as Solved;
      const error = errorOf(own.x, x, wanted.columns);
      t.ok(error < 1e-3, `${how}: off by ${error.toExponential(1)}`);
      const fine = errorOf(own.fine, x, wanted.columns);
      t.ok(fine < 1e-6, `${how}: off by ${fine.toExponential(1)} in 64 bits`);
      t.ok(errorOf(own.lambda, lambda, 1) < 1e-5, `${how}: λ ${own.lambda.join(" ")}`);
      t.ok(own.residual < 1e-2 && residual < 1e-6, `${how}: residual ${own.residual} ${residual}`);
    }
    for (const [operation, values] of wanted.other) {
      const error = errorOf(got.other.get(operation) ?? [], values, 1);
      t.ok(error < 1e-4, `${operation}: off by ${error.toExponential(1)}`);
    }
    await fast.close();
    await right.close();
  });
}

test("float32: where nothing is damped, what the factor needed is reported", async (t) => {
  const fast = await cpu({ threads: 1 });
  const one: Case = {
    values: { x: draw("x", [3, 6]) },
    block: ({ x }) => denseBlock(sharedGram(x as Node, 2).toMatrices(), 2),
    dampings: [{}],
  };
  const { solved } = await found(fast, one, (shape) => draw("v", shape));
  for (const [how, { x, lambda }] of solved) {
    t.ok(Array.from(x).every(Number.isFinite), `${how}: finite`);
    t.ok((lambda[0] as number) > 0, `${how}: λ ${lambda[0]}`);
  }
  await fast.close();
});

test("float32: a gradient of 0 gives a step of 0, with a residual of 0", async (t) => {
  const fast = await cpu({ threads: 1 });
  const zero = (shape: readonly number[]) => draw("v", shape, 0);
  for (const [name, one] of Object.entries(cases)) {
    const { solved } = await found(fast, one, zero);
    t.ok(
      [...solved.values()].every(({ x, residual }) => {
        return residual === 0 && Array.from(x).every((value) => value === 0);
      }),
      name,
    );
  }
  await fast.close();
});
