import test from "tape";
import { atomic, type I32, i32, i64, ModuleBuilder } from "../../src/wasm/index.ts";
import { instance, type Numbers } from "../support/module.ts";

test("atomic operations return the old value and change the word", (t) => {
  const operations: readonly (readonly [string, (p: I32) => I32, number])[] = [
    ["add", (p) => atomic.add(p, 5, 4), 15],
    ["sub", (p) => atomic.sub(p, 3, 4), 7],
    ["and", (p) => atomic.and(p, 6, 4), 2],
    ["or", (p) => atomic.or(p, 5, 4), 15],
    ["xor", (p) => atomic.xor(p, 2, 4), 8],
    ["exchange", (p) => atomic.exchange(p, 77, 4), 77],
    ["compareExchange, equal", (p) => atomic.compareExchange(p, 10, 99, 4), 99],
    ["compareExchange, unequal", (p) => atomic.compareExchange(p, 11, 99, 4), 10],
  ];
  for (const [name, make, after] of operations) {
    const m = new ModuleBuilder({ shared: true });
    m.func("go", { params: ["i32"], results: ["i32"], export: true }, (f, p) => {
      f.do(atomic.store(p, i32.const(10), 4), atomic.fence());
      f.result(make(p));
    });
    const { exports, memory } = instance(m, true);
    t.equal((exports.go as Numbers)(8), 10, `${name} returns the old value`);
    t.equal(new Int32Array(memory.buffer)[3], after, name);
  }
  t.end();
});

test("notify counts the waiters, wait sees an unequal word and a timeout", (t) => {
  const m = new ModuleBuilder({ shared: true });
  const options = { params: ["i32", "i32"], results: ["i32"], export: true } as const;
  m.func("notify", options, (f, p, n) => f.result(atomic.notify(p, n)));
  m.func("wait", options, (f, p, expected) => {
    f.result(atomic.wait(p, expected, i64.const(1000n)));
  });
  m.func("load", { params: ["i32"], results: ["i32"], export: true }, (f, p) => {
    f.result(atomic.load(p));
  });
  const { exports } = instance(m, true);
  t.equal((exports.notify as Numbers)(16, 1), 0);
  t.equal((exports.wait as Numbers)(16, 5), 1);
  t.equal((exports.wait as Numbers)(16, 0), 2);
  t.equal((exports.load as Numbers)(16), 0);
  t.end();
});
