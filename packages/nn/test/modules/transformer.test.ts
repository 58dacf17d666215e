import { constant } from "@metrigrad/graph";
import {
  type AnyModule,
  applyModel,
  transformerBlock,
  transformerDecoder,
  transformerEncoder,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { gap } from "../support/evaluate.ts";
import { standardBy } from "../support/standard.ts";
import { waves, wavesNode } from "../support/waves.ts";
import { withValues } from "../support/withValues.ts";

const [n, T, d] = [2, 3, 4] as const;
const query = wavesNode([n, T, d]);
const memory = wavesNode([n, 2, d], 2);

function valuesOf(model: AnyModule): Record<string, Float64Array> {
  const found = model.variables.map(({ path, spec: { shape } }, k) => {
    return [path, waves(shape, k).map((v) => v / 2)] as const;
  });
  return Object.fromEntries(found);
}

/** The values of one block, by their paths in it. */
function valuesIn(values: Readonly<Record<string, Float64Array>>, block: string) {
  const own = Object.entries(values).filter(([path]) => path.startsWith(`${block}/`));
  return Object.fromEntries(own.map(([path, value]) => [path.slice(block.length + 1), value]));
}

for (const remembers of [false, true]) {
  for (const normFirst of [false, true]) {
    const name = remembers ? "transformerDecoder" : "transformerEncoder";
    test(`${name}: blocks of their own one after the other${normFirst ? ", normalised at the end" : ""}`, async (t) => {
      const settings = { width: 3, normFirst };
      const model = (remembers ? transformerDecoder : transformerEncoder)(2, d, 2, settings);
      const values = valuesOf(model);
      const block = transformerBlock(d, 2, { ...settings, memory: remembers, causal: remembers });
      const step = async (h: ArrayLike<number>, which: string) => {
        const own = constant(tensor(Float64Array.from(h), { shape: [n, T, d] }));
        const input = remembers ? { query: own, memory } : own;
        return withValues(block, valuesIn(values, which), input);
      };
      const last = await step(await step(waves([n, T, d]), "block0"), "block1");
      const [scale, offset] = [values["norm/scale"], values["norm/offset"]];
      t.equal(scale !== undefined, normFirst, "a last normalisation");
      const expected =
        scale === undefined || offset === undefined
          ? last
          : standardBy(last, (i) => Math.floor(i / d), 1e-5).map(
              (v, i) => v * (scale[i % d] as number) + (offset[i % d] as number),
            );
      const got = await withValues(model, values, remembers ? { query, memory } : query);
      t.ok(gap(got, expected) < 1e-12);
    });
  }
}

test("transformerEncoder: padding reaches every block, the last normalisation can be chosen", async (t) => {
  const model = transformerEncoder(2, d, 2, { width: 3, finalNorm: true });
  t.ok(model.variables.some(({ path }) => path === "norm/scale"));
  const plain = transformerEncoder(2, d, 2, { width: 3, normFirst: true, finalNorm: false });
  t.notOk(plain.variables.some(({ path }) => path === "norm/scale"));
  const values = valuesOf(plain);
  const padding = constant(
    tensor([
      [0, 0, 1],
      [0, 0, 1],
    ]),
  );
  const got = await withValues(plain, values, { query, padding });
  // Positions that are left out act on no other: the first two are those of the shorter sequence.
  const short = waves([n, T, d]);
  const cut = Array.from({ length: n }, (_, s) => [
    ...short.slice(s * T * d, (s * T + 2) * d),
  ]).flat();
  const alone = await withValues(plain, values, constant(tensor(cut, { shape: [n, 2, d] })));
  const kept = Array.from({ length: n }, (_, s) => got.slice(s * T * d, (s * T + 2) * d)).flat();
  t.ok(gap(kept, alone) < 1e-12);
});

test("transformerDecoder: it is causal", async (t) => {
  const model = transformerDecoder(1, d, 2, { width: 3 });
  const values = valuesOf(model);
  const whole = await withValues(model, values, { query, memory });
  const short = waves([n, T, d]);
  const cut = Array.from({ length: n }, (_, s) => [
    ...short.slice(s * T * d, (s * T + 2) * d),
  ]).flat();
  const alone = await withValues(model, values, {
    query: constant(tensor(cut, { shape: [n, 2, d] })),
    memory,
  });
  const kept = Array.from({ length: n }, (_, s) => whole.slice(s * T * d, (s * T + 2) * d)).flat();
  t.ok(gap(kept, alone) < 1e-12);
  const open = transformerDecoder(1, d, 2, { width: 3, causal: false });
  const seen = await withValues(open, values, { query, memory });
  const other = Array.from({ length: n }, (_, s) => seen.slice(s * T * d, (s * T + 2) * d)).flat();
  t.ok(gap(other, alone) > 1e-3, "unless it says otherwise");
});

test("transformer stacks: what does not fit is refused", (t) => {
  t.throws(
    () => transformerEncoder(0, d, 2),
    /transformerEncoder: the number of blocks must be a positive integer, got 0/,
  );
  t.throws(() => transformerDecoder(1.5, d, 2), /transformerDecoder: the number of blocks/);
  t.throws(() => applyModel(transformerDecoder(1, d, 2), { query }), /give it the memory/);
  t.end();
});
