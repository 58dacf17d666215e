/** Copies of a module in one loop: their metric is that of the modules one after the other. */
import { constant, type Node, tanh } from "@metrigrad/graph";
import {
  type AnyLaw,
  type AnyModule,
  applyModel,
  dense,
  gaussian,
  independent,
  lambda,
  layerNorm,
  type Module,
  repeat,
  sequential,
  transformerBlock,
} from "@metrigrad/nn";
import { reference, type Store, type Tensor, tensor, uniformStream } from "@metrigrad/tensor";
import test from "tape";
import {
  checkMetric,
  explain,
  fullMetrics,
  linearMetrics,
  linearRows,
  type MetricTable,
  metrics,
  neuronRows,
  partition,
  type RfimBlock,
  rfim,
  scaleRows,
  standardMetrics,
} from "../src/index.ts";
import { drawnOf } from "./support/draws.ts";

const copies = 3;

/** Draws for one copy of a parameter. */
function drawn(path: string, copy: number, size: number): Float64Array {
  const stream = uniformStream({ seed: 9, path: `${path}/${copy}` });
  return Float64Array.from({ length: size }, (_, i) => 0.7 * stream.normal(i));
}

/** Where the parameters of a copy are in modules one after the other: "w" is that of "dense0", "dense1" … */
type Place = (path: string, copy: number) => string;

interface Case {
  readonly make: () => AnyModule;
  readonly place: Place;
  readonly x: Tensor;
  readonly law?: AnyLaw;
  /** All by default. */
  readonly tables?: readonly string[];
}

const nested: Place = (path, copy) => `sequential${copy}/${path}`;

const cases: Readonly<Record<string, Case>> = {
  dense: {
    make: () => dense(3, 3, { activation: "tanh" }),
    place: (path, copy) => `dense${copy}/${path}`,
    x: drawnOf("x", 4, 3),
  },
  "layers and a norm": {
    make: () =>
      sequential(
        dense(3, 2, { activation: "relu" }),
        layerNorm(2),
        dense(2, 3),
        // The dense layer is a linear one: the activation is another module's.
        lambda((h: Node) => tanh(h)),
      ) as AnyModule,
    place: nested,
    x: drawnOf("x", 4, 3),
  },
  "transformer block": {
    make: () => transformerBlock(2, 1, { width: 2 }),
    place: (path, copy) => `transformerBlock${copy}/${path}`,
    x: drawnOf("sequence", 3, 2, 2),
    law: independent(gaussian(), 1),
    tables: ["full", "K-FAC"],
  },
};

/** The loop and the sequence with the same weights. */
async function bothOf({ make, place }: Case) {
  const backend = await reference();
  const loop = repeat(make() as never, copies) as AnyModule;
  const chain = sequential(...(Array.from({ length: copies }, make) as [never])) as AnyModule;
  const [one, other] = (await Promise.all(
    [loop, chain].map((model) => backend.store(model, { float: "f64" })),
  )) as [Store, Store];
  const paths: string[] = [];
  for (const { path, spec } of one.variables) {
    const size = spec.shape.slice(1).reduce((a, b) => a * b, 1);
    const values = Array.from({ length: copies }, (_, copy) => drawn(path, copy, size));
    await one.write(
      path,
      tensor(
        values.flatMap((own) => [...own]),
        { shape: spec.shape },
      ),
    );
    for (const [copy, own] of values.entries()) {
      await other.write(place(path, copy), tensor(own, { shape: spec.shape.slice(1) }));
    }
    paths.push(path);
  }
  return { loop, chain, stores: [one, other] as const, close: () => backend.close() };
}

/** Tables, and whether the model's response is observed. */
const tables: Readonly<Record<string, readonly [table: MetricTable, observed: boolean]>> = {
  linear: [linearMetrics, false],
  standard: [standardMetrics, false],
  full: [fullMetrics, false],
  "K-FAC": [metrics.kfac(), true],
  "K-FAC, split, reduced": [metrics.kfac({ split: true, sharing: "reduce" }), true],
  "K-FAC of the full table": [metrics.kfac({ metrics: fullMetrics }), true],
  EKFAC: [metrics.ekfac(), true],
  diagonal: [metrics.diagonal(), true],
  "quasi-diagonal": [metrics.quasiDiagonal(), true],
};

/** Elements of one copy in the flattened parameters [copies, …] of a block, one after the other. */
function elementsOf(sizes: readonly number[], copy: number): number[] {
  let begin = 0;
  return sizes.flatMap((size) => {
    const from = begin + copy * size;
    begin += copies * size;
    return Array.from({ length: size }, (_, k) => from + k);
  });
}

/** Elements of one copy of a parameter. */
function sizeIn(store: Store, path: string): number {
  const found = store.variables.find((one) => one.path === path);
  return (found?.spec.shape ?? []).slice(1).reduce((a, b) => a * b, 1);
}

/** The block of the module that a copy stands for. */
function blockOf(
  apart: readonly RfimBlock[] | undefined,
  { params }: RfimBlock,
  { place }: Case,
  copy: number,
): RfimBlock {
  const names = params.map((path) => place(path, copy)).join();
  const own = apart?.find((block) => block.params.join() === names);
  if (own === undefined) throw new Error(`no block of ${names}`);
  return own;
}

for (const [title, one] of Object.entries(cases)) {
  test(`copies, ${title}: the metric is that of the modules one after the other, by every table`, async (t) => {
    const { loop, chain, stores, close } = await bothOf(one);
    for (const name of one.tables ?? Object.keys(tables)) {
      const [table, observed] = tables[name] as (typeof tables)[string];
      const options = {
        metrics: table,
        ...(observed ? { likelihood: one.law ?? gaussian() } : {}),
      };
      const [whole, apart] = await Promise.all(
        [loop, chain].map(async (model, k) => {
          const store = stores[k] as Store;
          const { blocks } = await rfim(model as Module, one.x as never, { store, ...options });
          return blocks;
        }),
      );
      t.equal(copies * (whole?.length ?? 0), apart?.length, `${name}: as many blocks`);
      for (const block of whole ?? []) {
        const matrix = await block.toDense();
        const [size = 0] = matrix.shape;
        const sizes = block.params.map((path) => sizeIn(stores[0], path));
        const expected = new Float64Array(size * size);
        for (let copy = 0; copy < copies; copy++) {
          const part = (await blockOf(apart, block, one, copy).toDense()).data();
          const at = elementsOf(sizes, copy);
          for (const [a, k] of at.entries())
            for (const [b, l] of at.entries())
              expected[k * size + l] = part[a * at.length + b] as number;
        }
        const off = Math.max(
          ...expected.map((value, k) => Math.abs(value - (matrix.data()[k] as number))),
        );
        const scale = Math.max(...expected.map(Math.abs));
        t.ok(off < 1e-12 * scale && scale > 0, `${name}, ${block.params.join(" + ")}: ${off}`);
      }
    }
    await close();
  });
}

test("copies: each is damped, solved and drawn from as its module alone, by every solver", async (t) => {
  const one = cases["layers and a norm"] as Case;
  const { loop, chain, stores, close } = await bothOf(one);
  const splits = partition(loop, "neuron", metrics.kfac());
  for (const [name, whole, single] of [
    ["full", fullMetrics, fullMetrics],
    ["K-FAC, split", metrics.kfac({ split: true }), metrics.kfac({ split: true })],
    ["by neuron", splits, partition(chain, "neuron", metrics.kfac())],
  ] as const) {
    const found = await Promise.all(
      [loop, chain].map((model, k) =>
        rfim(model as Module, one.x as never, {
          store: stores[k] as Store,
          metrics: k === 0 ? whole : single,
          likelihood: gaussian(),
        }),
      ),
    );
    const [{ blocks }, { blocks: apart }] = found as [(typeof found)[0], (typeof found)[0]];
    for (const block of blocks) {
      const sizes = block.params.map((path) => sizeIn(stores[0], path));
      const { d, m } = block;
      const v = drawn("v", 0, d * m);
      const damping = { relative: 0.1, absolute: 0.02 };
      const results: [string, Float64Array, Float64Array][] = [];
      const ask = async (key: string, of: (block: RfimBlock, v: Tensor) => Promise<Tensor>) => {
        const got = Float64Array.from((await of(block, tensor(v, { shape: [d, m] }))).data());
        const expected = new Float64Array(d * m);
        for (let copy = 0; copy < copies; copy++) {
          const at = elementsOf(sizes, copy);
          const own = Float64Array.from(at, (k) => v[k] as number);
          const shape = [d / copies, m];
          const part = await of(blockOf(apart, block, one, copy), tensor(own, { shape }));
          for (const [a, k] of at.entries()) expected[k] = part.data()[a] as number;
        }
        results.push([key, got, expected]);
      };
      for (const solver of block.solvers)
        await ask(solver, (own, w) => own.solve(w, { ...damping, solver }));
      await ask("damped", (own, w) => own.damped(w, damping));
      await ask("inverseSqrt", (own, w) => own.inverseSqrt(w, damping));
      for (const [key, got, expected] of results) {
        const off = Math.max(...got.map((value, k) => Math.abs(value - (expected[k] as number))));
        t.ok(off < 1e-9, `${name}, ${block.params.join(" + ")}, ${key}: ${off}`);
      }
      const draw = (await block.sample()).data();
      t.ok(draw.every(Number.isFinite), "a draw");
      const logdets = (await block.logdet(damping)).data();
      const parts = await Promise.all(
        Array.from({ length: copies }, async (_, copy) => {
          return [...(await blockOf(apart, block, one, copy).logdet(damping)).data()];
        }),
      );
      const off = Math.max(
        ...parts.flat().map((value, k) => Math.abs(value - (logdets[k] as number))),
      );
      t.ok(off < 1e-9 && parts.flat().length === block.matrices, `${name}, logdet: ${off}`);
    }
  }
  await close();
});

test("copies: rows of uses agree with J'FJ of each copy's rows as they are", async (t) => {
  const module = repeat(cases["layers and a norm"]?.make() as never, copies) as AnyModule;
  const inputs = drawnOf("x", 4, 3);
  const rowWeights = tensor([0.5, 1.5, 2.5, 3.5]);
  for (const row of [neuronRows(), scaleRows({ sharing: "reduce" })]) {
    const report = await checkMetric(row, { module, inputs, rowWeights, samples: 200 });
    t.ok(report.passed, String(report));
  }
});

test("copies: of a module that is used twice the blocks of both uses add up", async (t) => {
  const part = repeat(dense(2, 2, { activation: "tanh" }), 2);
  const report = await checkMetric(linearRows(), {
    module: sequential(part, part) as AnyModule,
    inputs: drawnOf("twice", 3, 2),
    samples: 200,
  });
  t.ok(report.passed, String(report));
});

test("copies: what acts in no known way has the row of the module", (t) => {
  const twice = repeat(repeat(dense(2, 2), 2), 2) as AnyModule;
  const { applications } = applyModel(twice, constant(drawnOf("x", 3, 2)) as never);
  t.deepEqual(
    applications.flatMap(({ uses }) => uses.map(({ kind }) => kind)),
    ["free"],
  );
  t.end();
});

test("copies: explain says how many there are, and what they take together", async (t) => {
  const shown = (model: AnyModule) =>
    explain(model as Module, { batchSize: 8, metrics: standardMetrics, inputs: [3] });
  const part = () => dense(3, 3, { activation: "tanh" });
  const [row] = shown(repeat(part(), copies) as AnyModule).rows;
  const alone = shown(part() as AnyModule).rows[0];
  t.equal(row?.layout, "3 copies of 3 × [4, 4]");
  t.deepEqual(
    [row?.bytes, row?.build, row?.apply],
    [alone?.bytes, alone?.build, alone?.apply].map((cost) => copies * (cost ?? 0)),
  );
  t.end();
});
