import { mnist } from "@metrigrad/data";
import test from "tape";

const histogram = (labels: Iterable<number>, counts = new Array<number>(10).fill(0)) => {
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
};

test("mnist holds 70,000 images in splits of 50,000, 10,000 and 10,000", async (t) => {
  const { name, train, valid, test: held, inputScale, classes } = await mnist();
  t.equal(name, "mnist");
  t.deepEqual(
    [train, valid, held].map(({ inputs }) => inputs.shape),
    [
      [50_000, 784],
      [10_000, 784],
      [10_000, 784],
    ],
  );
  t.deepEqual(
    [train, valid, held].map(({ targets }) => targets.shape),
    [[50_000], [10_000], [10_000]],
  );
  t.equal(train.inputs.dtype, "u8");
  t.equal(train.targets.dtype, "i32");
  t.equal(inputScale, 1 / 255);
  t.equal(classes, 10);
  // Images per digit that the set is known to have: 60,000 and 10,000 added up.
  const known = [6903, 7877, 6990, 7141, 6824, 6313, 6876, 7293, 6825, 6958];
  const counts = histogram(train.targets.data());
  t.deepEqual(histogram(held.targets.data(), histogram(valid.targets.data(), counts)), known);
  // The mean of the 60,000 training images is known to be 0.1307; the pool's differs by little.
  let ink = 0;
  for (const value of train.inputs.data()) ink += value;
  t.ok(Math.abs(ink / train.inputs.size / 255 - 0.1307) < 0.001, "the mean ink is that of the set");
});

test("mnist splits by the seed", async (t) => {
  const of = (seed: number) => mnist({ seed, split: [100, 20, 20] });
  const [a, again, b] = await Promise.all([of(1), of(1), of(2)]);
  t.deepEqual(a.train.inputs.data(), again.train.inputs.data());
  t.deepEqual(a.test.targets.data(), again.test.targets.data());
  t.notDeepEqual(a.train.targets.data(), b.train.targets.data());
});

test("mnist keeps an image with its label", async (t) => {
  // A 1 has the least ink of all digits and a 0 the most: labels out of step would level the means.
  const { train } = await mnist({ split: [5000, 0, 0] });
  const pixels = train.inputs.data();
  const ink = new Float64Array(10);
  for (const [row, label] of train.targets.data().entries())
    for (let i = 0; i < 784; i++) ink[label]! += pixels[row * 784 + i]! / 255 / 784;
  const counts = histogram(train.targets.data());
  const means = [...ink].map((sum, digit) => sum / counts[digit]!);
  t.equal(means.indexOf(Math.min(...means)), 1);
  t.equal(means.indexOf(Math.max(...means)), 0);
  t.ok(means[0]! > 2 * means[1]!);
});

test("mnist refuses more rows than there are", async (t) => {
  try {
    await mnist({ split: [70_000, 1, 0] });
    t.fail("must throw");
  } catch (error) {
    t.match(String(error), /DataError: splitRows: the sizes must .* at most 70000/);
  }
});
