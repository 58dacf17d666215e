import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type MnistOptions, mnist } from "@metrigrad/data";
import { gzipSync } from "fflate";
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

/** Files of so many images, each with the same ink, and of labels 0, 1, … */
function smallFiles(rows: number): { images: Uint8Array; labels: Uint8Array } {
  const images = new Uint8Array(16 + rows * 784).fill(9);
  images.set([0, 0, 8, 3, 0, 0, 0, rows, 0, 0, 0, 28, 0, 0, 0, 28]);
  const labels = Uint8Array.from([
    0,
    0,
    8,
    1,
    0,
    0,
    0,
    rows,
    ...Array.from({ length: rows }, (_, i) => i % 10),
  ]);
  return { images, labels };
}

test("mnist takes bytes, packed or not, and addresses", async (t) => {
  const { images, labels } = smallFiles(20);
  const bytes = { "t10k-images-idx3-ubyte": gzipSync(images), "t10k-labels-idx1-ubyte": labels };
  const split = [12, 4, 4] as const;
  const given = await mnist({ bytes, subset: "10k", split });
  t.deepEqual(given.train.inputs.shape, [12, 784]);
  t.deepEqual(
    histogram(
      given.test.targets.data(),
      histogram(given.valid.targets.data(), histogram(given.train.targets.data())),
    ),
    new Array(10).fill(2),
  );
  const asked: string[] = [];
  const found = await mnist({
    split,
    subset: "10k",
    fetch: async (name) => {
      asked.push(name);
      const file = bytes[name as keyof typeof bytes];
      return file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer;
    },
  });
  t.deepEqual(asked, ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]);
  t.deepEqual(found.train.targets.data(), given.train.targets.data());

  const server = createServer((request, response) => {
    const file = bytes[(request.url ?? "").replace("/digits/", "") as keyof typeof bytes];
    response.writeHead(file === undefined ? 404 : 200).end(file);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const at = `http://127.0.0.1:${port}`;
  const read = await mnist({ fetch: `${at}/digits/`, subset: "10k", split });
  t.deepEqual(read.train.targets.data(), given.train.targets.data());
  const message = async (options: MnistOptions) => mnist(options).then(() => "no error", String);
  t.match(
    await message({ fetch: `${at}/other`, subset: "10k" }),
    /^DataError: mnist: http.*t10k-images.* must answer, got status 404; check/,
  );
  t.match(
    await message({ fetch: "http://127.0.0.1:1", subset: "10k" }),
    /DataError: mnist: http:\/\/127.* must answer, got /,
  );
  t.match(
    await message({ bytes, split }),
    /DataError: mnist: bytes must have a Uint8Array for train-images-idx3-ubyte, got none/,
  );
  const torn = { ...bytes, "t10k-images-idx3-ubyte": gzipSync(images).subarray(0, 40) };
  t.match(
    await message({ bytes: torn, subset: "10k" }),
    /DataError: mnist: t10k-images-idx3-ubyte must be whole, got /,
  );
  t.match(await message({ bytes, fetch: at }), /mnist: bytes or fetch must be given, got both/);
  t.match(await message({ subset: "1k" } as never), /mnist: subset must be "10k", got "1k"/);
  t.match(await message({ sead: 1 } as never), /mnist/);
});

test("mnist has a small set", async (t) => {
  const { train, valid, test: held } = await mnist({ subset: "10k" });
  t.deepEqual(
    [train, valid, held].map(({ inputs }) => inputs.shape[0]),
    [8000, 1000, 1000],
  );
  const counts = [train, valid, held].reduce(
    (all, { targets }) => histogram(targets.data(), all),
    histogram([]),
  );
  // Images per digit that the 10,000 of the test set are known to have.
  t.deepEqual(counts, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
});

test("mnist refuses more rows than there are", async (t) => {
  try {
    await mnist({ split: [70_000, 1, 0] });
    t.fail("must throw");
  } catch (error) {
    t.match(String(error), /DataError: splitRows: the sizes must .* at most 70000/);
  }
});
