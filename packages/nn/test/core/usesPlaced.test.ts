/** Uses of parameters that stand along an inner axis, of padding, and of positions. */
import {
  add,
  constant,
  equal,
  gather,
  input,
  iota,
  mul,
  type Node,
  reshape,
  square,
  tanh,
  where,
} from "@metrigrad/graph";
import {
  type Application,
  applyModel,
  defModule,
  type LookupUse,
  outputRows,
  type ParameterSpec,
  param,
  type ScaleUse,
  type Use,
  zeros,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { evaluate, numbers } from "../support/evaluate.ts";
import { waves } from "../support/waves.ts";

/** The uses of parameters that act on x. */
function usesOf(
  shapes: Readonly<Record<string, readonly number[]>>,
  x: Node,
  apply: (params: Readonly<Record<string, Node>>, x: Node) => Node,
): readonly Use[] {
  const params = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, param(shape, zeros)]),
  ) as Readonly<Record<string, ParameterSpec>>;
  const own = defModule({ name: "own", params, apply: (bound, rows: Node) => apply(bound, rows) });
  const { applications } = applyModel(own(), x);
  return (applications[0] as Application).uses;
}

const images = input("x", [5, 3, 2, 4]);
const lift = (one: Node | undefined) => reshape(one as Node, [3, 1, 1]);
const kinds = (uses: readonly Use[]) =>
  uses.map(({ kind, parameters }) => [kind, parameters.length]);

test("uses: scale and shift along the channels of images, in whatever order they stand", (t) => {
  const forms: Readonly<Record<string, (a: Node, x: Node, b: Node) => Node>> = {
    "[c, 1, 1]": (a, x, b) => add(mul(x, lift(a)), lift(b)),
    "[1, c, 1, 1]": (a, x, b) => add(mul(x, reshape(a, [1, 3, 1, 1])), reshape(b, [1, 3, 1, 1])),
    swapped: (a, x, b) => add(lift(b), mul(lift(a), x)),
  };
  for (const [name, form] of Object.entries(forms)) {
    for (const shapes of [
      { scale: [3], offset: [3] },
      { offset: [3], scale: [3] },
    ]) {
      const uses = usesOf(shapes, images, ({ scale, offset }, x) =>
        form(scale as Node, x, offset as Node),
      );
      t.deepEqual(kinds(uses), [["scale", 2]], name);
      const [use] = uses as readonly [ScaleUse & Use];
      t.equal(use.behind, 2);
      t.deepEqual(use.rows?.shape, [40, 3]);
      t.deepEqual([use.scale, use.shift], [...use.parameters]);
      const read = use.consumers.map(([node, at]) => node.inputs[at]);
      t.deepEqual(read, [...use.parameters], "consumers read the parameters");
    }
  }
  t.end();
});

test("uses: rows of channels are in the order of samples, then positions", async (t) => {
  const x = constant(tensor(waves([2, 3, 2, 2]), { shape: [2, 3, 2, 2] }));
  const [use] = usesOf({ gain: [3] }, x, ({ gain }, rows) => mul(rows, lift(gain)));
  if (use?.kind !== "scale") throw new Error(use?.kind);
  const values = waves([2, 3, 2, 2]);
  const expected = Array.from({ length: 24 }, (_, i) => {
    const [sample, position, channel] = [Math.floor(i / 12), Math.floor(i / 3) % 4, i % 3];
    return values[(sample * 3 + channel) * 4 + position] as number;
  });
  t.deepEqual(await numbers(use.rows as Node), expected);
  t.deepEqual(outputRows(use).shape, [8, 3]);
  const [shift] = usesOf({ by: [3] }, x, ({ by }, rows) => add(rows, lift(by)));
  if (shift?.kind !== "scale") throw new Error(shift?.kind);
  t.deepEqual([shift.behind, shift.rows, shift.scale], [2, null, null]);
});

test("uses: an axis that does not fit, or a reshape that is read twice, is free", (t) => {
  const ways: Readonly<Record<string, (a: Node, x: Node) => Node>> = {
    "the axis of samples": (a, x) => mul(reshape(x, [3, 5, 2, 4]), reshape(a, [3, 1, 1, 1])),
    "another size": (a, x) => mul(reshape(x, [5, 1, 6, 4]), lift(a)),
    "read twice": (a, x) => {
      const lifted = lift(a);
      return add(mul(x, lifted), square(lifted));
    },
    "no product": (a, x) => add(x, tanh(lift(a))),
  };
  for (const [name, way] of Object.entries(ways)) {
    const uses = usesOf({ a: [3] }, images, ({ a }, x) => way(a as Node, x));
    t.deepEqual(kinds(uses), [["free", 1]], name);
  }
  const apart = usesOf({ a: [3], b: [4] }, images, ({ a, b }, x) =>
    add(mul(x, lift(a)), b as Node),
  );
  t.deepEqual(
    kinds(apart),
    [
      ["scale", 1],
      ["scale", 1],
    ],
    "of other axes",
  );
  t.end();
});

test("uses: a lookup knows which rows a condition leaves out", async (t) => {
  const tokens = constant(tensor(Int32Array.of(0, 2, 1, 2), { shape: [2, 2] }));
  const masked = (shape: readonly number[]) =>
    usesOf({ table: [3, 2] }, tokens, ({ table }, x) =>
      where(reshape(equal(x, 2), shape), 0, gather(table as Node, x)),
    );
  const [use] = masked([2, 2, 1]) as readonly [LookupUse & Use];
  t.equal(use.kind, "lookup");
  const [kept] = await evaluate([use.kept as Node]);
  t.deepEqual(kept?.toArray(), [
    [1, 0],
    [1, 0],
  ]);
  t.deepEqual(use.outputs.shape, [2, 2, 2]);
  t.equal(use.outputs.inputs[2], use.consumers[0]?.[0], "what comes after the condition");
  const [across] = masked([1, 2, 2]) as readonly [LookupUse & Use];
  t.equal(across.kept, null, "a condition that is not one for each row");
  const swapped = usesOf({ table: [3, 2] }, tokens, ({ table }, x) =>
    where(reshape(equal(x, 2), [2, 2, 1]), gather(table as Node, x), 0),
  );
  t.equal((swapped[0] as LookupUse).kept, null);
});

test("uses: rows of all positions that are added to every sample are a lookup", async (t) => {
  const x = input("x", [2, 3, 4]);
  const [use] = usesOf({ table: [5, 4] }, x, ({ table }, rows) =>
    add(rows, gather(table as Node, iota(3))),
  ) as readonly [LookupUse & Use];
  t.equal(use.kind, "lookup");
  t.deepEqual(await numbers(use.indices), [0, 1, 2, 0, 1, 2]);
  t.deepEqual(use.outputs.shape, [2, 3, 4]);
  t.equal(use.kept, null);
  const free = usesOf({ table: [5, 4] }, x, ({ table }, rows) =>
    mul(rows, gather(table as Node, iota(3))),
  );
  t.deepEqual(kinds(free), [["free", 1]], "rows that multiply");
});
