import { type Backend, BackendError } from "@metrigrad/tensor";
import test from "tape";
import { choose, decide } from "../../src/auto/choose.ts";

/** A backend that has a name and counts how often it is closed. */
function fake(name: string) {
  let closed = 0;
  const backend: Backend = {
    name,
    floats: ["f32"],
    describe: () => `${name}: a fake`,
    store: async () => {
      throw new Error("what measures is injected, so nothing is stored");
    },
    close: async () => {
      closed++;
    },
  };
  return { backend, open: async () => backend, closed: () => closed };
}

const failure = new BackendError({ where: "gpu()", must: "answer", got: "none", todo: "install" });

test("auto: the quicker one is taken with both times, and the other is closed", async (t) => {
  for (const [seconds, taken, why] of [
    [{ cpu: 0.005, gpu: 0.02 }, "cpu", "cpu, which is 4 times as fast"],
    [{ cpu: 0.02, gpu: 0.0005 }, "gpu", "gpu, which is 40 times as fast"],
  ] as const) {
    const [cpu, gpu] = [fake("cpu"), fake("gpu")];
    const choice = await choose({ cpu: cpu.open, gpu: gpu.open }, async ({ name }) => {
      return seconds[name as "cpu" | "gpu"];
    });
    t.equal(choice.backend.name, taken);
    const numbers = `a run takes ${1000 * seconds.cpu} ms on the cpu and ${1000 * seconds.gpu} ms on the gpu`;
    t.equal(choice.why, `${why}: ${numbers} (gpu: a fake)`);
    t.deepEqual([cpu.closed(), gpu.closed()], taken === "cpu" ? [0, 1] : [1, 0]);
  }
});

test("auto: a gpu that is hopeless need not be measured to the end", async (t) => {
  const told: number[] = [];
  const { backend, why } = await choose(
    { cpu: fake("cpu").open, gpu: fake("gpu").open },
    async ({ name }, enough) => {
      told.push(enough);
      return name === "cpu" ? 0.25 : 10;
    },
  );
  t.deepEqual(told, [Number.POSITIVE_INFINITY, 2.5]);
  t.equal(backend.name, "cpu");
  t.match(
    why,
    /^cpu, which is at least 40 times as fast: .* 250 ms on the cpu and at least 10000 ms on/,
  );
});

test("auto: equally quick is the cpu", async (t) => {
  t.equal(decide(0.001, 0.001).name, "cpu");
  t.equal(decide(0.001, 0.00099).name, "gpu");
  t.equal(decide(0, 0).name, "cpu");
});

test("auto: where no gpu answers the cpu is taken, and the reason has the gpu's error", async (t) => {
  const cpu = fake("cpu");
  let measured = 0;
  const choice = await choose({ cpu: cpu.open, gpu: () => Promise.reject(failure) }, async () => {
    return ++measured;
  });
  t.equal(choice.backend, cpu.backend);
  t.equal(choice.why, `cpu, since no gpu answers: ${failure.message}`);
  t.deepEqual([measured, cpu.closed()], [0, 0], "nothing is measured, nothing closed");
});

test("auto: a backend that fails while it is measured is not taken", async (t) => {
  for (const failing of ["cpu", "gpu"]) {
    const [cpu, gpu] = [fake("cpu"), fake("gpu")];
    const { backend, why } = await choose({ cpu: cpu.open, gpu: gpu.open }, async ({ name }) => {
      if (name === failing) throw failure;
      return 1;
    });
    const other = failing === "cpu" ? "gpu" : "cpu";
    t.equal(backend.name, other);
    t.match(why, new RegExp(`^${other}, since the ${failing} backend fails: gpu\\(\\): answer`));
    t.deepEqual([cpu.closed(), gpu.closed()], failing === "cpu" ? [1, 0] : [0, 1]);
  }
});

test("auto: other errors are thrown, and both are closed", async (t) => {
  for (const [measure, expected] of [
    [() => Promise.reject(failure), /^BackendError: gpu\(\): answer/],
    [() => Promise.reject(new RangeError("mine")), /^RangeError: mine/],
    [async () => undefined, /auto: what measures must return the seconds of a run, got undefined/],
    [async () => Number.NaN, /got NaN; pass trainingTime/],
  ] as const) {
    const [cpu, gpu] = [fake("cpu"), fake("gpu")];
    const error = await choose({ cpu: cpu.open, gpu: gpu.open }, measure as never).then(
      () => null,
      (reason) => reason,
    );
    t.match(String(error), expected);
    t.deepEqual([cpu.closed(), gpu.closed()], [1, 1]);
  }
});
