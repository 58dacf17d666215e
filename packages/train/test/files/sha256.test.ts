import { createHash } from "node:crypto";
import { uniformStream } from "@metrigrad/tensor";
import test from "tape";
import { pieces, plainSha256, sha256, sha256Of } from "../../src/files/sha256.ts";

test("the examples of FIPS 180-4", (t) => {
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  const none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  t.equal(sha256Of("abc"), abc);
  t.equal(plainSha256().digest(), none);
  const hash = plainSha256();
  hash.update(Uint8Array.of(97));
  hash.update(Uint8Array.of(98, 99));
  t.equal(hash.digest(), abc);
  t.end();
});

test("the one of pages is that of Node, for all lengths around a block and in pieces", (t) => {
  const { uniform } = uniformStream({ seed: 1, path: "sha256" });
  const bytes = Uint8Array.from({ length: 5000 }, (_, at) => 256 * uniform(at));
  for (const length of [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 121, 128, 4999]) {
    const own = bytes.subarray(0, length);
    const wanted = createHash("sha256").update(own).digest("hex");
    const [plain, nodes] = [plainSha256(), sha256()];
    for (const hash of [plain, nodes]) {
      hash.update(own.subarray(0, length >> 1));
      hash.update(own.subarray(length >> 1));
    }
    t.deepEqual([plain.digest(), nodes.digest()], [wanted, wanted], `${length} bytes`);
  }
  t.end();
});

test("bytes in pieces share their memory", (t) => {
  const bytes = new Uint8Array(2 ** 24 + 3);
  const all = [...pieces(bytes)];
  t.deepEqual(
    all.map((piece) => piece.length),
    [2 ** 24, 3],
  );
  t.ok(all.every(({ buffer }) => buffer === bytes.buffer));
  t.end();
});
