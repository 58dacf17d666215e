import test from "tape";
import { benches } from "../bench.ts";

for (const [name, make] of benches) {
  test(`convolve adds what each tap meets, ${name}`, async (t) => {
    // Two rows, one channel, three taps; place p meets b[p + 1], b[p], b[p − 1].
    const one = make();
    const near = await one.run({
      kind: "convolve",
      a: one.input([1, 10, 100, 0, 0, 1], [2, 1, 3]),
      b: one.input([1, 2, 3], [1, 3]),
      shift: [1],
      dilation: [1],
      output: one.output([2, 4]),
      label: "",
    });
    t.deepEqual(near, [[12, 123, 230, 300, 0, 1, 2, 3]], "beyond the ends is zero");

    // Two channels on two axes: b[p + (0, 1) − (t, 2u)], the second channel ten times the first.
    const two = make();
    const apart = await two.run({
      kind: "convolve",
      a: two.input([1, 2, 0, 5, 1, 0, 0, 0], [1, 2, 2, 2]),
      b: two.input([1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60], [2, 2, 3]),
      shift: [0, 1],
      dilation: [1, 2],
      output: two.output([1, 2, 3]),
      label: "",
    });
    // Channel 0: 1·b(p, q+1) + 2·b(p, q−1) + 5·b(p−1, q−1); channel 1: 1·b(p, q+1).
    t.deepEqual(apart, [[22, 35, 4, 55, 66 + 8 + 5, 10 + 10]], "taps two places apart");
  });

  test(`convolve of a batch whose weights are shared, ${name}`, async (t) => {
    const b = make();
    const a = b.input([2, 1], [1, 1, 1, 2]);
    const got = await b.run({
      kind: "convolve",
      a: { ...a, shape: [2, 1, 1, 2], strides: a.strides.with(0, 0) },
      b: b.input([1, 2, 3, 4], [2, 1, 2]),
      shift: [0],
      dilation: [1],
      output: b.output([2, 1, 3]),
      label: "",
    });
    t.deepEqual(got, [[2, 5, 2, 6, 11, 4]]);
  });
}
