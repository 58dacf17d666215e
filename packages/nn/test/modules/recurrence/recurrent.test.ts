/** Recurrent modules beside loops in plain numbers; test/torchRecurrent.test.ts has values of PyTorch. */
import {
  checkOp,
  compile,
  constant,
  grad,
  input,
  type Node,
  planOf,
  relu,
  replaceNodes,
  sum,
  topological,
  variableOf,
} from "@metrigrad/graph";
import {
  applyModel,
  dense,
  gru,
  gruCell,
  type LstmState,
  lstm,
  lstmCell,
  type Module,
  type RecurrentInput,
  recurrent,
  recurrentCell,
  sequential,
} from "@metrigrad/nn";
import { reference, tensor, uniformStream } from "@metrigrad/tensor";
import test from "tape";
import { evaluate, gap, numbers } from "../../support/evaluate.ts";
import { type CellWeights, type Kind, outputsOf, turnOf } from "../../support/turns.ts";

const gates = { recurrent: 1, lstm: 4, gru: 3 } as const;
/** The three, which differ in the type of their state. */
const made = { recurrent, lstm, gru } as unknown as Readonly<Record<Kind, typeof gru>>;
const kinds = ["recurrent", "lstm", "gru"] as const;

/** Numbers in (−1, 1) as rows. */
function matrix(path: string, rows: number, columns: number): number[][] {
  const stream = uniformStream({ seed: 5, path });
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => 2 * stream.uniform(i * columns + j) - 1),
  );
}

function weightsOf(kind: Kind, inputs: number, size: number, path = kind as string): CellWeights {
  return {
    input: matrix(`${path}/input`, inputs + 1, gates[kind] * size),
    recurrent: matrix(`${path}/recurrent`, size + (kind === "gru" ? 1 : 0), gates[kind] * size),
  };
}

/** Settings by which a module begins with weights. */
const beginning = ({ input, recurrent }: CellWeights) => ({
  inputInit: () => input.flat(),
  recurrentInit: () => recurrent.flat(),
});

const samples = [matrix("first", 4, 3), matrix("second", 4, 3)];
const x = constant(tensor(samples));

for (const kind of kinds) {
  const weights = weightsOf(kind, 3, 2);
  const begin = beginning(weights);

  test(`${kind}: outputs of all turns, of the last one, and from the end`, async (t) => {
    const all = made[kind](3, 2, begin);
    const expected = samples.map((sample) => outputsOf(kind, weights, sample));
    const { output } = applyModel(all, x);
    t.deepEqual(output.shape, [2, 4, 2]);
    t.ok(gap(await numbers(output, { owner: all }), expected.flat(2)) < 1e-15);
    const last = made[kind](3, 2, { ...begin, returns: "last" });
    const ends = applyModel(last, x).output;
    t.deepEqual(ends.shape, [2, 2]);
    t.ok(
      gap(
        await numbers(ends, { owner: last }),
        expected.flatMap((one) => one[3] ?? []),
      ) < 1e-15,
    );
    const back = made[kind](3, 2, { ...begin, reverse: true });
    const reversed = samples.map((sample) => outputsOf(kind, weights, sample, { reverse: true }));
    const found = await numbers(applyModel(back, x).output, { owner: back });
    t.ok(gap(found, reversed.flat(2)) < 1e-15);
    t.ok(gap(found, expected.flat(2)) > 0.01, "which is another value");
  });

  test(`${kind}: the cell makes the same turns`, async (t) => {
    const cell = { recurrent: recurrentCell, lstm: lstmCell, gru: gruCell }[kind](3, 2, begin);
    const [first = []] = samples;
    const now = constant(tensor([first[0] as number[]]));
    const zero = { h: [0, 0], c: [0, 0] };
    const state = { h: [0.3, -0.6], c: [0.2, 0.9] };
    const nodes =
      kind === "lstm"
        ? { h: constant(tensor([state.h])), c: constant(tensor([state.c])) }
        : constant(tensor([state.h]));
    for (const [input, before] of [
      [now, zero],
      [{ x: now, state: nodes }, state],
    ] as const) {
      const output = applyModel(cell as Module<never, Node>, input as never).output;
      const expected = turnOf(kind, weights, first[0] as number[], before);
      const leaves = kind === "lstm" ? (Object.values(output) as Node[]) : [output];
      const values = await evaluate(leaves, { owner: cell });
      const wanted = kind === "lstm" ? [expected.h, expected.c] : [expected.h];
      t.deepEqual(
        values.map(({ shape }) => shape),
        wanted.map(() => [1, 2]),
      );
      t.ok(
        gap(
          values.flatMap((one) => [...one.data()]),
          wanted.flat(),
        ) < 1e-15,
      );
    }
  });

  test(`${kind}: layers in two directions, from states`, async (t) => {
    const model = made[kind](3, 2, { layers: 2, bidirectional: true, returns: "last" });
    const paths = model.variables.map(({ path }) => path);
    const names = ["layer0", "reverse0", "layer1", "reverse1"];
    t.deepEqual(
      paths,
      names.flatMap((name) => [`${name}/input`, `${name}/recurrent`]),
    );
    t.deepEqual(
      model.variables.map(({ spec }) => spec.shape),
      names.flatMap((name) => {
        const [inputs, extra] = [name.endsWith("0") ? 4 : 5, kind === "gru" ? 1 : 0];
        return [
          [inputs, gates[kind] * 2],
          [2 + extra, gates[kind] * 2],
        ];
      }),
    );
    const own = names.map((name) => weightsOf(kind, name.endsWith("0") ? 3 : 4, 2, name));
    const h = matrix("h", 4, 2);
    const c = matrix("c", 4, 2);
    const [sample = []] = samples;
    const layers = Object.fromEntries(names.map((name, k) => [name, own[k] as CellWeights]));
    const values = await withWeights(model as Module<never, Node>, layers, {
      x: constant(tensor([sample])),
      state:
        kind === "lstm"
          ? { h: constant(tensor([h])), c: constant(tensor([c])) }
          : constant(tensor([h])),
    });
    const layer = (xs: number[][], depth: number) => {
      const both = [0, 1].map((k) => {
        const at = 2 * depth + k;
        const begin = { h: h[at] as number[], c: c[at] as number[] };
        return outputsOf(kind, own[at] as CellWeights, xs, { reverse: k === 1, begin });
      }) as [number[][], number[][]];
      return { both, joined: both[0].map((one, turn) => [...one, ...(both[1][turn] as number[])]) };
    };
    const { both } = layer(layer(sample, 0).joined, 1);
    // Each direction after its own last turn.
    t.ok(gap(values, [...(both[0][3] as number[]), ...(both[1][0] as number[])]) < 1e-15);
  });

  test(`${kind}: two derivatives and the batch rule, of one turn and sample too`, async (t) => {
    const { input, recurrent } = weightsOf(kind, 1, 2);
    const f = (given: Node, ...values: Node[]): Node => {
      const model = made[kind](1, 2);
      const variables = model.variables.map(({ spec }, k) => {
        return [variableOf(spec), values[k] as Node] as const;
      });
      const { output } = applyModel(model, given);
      return replaceNodes([output], new Map<Node, Node>(variables))[0] as Node;
    };
    const cases = [matrix("x", 2, 3), matrix("x", 1, 1)].map((xs) => ({
      name: `[${xs.length}, ${xs[0]?.length}, 1]`,
      inputs: [xs.map((row) => row.map((value) => [value])), input, recurrent] as never,
    }));
    const { results } = await checkOp(f, cases, { name: kind });
    t.ok(results.length > 20, `${results.length} comparisons`);
  });
}

/** The output of a model with weights of its layers by name. */
async function withWeights(
  model: Module<never, Node>,
  layers: Readonly<Record<string, CellWeights>>,
  x: unknown,
): Promise<number[]> {
  const backend = await reference();
  const store = await backend.store(model);
  for (const [name, { input, recurrent }] of Object.entries(layers)) {
    await store.write(`${name}/input`, tensor(input.map((row) => [...row])));
    await store.write(`${name}/recurrent`, tensor(recurrent.map((row) => [...row])));
  }
  const program = await compile({ outputs: applyModel(model, x as never).output }, store);
  const values = Array.from((await (await program.run()).read()).data());
  await backend.close();
  return values;
}

test("recurrent: any activation; in a chain; the last state among the extras", async (t) => {
  const weights = weightsOf("recurrent", 3, 2);
  const layer = recurrent(3, 2, { ...beginning(weights), activation: relu });
  const model = sequential(layer, dense(2, 1));
  const applied = applyModel(model, x);
  t.deepEqual(applied.output.shape, [2, 4, 1]);
  const own = applied.applications[0];
  const [outputs, state] = await evaluate(
    [own?.response as Node, applied.extras[0]?.values as Node],
    { owner: model },
  );
  t.deepEqual(state?.shape, [2, 1, 2]);
  const values = outputs?.data() ?? [];
  t.ok(values.every((value) => value >= 0) && values.some((value) => value === 0), "relu");
  t.deepEqual([...(state?.data() ?? [])], [...values.slice(6, 8), ...values.slice(14, 16)]);
  t.throws(() => recurrent(3, 2, { activation: "tahn" }), /recurrent: activation must/);
  t.throws(() => recurrentCell(3, 2, { activation: "tahn" }), /recurrentCell: activation must/);
  t.end();
});

test("recurrent modules: weights begin uniform in ±1/√size, and biases do not decay", async (t) => {
  for (const kind of kinds) {
    const model = made[kind](40, 25);
    const values = await evaluate(
      model.variables.map(({ spec }) => variableOf(spec)),
      { owner: model, seed: 2 },
    );
    for (const value of values) {
      const list = Array.from(value.data());
      t.ok(Math.max(...list.map(Math.abs)) <= 0.2, `${kind}, ${list.length} weights`);
      const square = list.reduce((total, one) => total + one * one, 0) / list.length;
      // 1/3 of the square of the limit; four standard errors, σ² = 4/45 of its fourth power.
      const error = (4 * Math.sqrt((4 / 45) * 0.2 ** 4)) / Math.sqrt(list.length);
      t.ok(Math.abs(square - 0.2 ** 2 / 3) < error, `seed 2, mean square ${square}`);
    }
    const { input, recurrent } = model.params;
    t.equal(input?.decay, "all but the last row");
    t.equal(recurrent?.decay, kind === "gru" ? "all but the last row" : "all");
  }
});

test("recurrent modules: dropout between layers in training alone, other masks in each layer", async (t) => {
  const wide = constant(tensor(new Float32Array(600).fill(1), { shape: [20, 5, 6] }));
  const model = gru(6, 8, { layers: 3, dropout: 0.5 });
  t.deepEqual(
    model.children.map((_, k) => model.childNames?.[k]),
    ["layer0", "layer1", "layer2", "dropout"],
  );
  const draws = (mode: "train" | "infer") => {
    const { applications, output } = applyModel(model, wide, { mode });
    const seen = topological([output]).filter(({ op }) => op.name === "random").length;
    const inputs = applications.slice(1).map(({ reference: given }) => (given as { x: Node }).x);
    return { seen, inputs };
  };
  t.equal(draws("infer").seen, 0);
  const { seen, inputs } = draws("train");
  t.equal(seen, 2, "one draw before each layer but the first");
  const backend = await reference();
  const store = await backend.store(model, { seed: 4 });
  const program = await compile({ outputs: inputs }, store);
  const values = await Promise.all(
    (await program.run()).map(async (handle) => Array.from((await handle.read()).data())),
  );
  for (const list of values) {
    const share = list.filter((value) => value === 0).length / list.length;
    // Seed 4, four standard errors of 800 draws.
    t.ok(Math.abs(share - 0.5) < 4 * Math.sqrt(0.25 / 800), `share ${share}`);
  }
  await backend.close();
});

test("recurrent modules: what they give has a type by `returns`", (t) => {
  const all: Module<RecurrentInput<Node>, Node> = gru(3, 2);
  const last: Module<RecurrentInput<LstmState>, Node> = lstm(3, 2, { returns: "last" });
  const both = lstm(3, 2, { returns: "withState" });
  const { output } = applyModel(both, x);
  const shapes: number[][] = [output.output, output.state.h, output.state.c].map(({ shape }) => [
    ...shape,
  ]);
  t.deepEqual(shapes, [
    [2, 4, 2],
    [2, 1, 2],
    [2, 1, 2],
  ]);
  t.deepEqual(applyModel(sequential(all, gru(2, 1)), x).output.shape, [2, 4, 1]);
  t.deepEqual(applyModel(sequential(last, dense(2, 5)), x).output.shape, [2, 5]);
  t.end();
});

test("recurrent modules: a plan of 1000 turns is as long as one of 2", (t) => {
  const model = sequential(lstm(3, 4, { returns: "last" }), dense(4, 1));
  const steps = (turns: number) => {
    const output = sum(applyModel(model, input("x", [2, turns, 3])).output);
    const slopes = grad(
      output,
      model.variables.map(({ spec }) => variableOf(spec)),
    );
    return planOf({ outputs: [output, ...slopes], updates: [], float: "f32" }).plan.steps.length;
  };
  const [short, long] = [steps(2), steps(1000)];
  t.equal(long, short, `${long} steps`);
  t.end();
});

test("recurrent modules: sizes, settings and inputs that do not fit are refused", (t) => {
  t.throws(
    () => lstm(0, 2),
    /lstm: inputs and size must be positive integers, got 0; call lstm\(inputs, size\)/,
  );
  t.throws(() => gruCell(2, 1.5), /gruCell: inputs and size must be positive integers, got 1\.5/);
  t.throws(
    () => gru(2, 2, { layers: 0 }),
    /gru: layers must be a positive integer, .*got 0 and a rate of 0; set \{ layers: 2 \}/,
  );
  t.throws(
    () => gru(2, 2, { dropout: 0.5 }),
    /gru: layers must .*more than 1 where there is dropout between them, got 1 and a rate of 0\.5; .*put dropout\(rate\)/,
  );
  t.throws(() => gru(2, 2, { layers: 2, dropout: 1 }), /dropout: the rate must be within \[0, 1\)/);
  t.throws(
    () => gru(2, 2, { bidirectional: true, reverse: true }),
    /gru: a module of two directions has no direction of its own, got .*; leave reverse out/,
  );
  t.throws(
    () => gru(2, 2, { returns: "first" as never }),
    /gru: returns must be "all", "last" or "withState", got "first"; leave it out/,
  );
  for (const shape of [
    [5, 3],
    [5, 4, 2],
    [5, 4, 3, 1],
  ]) {
    t.throws(
      () => applyModel(lstm(3, 2), input("x", shape)),
      /lstm: its input must be x \[n, T, 3\], or \{ x, state \}, got \[[\d, ]+\]; put samples first/,
    );
  }
  t.throws(
    () => applyModel(lstmCell(3, 2), input("x", [5, 4, 3])),
    /lstmCell: its input must be x \[n, 3\], or \{ x, state \}, got \[5, 4, 3\]/,
  );
  t.throws(
    () => applyModel(lstm(3, 2) as Module<never, Node>, { y: input("x", [5, 4, 3]) } as never),
    /lstm: its input must be x alone, or .*, got \{ y \}; correct the name y/,
  );
  const state = (shape: number[]) => input("state", shape);
  t.throws(
    () => applyModel(gru(3, 2), { x, state: state([2, 2]) }),
    /gru, state: it must be \[2, 1, 2\], got \[2, 2\]; pass the state that it gave before/,
  );
  t.throws(
    () => applyModel(lstm(3, 2), { x, state: { h: state([2, 1, 2]), c: state([2, 2, 2]) } }),
    /lstm, state c: it must be \[2, 1, 2\], got \[2, 2, 2\]/,
  );
  t.throws(
    () => applyModel(lstm(3, 2), { x, state: state([2, 1, 2]) as never }),
    /lstm, state: .*a record of \{ c, h \}.*one leaf/,
  );
  t.end();
});
