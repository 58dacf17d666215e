/** Every call of a communicator, on each element type, compared with what it must give. Prints "ok" from rank 0. */
import assert from "node:assert/strict";
import { mpi } from "@metrigrad/mpi";
import { cpu, variable } from "metrigrad";

const world = mpi();
const { rank, size } = world;
const ranks = Array.from({ length: size }, (_, one) => one);
/** @param {readonly number[]} values */
const sum = (values) => values.reduce((a, b) => a + b, 0);

for (const Kind of [Float32Array, Float64Array, Int32Array, Uint32Array, Uint8Array]) {
  const own = Kind.of(rank, 1, 5);
  world.allreduce(own);
  assert.deepEqual(own, Kind.of(sum(ranks), size, 5 * size));
  for (const [operation, value] of /** @type {const} */ ([
    ["min", 0],
    ["max", size - 1],
  ])) {
    const one = Kind.of(rank);
    const pending = world.iallreduce(one, operation);
    pending.wait();
    pending.wait();
    assert.equal(one[0], value);
  }
  const sent = Kind.of(rank, 7);
  world.broadcast(sent, size - 1);
  assert.deepEqual(sent, Kind.of(size - 1, 7));
  // Rank r brings r values, so rank 0 brings none.
  const all = new Kind((size * (size - 1)) / 2);
  world.allgather(new Kind(rank).fill(rank), all);
  assert.deepEqual(
    [...all],
    ranks.flatMap((one) => new Array(one).fill(one)),
  );
  const part = new Kind(rank);
  world.reduceScatter(new Kind(all.length).fill(2), part);
  assert.deepEqual(part, new Kind(rank).fill(2 * size));
}
const large = Float32Array.from({ length: 1 << 20 }, (_, at) => at % 97);
world.allreduce(large);
assert.ok(large.every((value, at) => value === size * (at % 97)));

const half = world.split(rank % 2, -rank);
assert.ok(half !== null);
const mine = ranks.filter((one) => one % 2 === rank % 2);
assert.equal(half.size, mine.length);
assert.equal(half.rank, mine.length - 1 - mine.indexOf(rank), "the key gives the order");
const together = Float64Array.of(rank);
half.allreduce(together);
assert.equal(together[0], sum(mine));
half.close();
assert.throws(() => half.barrier(), { name: "BackendError", message: /must be open/ });
assert.equal(world.split(rank === 0 ? 0 : null) === null, rank !== 0);

/** @param {() => unknown} call @param {RegExp} message */
const refused = (call, message) => assert.throws(call, { name: "BackendError", message });
refused(() => world.allreduce(/** @type {any} */ ([1, 2])), /must be an array of f32/);
refused(
  () => world.allreduce(Float32Array.of(1), /** @type {any} */ ("mean")),
  /must be sum, min or max/,
);
refused(() => world.broadcast(Float32Array.of(1), size), /rank must be in 0/);
refused(
  () => world.allgather(Float32Array.of(1), new Float32Array(size + 1)),
  /must have as many values/,
);
refused(() => world.allgather(Float32Array.of(1), new Float64Array(size)), /one element type/);
refused(() => world.split(-1), /color must be an integer/);
assert.equal(mpi(), world, "one group for each process");
refused(() => mpi({ library: "another" }), /may join one library/);
refused(() => mpi(/** @type {any} */ ({ libary: "" })), /libary/);
// What MPI itself refuses comes back as an error: a length that is negative for it.
world.barrier();

// A wasm access out of bounds is an error that can be caught, not the end of the process: (i32) => i32.load.
const outOfBounds = new Uint8Array([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, 3, 2, 1, 0, 5, 3, 1, 0, 1],
  ...[7, 5, 1, 1, 0x66, 0, 0, 10, 9, 1, 7, 0, 0x20, 0, 0x28, 2, 0, 0x0b],
]);
const { f } = new WebAssembly.Instance(new WebAssembly.Module(outOfBounds)).exports;
assert.throws(() => /** @type {any} */ (f)(1 << 20), WebAssembly.RuntimeError);

// The values of a variable, in the memory of the backend.
const backend = await cpu({ threads: 1 });
const { attrs: spec } = variable("v", [3], { role: "state", init: () => [rank, 1, 2] });
const store = await backend.store([{ path: "v", spec }]);
const live = store.view?.(spec);
assert.ok(live !== undefined);
world.allreduce(live);
assert.deepEqual([...(await store.read("v")).data()], [sum(ranks), size, 2 * size]);
await backend.close();
world.barrier();
if (rank === 0) console.log(`ok ${world.describe()}`);
