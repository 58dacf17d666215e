import { BackendError } from "@metrigrad/tensor";
import test from "tape";
import { Device } from "../../src/backend/device.ts";
import { sequence } from "../../src/plan/sequence.ts";
import {
  asI32,
  atomic,
  drop,
  type FunctionBuilder,
  type I32,
  i32,
  ModuleBuilder,
  unreachable,
} from "../../src/wasm/index.ts";

const open = (threads: number) => Device.create({ relaxed: false, threads, grain: 0 });

type Body = (f: FunctionBuilder, part: I32) => void;

/** Loads a program of phases: `shared` ones for all threads or `count` of them, others for the first. */
async function load(
  device: Device,
  phases: readonly { readonly shared: boolean; readonly count?: number; readonly body: Body }[],
): Promise<() => void> {
  const { pool, sync } = device.threads as NonNullable<Device["threads"]>;
  const program = pool.next();
  const m = new ModuleBuilder({ shared: true });
  const fork = { ...sync.importInto(m), program, threads: device.parts };
  const funcs = phases.map(({ shared, count = device.parts, body }, at) => ({
    addresses: [],
    parts: shared ? count : 1,
    func: m.func(`phase${at}`, { params: ["i32", "i32"] }, (f, part) => body(f, part)),
  }));
  sequence(m, "run", 0, funcs, fork);
  const module = new WebAssembly.Module(m.encode());
  await pool.load(program, module);
  const { exports } = new WebAssembly.Instance(module, { env: device.imports });
  return () => {
    try {
      (exports.run as (thread: number, base: number) => void)(0, 0);
    } catch (error) {
      throw pool.fail(error);
    }
  };
}

/** The message of the BackendError that a call throws. */
function thrown(t: test.Test, call: () => void): string {
  try {
    call();
  } catch (error) {
    t.ok(error instanceof BackendError, "BackendError");
    return (error as Error).message;
  }
  t.fail("expected an error");
  return "";
}

test("pool: every part runs once, and sees what all did in the phase before", async (t) => {
  for (const threads of [2, 3, 5]) {
    const device = await open(threads);
    const words = device.heap.allocate(64 * threads, "words");
    const round = device.heap.allocate(64, "round");
    const word = (part: I32 | number) => i32.add(words, i32.mul(i32.const(64), asI32(part)));
    const next = (f: FunctionBuilder, at: I32) => f.do(i32.store(at, i32.add(i32.load(at), 1)));
    const phases = [
      { shared: false, body: (f: FunctionBuilder) => next(f, i32.const(round)) },
      { shared: true, body: (f: FunctionBuilder, part: I32) => next(f, f.let(word(part))) },
      {
        // Loads are not atomic: the order of phases must be enough.
        shared: true,
        body: (f: FunctionBuilder) => {
          for (let other = 0; other < threads; other++) {
            const same = i32.eq(i32.load(word(other)), i32.load(round));
            f.if(i32.eqz(same), () => f.do(unreachable()));
          }
        },
      },
    ];
    const short = await load(device, phases);
    const long = await load(device, Array.from({ length: 200 }, () => phases).flat());
    const turns = threads === 2 ? 300 : 20;
    for (let turn = 0; turn < turns; turn++) {
      for (let run = 0; run < 20; run++) short();
      long();
    }
    t.equal(
      new Int32Array(device.heap.memory.buffer)[round / 4],
      turns * 220,
      `${threads} threads`,
    );
    await device.close();
  }
});

test("pool: phases of fewer parts than threads, in any order", async (t) => {
  const device = await open(5);
  const words = device.heap.allocate(64 * 5, "words");
  const phases = [2, 5, 3, 2, 4, 5, 2, 3].map((count) => ({
    shared: true,
    count,
    body: (f: FunctionBuilder, part: I32) => {
      const word = f.let(i32.add(words, i32.mul(i32.const(64), asI32(part))));
      f.do(i32.store(word, i32.add(i32.load(word), 1)));
    },
  }));
  const run = await load(device, phases);
  for (let turn = 0; turn < 200; turn++) run();
  const found = new Int32Array(device.heap.memory.buffer);
  const times = [0, 1, 2, 3, 4].map((part) => found[(words + 64 * part) / 4]);
  t.deepEqual(
    times,
    [8, 8, 5, 3, 2].map((count) => 200 * count),
  );
  await device.close();
});

test("pool: an error in a thread reaches the caller and ends the pool", async (t) => {
  for (const inWorker of [false, true]) {
    for (const threads of [2, 3]) {
      const device = await open(threads);
      const word = device.heap.allocate(64, "word");
      const body: Body = (f, part) => {
        // Both parts are taken before one of them fails.
        f.do(drop(atomic.add(word, 1)));
        f.loop((again) => f.brIf(again, i32.lt_u(atomic.load(word), 2)));
        const bad = inWorker ? i32.ne(part, 0) : i32.eqz(part);
        f.if(bad, () => f.do(unreachable()));
      };
      const run = await load(device, [{ shared: true, body }]);
      const pattern = /cpu, threads: every thread must do its part, got RuntimeError: unreachable/;
      t.match(thrown(t, run), pattern, `worker ${inWorker}, ${threads} threads`);
      t.match(
        thrown(t, () => device.check("test")),
        pattern,
      );
      await device.close();
      await device.close();
      t.match(
        thrown(t, () => device.check("test")),
        /test: the backend must be open/,
      );
    }
  }
});

test("pool: what a worker cannot load is refused", async (t) => {
  const device = await open(2);
  const m = new ModuleBuilder({ shared: true });
  m.import("missing", { params: [], results: [] });
  const module = new WebAssembly.Module(m.encode());
  const { pool } = device.threads as NonNullable<Device["threads"]>;
  const message = await pool.load(pool.next(), module).then(
    () => "",
    (error) => (error as Error).message,
  );
  t.match(message, /every thread must do its part, got .*missing/);
  const run = await load(device, [{ shared: true, body: () => {} }]);
  run();
  t.pass("the pool goes on");
  await device.close();
  const closed = await pool.load(1, module).then(
    () => "",
    (error) => (error as Error).message,
  );
  t.match(closed, /got closed threads/);
});

test("pool: threads see memory that grew later", async (t) => {
  const device = await open(2);
  const grown: number[] = [];
  for (let turn = 0; turn < 20; turn++) {
    const address = device.heap.allocate(3e6, "growth");
    grown.push(address);
    const body: Body = (f, part) => {
      const own = f.let(i32.add(address + 2999990, i32.mul(part, 4)));
      f.do(i32.store(own, i32.add(part, 7)));
    };
    (await load(device, [{ shared: true, body }]))();
    const view = new DataView(device.heap.memory.buffer, address);
    t.deepEqual([view.getInt32(2999990, true), view.getInt32(2999994, true)], [7, 8]);
  }
  await device.close();
});
