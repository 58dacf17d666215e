import test from "tape";
import { addressAt, addressFromBase, isAddress, placeOf } from "../../src/wasm/address.ts";

test("addresses are told apart from numbers of 32 bits, and bytes are added to them", (t) => {
  t.deepEqual([0, 1024, 2 ** 31, 2 ** 32 - 1, -1].map(isAddress), [
    false,
    false,
    false,
    false,
    false,
  ]);
  t.ok(isAddress(addressAt(0)) && isAddress(addressFromBase(0)));
  t.equal(placeOf(addressAt(1000) + 24, 1e6), 1024);
  t.equal(placeOf(addressAt(2 ** 32 - 8) - 8, 1e6), 2 ** 32 - 16);
  t.equal(placeOf(addressFromBase(64) - 16, 4096), 4144);
  t.end();
});

test("what is no address of memory has no place", (t) => {
  const nowhere = [addressAt(8) + addressAt(8), addressAt(0) - 8, addressFromBase(2 ** 32), 1024];
  for (const address of nowhere) t.throws(() => placeOf(address, 0), /not in memory/);
  t.end();
});
