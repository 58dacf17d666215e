/** Every differentiable op of the table, as a function of its floats: carried derivatives against nested `jvp`. */
import { reference, type Store, sizeOf, type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import { caseTensor, type OpCase, type OpFunction } from "../../../src/check/case.ts";
import { evaluator, inputLike, noiseLike } from "../../../src/check/trace.ts";
import {
  add,
  constant,
  derivatives,
  jvp,
  type Node,
  opRows,
  reshape,
  slice,
} from "../../../src/index.ts";
import { gap } from "../../evaluate.ts";

const whole = process.env.METRIGRAD_SWEEP === "full";

/** Cases of an op that are compared; all of them in `npm run check`. */
const casesOf = whole ? Number.POSITIVE_INFINITY : 1;

/** What is compared in `npm run check` only: second derivatives of these compile for seconds. */
const slow: ReadonlySet<string> = new Set(whole ? [] : ["odeint"]);

/** Ops whose cases are larger than what is compared here. */
const mostFloats = 100;

/** A case as a function of one row with all of its floats. */
interface RowFunction {
  readonly f: (row: Node) => Node;
  readonly row: Tensor;
}

/** The case as such a function; null where nothing is differentiable. */
function rowFunction(f: OpFunction, one: OpCase): RowFunction | null {
  const inputs = one.inputs.map(caseTensor);
  const isFloat = (value: Tensor) => inputLike("", value).type === "float";
  const floats = inputs.filter(isFloat);
  const size = floats.reduce((all, { shape }) => all + sizeOf(shape), 0);
  const result = f(...inputs.map((value) => constant(value)));
  if (one.order === 0 || size === 0 || size > mostFloats || result.type !== "float") return null;
  return {
    row: tensor(Float64Array.from(floats.flatMap((value) => [...value.data()])), {
      shape: [1, size],
    }),
    f: (row) => {
      let from = 0;
      const nodes = inputs.map((value) => {
        if (!isFloat(value)) return constant(value);
        const begin = from;
        from += sizeOf(value.shape);
        return reshape(slice(row, [null, [begin, from]]), value.shape);
      });
      return reshape(f(...nodes), [1, sizeOf(result.shape)]);
    },
  };
}

/** Largest differences of first and second derivatives along a direction, and of a sum over a stack of two. */
async function differencesOf({ f, row }: RowFunction, name: string, store: Store) {
  const x = constant(row);
  const d = x.shape[1] as number;
  const u = derivatives(f, x);
  const once = (y: Node, v: Node) => jvp([y], [x], [v])[0] as Node;
  const twice = (v: Node) => once(once(u.value, v), v);
  const unit = (axis: number) =>
    constant(
      tensor(
        Float64Array.from({ length: d }, (_, k) => Number(k === axis)),
        { shape: [1, d] },
      ),
    );
  const v = constant(noiseLike([1, d], name));
  const ends = [...new Set([0, d - 1])];
  const pairs = [
    [u.directional(v), once(u.value, v)],
    [u.directional(v, v), twice(v)],
    [
      u.laplacian({ axes: ends }),
      ends.map((axis) => twice(unit(axis))).reduce((a, b) => add(a, b)),
    ],
  ] as const;
  const program = await evaluator(pairs.flat(), store);
  const found = (await program.run({})).map((one) => [...one.data()]);
  await program.close();
  return pairs.map((_, k) => {
    const [got, nested] = [found[2 * k] ?? [], found[2 * k + 1] ?? []];
    const size = nested.reduce((most, one) => Math.max(most, Math.abs(one)), 1);
    return gap(got, nested) / size;
  });
}

/** How many cases of an op were compared. */
const counts = new Map<string, number>();

test("derivatives of every op: those of nested jvp", async (t) => {
  const backend = await reference();
  const store = await backend.store([], { float: "f64" });
  for (const { op, f, cases } of opRows) {
    for (const one of cases) {
      const made = (counts.get(op) ?? 0) < casesOf && !slow.has(op) ? rowFunction(f, one) : null;
      if (made === null) continue;
      counts.set(op, (counts.get(op) ?? 0) + 1);
      const found = await differencesOf(made, `${op}, ${one.name}`, store);
      if (!found.every((off) => off < 1e-9)) t.fail(`${op}, ${one.name}: ${found.join(", ")}`);
    }
  }
  await store.close();
  await backend.close();
  t.ok(counts.size > 100, `${counts.size} ops`);
});

test("derivatives of every op: none is left out that has floats to differentiate by", (t) => {
  const differentiable = opRows.filter(({ f, cases }) =>
    cases.some((one) => {
      const inputs = one.inputs.map(caseTensor);
      const some = inputs.some((value) => inputLike("", value).type === "float");
      return (
        some && one.order !== 0 && f(...inputs.map((value) => constant(value))).type === "float"
      );
    }),
  );
  const missing = differentiable
    .filter(({ op }) => !counts.has(op) && !slow.has(op))
    .map(({ op }) => op);
  t.deepEqual([...new Set(missing)], []);
  t.end();
});
