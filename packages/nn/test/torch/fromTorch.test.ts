/** Own layouts, names and errors of the exchange with PyTorch. test/torchExchange.test.ts has recorded files. */
import { mul } from "@metrigrad/graph";
import {
  attention,
  batchNorm,
  defModule,
  dense,
  fromTorch,
  ones,
  param,
  repeat,
  sequential,
  toTorch,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";

const linear = {
  weight: tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]),
  bias: tensor([7, 8]),
};

test("fromTorch: a linear map is transposed, with the bias in the last row", (t) => {
  const values = fromTorch(dense(3, 2), linear);
  t.deepEqual(values.get("w")?.toArray(), [
    [1, 4],
    [2, 5],
    [3, 6],
    [7, 8],
  ]);
  const back = toTorch(dense(3, 2), values);
  t.deepEqual([...back.keys()], ["weight", "bias"]);
  t.deepEqual(back.get("weight")?.toArray(), linear.weight.toArray());
  t.deepEqual(back.get("bias")?.toArray(), [7, 8]);
  t.end();
});

test("fromTorch: 64 bits stay, and statistics count as seen", (t) => {
  const bias = tensor([0.1, 0.2], { dtype: "f64" });
  t.equal(fromTorch(dense(3, 2), { ...linear, bias }).get("w")?.dtype, "f64");
  const two = tensor([1, 2]);
  const norm = { weight: two, bias: two, running_mean: two, running_var: two };
  const tracked = { ...norm, num_batches_tracked: tensor(Int32Array.of(3)) };
  for (const tensors of [norm, tracked]) {
    const values = fromTorch(batchNorm(2), tensors);
    t.equal(values.get("seen")?.item(), 1);
    t.deepEqual(values.get("variance")?.toArray(), [1, 2]);
    t.deepEqual([...toTorch(batchNorm(2), values).keys()].sort(), Object.keys(norm).sort());
  }
  t.end();
});

test("fromTorch: a module of one's own says its layout, and else keeps names and shapes", (t) => {
  const apply = ({ gain }: { readonly gain: Parameters<typeof mul>[0] }, x: never) => mul(x, gain);
  const params = { gain: param([2, 3], ones) };
  const plain = defModule({ name: "plain", params, apply });
  const gain = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  t.deepEqual(fromTorch(sequential(plain()), { "0.gain": gain }).get("plain0/gain"), gain);
  const own = defModule({
    name: "own",
    params: () => ({ gain: param([2, 3], ones) }),
    apply,
    torch: () => ({ params: { gain: [{ name: "scale", shape: [3, 2], order: [1, 0] }] } }),
  });
  const scale = tensor([
    [1, 4],
    [2, 5],
    [3, 6],
  ]);
  const model = sequential(own(), own());
  const names = { own1: "last.scaled" };
  const given = { "0.scale": scale, "last.scaled.scale": scale };
  const values = fromTorch(model, given, { names });
  t.deepEqual(values.get("own1/gain")?.toArray(), gain.toArray());
  t.deepEqual(
    toTorch(model, values, { names }).get("last.scaled.scale")?.toArray(),
    scale.toArray(),
  );
  const odd = defModule({
    name: "odd",
    params: { gain: param([2], ones) },
    apply,
    torch: () => ({ params: { gain: [{ name: "scale", shape: [3] }] } }),
  });
  t.throws(
    () => fromTorch(odd(), {}),
    /gain: the pieces of its layout must have 2 elements.*got 3/,
  );
  t.end();
});

test("fromTorch: a shared parameter is taken once, and copies one by one", (t) => {
  const gain = param([2], ones);
  const apply = ({ g }: { readonly g: Parameters<typeof mul>[0] }, x: never) => mul(x, g);
  const tied = defModule({ name: "tied", params: { g: gain }, apply });
  const values = fromTorch(sequential(tied(), tied()), { "0.g": tensor([1, 2]) });
  t.deepEqual([...values.keys()], ["tied0/g"]);
  const norms = repeat(batchNorm(1), 2);
  const one = (v: number) => tensor([v]);
  const parts = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];
  const given = parts.flatMap((name, k) => [0, 1].map((c) => [`${c}.${name}`, one(k + 10 * c)]));
  const stacked = fromTorch(norms, Object.fromEntries(given));
  t.deepEqual(stacked.get("mean")?.toArray(), [[2], [12]]);
  t.deepEqual(stacked.get("seen")?.toArray(), [1, 1]);
  t.end();
});

test("fromTorch: an error names what is missing, unexpected or of another shape", (t) => {
  const model = sequential(dense(3, 2), dense(2, 2));
  const first = { "0.weight": linear.weight, "0.bias": linear.bias };
  t.throws(
    () =>
      fromTorch(model, {
        ...first,
        "2.weight": tensor([
          [1, 2],
          [3, 4],
        ]),
      }),
    /missing: 1\.weight \[2, 2\]; unexpected: 2\.weight \[2, 2\]; pass PyTorch's names/,
  );
  t.throws(
    () => fromTorch(dense(2, 3), linear),
    /wrong: \[2, 3\] for weight \[3, 2\], \[2\] for bias \[3\]/,
  );
  const words = { ...linear, bias: tensor(Int32Array.of(1, 2)) };
  t.throws(() => fromTorch(dense(3, 2), words), /wrong: i32 for bias \[2\]/);
  t.throws(
    () => fromTorch(attention(4, 2), {}),
    /missing: in_proj_weight \[12, 4\], out_proj.weight \[4, 4\]; pass/,
  );
  t.throws(
    () => fromTorch(model, first, { names: { dense2: "2" } }),
    /each path must be that of a module: dense0, dense1, got dense2/,
  );
  t.throws(() => fromTorch(model, first, { prefix: "a" } as never), /prefix/);
  t.throws(
    () => fromTorch(dense as never, first),
    /its first argument must be a module, got function/,
  );
  t.throws(
    () => fromTorch(model, { "0.weight": 3 } as never),
    /0\.weight must be a tensor, got a number/,
  );
  t.throws(() => toTorch(dense(3, 2), {}), /there must be a value \[4, 2\] for w, got none/);
  t.throws(() => toTorch(dense(3, 2), { w: tensor([1]) }), /for w, got \[1\]/);
  t.end();
});
