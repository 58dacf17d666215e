import test from "tape";
import { checksums, crc32 } from "../../src/numpy/checksums.ts";

test("crc32 gives the check value of the standard", async (t) => {
  // The value for the digits 1 … 9 that catalogues of CRCs list, and that of an empty file.
  t.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  t.equal(crc32(new Uint8Array(0)), 0);
});

test("what is no archive has no checksums", async (t) => {
  t.deepEqual(checksums(new Uint8Array(100)), []);
  t.deepEqual(checksums(new Uint8Array(0)), []);
});
