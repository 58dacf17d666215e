import { BackendError } from "@metrigrad/tensor";
import test from "tape";
import { Device } from "../../src/backend/device.ts";
import {
  atomic,
  drop,
  type FunctionBuilder,
  type I32,
  i32,
  ModuleBuilder,
  unreachable,
} from "../../src/wasm/index.ts";

type Run = (part: number, parts: number) => void;

const open = (threads: number) => Device.create({ relaxed: false, threads, grain: 0 });

/** Loads a program that forks, runs `body`, and meets at a barrier. */
async function load(
  device: Device,
  body: (f: FunctionBuilder, part: I32, barrier: () => void) => void,
): Promise<Run> {
  const { pool, sync } = device.threads as NonNullable<Device["threads"]>;
  const program = pool.next();
  const m = new ModuleBuilder({ shared: true });
  const { fork, barrier } = sync.importInto(m);
  m.func("run", { params: ["i32", "i32"], export: true }, (f, part) => {
    f.if(i32.eqz(part), () => f.call(fork, program, 0));
    body(f, part, () => f.call(barrier, part));
    f.call(barrier, part);
  });
  const module = new WebAssembly.Module(m.encode());
  await pool.load(program, module);
  const { exports } = new WebAssembly.Instance(module, { env: device.imports });
  const run = exports.run as Run;
  return (part, parts) => {
    try {
      run(part, parts);
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

test("pool: between barriers every thread sees what all did before", async (t) => {
  for (const threads of [2, 3, 5]) {
    const device = await open(threads);
    const rounds = threads === 2 ? 5000 : 300;
    const word = device.heap.allocate(64, "word");
    const everyRound = (threads * (threads + 1)) / 2;
    const run = await load(device, (f, part, barrier) => {
      const expected = f.let(i32.const(0));
      f.for(f.local("i32"), 0, rounds, 1, () => {
        f.do(drop(atomic.add(word, i32.add(part, 1))));
        f.increment(expected, everyRound);
        barrier();
        // Not an atomic load: the barrier must be enough.
        f.if(i32.ne(i32.load(word), expected), () => f.do(unreachable()));
        barrier();
      });
    });
    for (let turn = 0; turn < 3; turn++) {
      const words = new Int32Array(device.heap.memory.buffer);
      words[word / 4] = 0;
      run(0, threads);
      t.equal(words[word / 4], rounds * everyRound, `${threads} threads`);
    }
    await device.close();
  }
});

test("pool: an error in a thread reaches the caller and ends the pool", async (t) => {
  for (const [bad, threads] of [
    [0, 2],
    [1, 2],
    [2, 3],
  ] as const) {
    const device = await open(threads);
    const run = await load(device, (f, part, barrier) => {
      barrier();
      f.if(i32.eq(part, bad), () => f.do(unreachable()));
      barrier();
    });
    const pattern = /cpu, threads: every thread must do its part, got RuntimeError: unreachable/;
    t.match(
      thrown(t, () => run(0, threads)),
      pattern,
      `part ${bad} of ${threads}`,
    );
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
  const run = await load(device, () => {});
  run(0, 2);
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
    const run = await load(device, (f, part) => {
      const own = f.let(i32.add(address + 2999990, i32.mul(part, 4)));
      f.do(i32.store(own, i32.add(part, 7)));
    });
    run(0, 2);
    const view = new DataView(device.heap.memory.buffer, address);
    t.deepEqual([view.getInt32(2999990, true), view.getInt32(2999994, true)], [7, 8]);
  }
  await device.close();
});
