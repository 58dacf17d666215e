/** Recurrent modules beside what PyTorch computed (test/torch/recurrent.py). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  add,
  applyModel,
  compile,
  constant,
  cpu,
  grad,
  gru,
  lstm,
  type Module,
  mul,
  type NestedArray,
  type Node,
  recurrent,
  reference,
  sum,
  tensor,
  variableOf,
} from "metrigrad";
import test from "tape";

/** Weights of a layer: those of the inputs, and the recurrent ones. */
type Weights = readonly [input: NestedArray, recurrent: NestedArray];
type State = { readonly h: NestedArray; readonly c?: NestedArray };

interface Case {
  readonly kind: "tanh" | "relu" | "lstm" | "gru";
  readonly shape: string;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly x: NestedArray;
  readonly state: State;
  readonly weights: Readonly<Record<string, Weights>>;
  readonly output: NestedArray;
  readonly last: State;
  readonly by: NestedArray;
  readonly ends: State;
  readonly gradients: Readonly<Record<string, Weights>> & { readonly x: NestedArray };
}

const { cases }: { readonly cases: readonly Case[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, "torch", "recurrent.json"), "utf8"),
);

/** What a module gives, of either kind of state. */
type Result = { readonly output: Node; readonly state: Node | Readonly<Record<"h" | "c", Node>> };
type Stateful = Module<never, Result>;

const backends = [
  { name: "reference", open: () => reference(), within: 1e-13 },
  { name: "cpu", open: () => cpu({ threads: 1 }), within: 2e-6 },
] as const;

const node = (values: NestedArray): Node => constant(tensor(values));

function moduleOf({ kind, layers, bidirectional }: Case): Stateful {
  const how = { layers, bidirectional, returns: "withState" } as const;
  if (kind === "lstm") return lstm(3, 2, how) as unknown as Stateful;
  if (kind === "gru") return gru(3, 2, how) as unknown as Stateful;
  return recurrent(3, 2, { ...how, activation: kind }) as unknown as Stateful;
}

function gap(got: ArrayLike<number>, expected: NestedArray): number {
  const values = [expected].flat(9) as number[];
  if (values.length !== got.length) return Number.POSITIVE_INFINITY;
  return Math.max(...values.map((value, i) => Math.abs(value - (got[i] as number))));
}

for (const { name: on, open, within } of backends) {
  test(`PyTorch: recurrent modules and their gradients, ${on}`, async (t) => {
    t.equal(cases.length, 12);
    const backend = await open();
    for (const one of cases) {
      const model = moduleOf(one);
      const store = await backend.store(model);
      const alone = model.variables.length === 2;
      const placeOf = (layer: string) => (alone ? "" : `${layer}/`);
      for (const [layer, [input, recurrent]] of Object.entries(one.weights)) {
        await store.write(`${placeOf(layer)}input`, tensor(input));
        await store.write(`${placeOf(layer)}recurrent`, tensor(recurrent));
      }
      const { h, c } = one.state;
      const x = node(one.x);
      const state = c === undefined ? node(h) : { h: node(h), c: node(c) };
      const { output, state: last } = applyModel(model, { x, state } as never).output;
      const lasts = "op" in last ? [last as Node] : [last.h, last.c];
      const ends = [one.ends.h, one.ends.c].slice(0, lasts.length) as NestedArray[];
      const loss = lasts.reduce(
        (total, end, k) => add(total, sum(mul(end, node(ends[k] as NestedArray)))),
        sum(mul(output, node(one.by))),
      );
      const slopes = grad(loss, [x, ...model.variables.map(({ spec }) => variableOf(spec))]);
      const program = await compile({ outputs: [output, ...lasts, ...slopes] }, store);
      const handles = await program.run();
      const got = await Promise.all(handles.map(async (handle) => (await handle.read()).data()));
      await program.close();
      const { x: byX, ...byWeights } = one.gradients;
      const expected: [string, NestedArray][] = [
        ["outputs", one.output],
        ...([one.last.h, one.last.c].slice(0, lasts.length) as NestedArray[]).map(
          (value, k): [string, NestedArray] => [`last ${"hc"[k]}`, value],
        ),
        ["gradient by x", byX],
        ...model.variables.map(({ path }): [string, NestedArray] => {
          const [layer, name] = alone ? ["layer0", path] : (path.split("/") as [string, string]);
          const both = byWeights[layer] as Weights;
          return [`gradient by ${path}`, both[name === "input" ? 0 : 1]];
        }),
      ];
      const worst = expected.map(([what, value], k) => {
        return [what, gap(got[k] as ArrayLike<number>, value)] as const;
      });
      const off = worst.filter(([, error]) => !(error < within));
      t.deepEqual(off, [], `${one.kind}, ${one.shape}: ${expected.length} values`);
    }
    await backend.close();
  });
}
