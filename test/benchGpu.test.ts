/** The suite of the gpu backend: its problems, what it leaves out, and how its numbers are shown. */
import { BackendError, cpu, gpu, reference } from "metrigrad";
import test from "tape";
import type { Case } from "../bench/case.ts";
import { measureCase } from "../bench/case.ts";
import { placed } from "../bench/device.ts";
import type { Environment } from "../bench/environment.ts";
import type { Solvers } from "../bench/kit.ts";
import { naturalProblem, stepProblem } from "../bench/network.ts";
import { oursOn } from "../bench/ours/solvers.ts";
import type { Ours } from "../bench/ours/variants.ts";
import { paced } from "../bench/pace.ts";
import { pack, unpack } from "../bench/peers/browser/pack.ts";
import { measuringPage } from "../bench/peers/browser/page.ts";
import type { Problems } from "../bench/problems.ts";
import { type Result, resultOf } from "../bench/result.ts";
import type { Session } from "../bench/session.ts";
import { costsOf, grown } from "../bench/suites/gpu.ts";
import { blocks, product, tiny } from "../bench/suites/gpuCases.ts";
import { tables } from "../bench/table.ts";
import { targetTable } from "../bench/targets.ts";

const device = "mesa software llvmpipe";

const environment: Environment = {
  ...{ node: "v20", cpu: "one", cores: 1, memory: 1, load: 0, date: "2020-01-01", rounds: 9 },
  ...{ quick: false, versions: {}, adapters: { "metrigrad webgpu": device } },
  ...{ missing: { PyTorch: "python3 has no torch" }, remarks: [] },
};

/** A session that keeps what is said; nothing is loaded. */
function quiet(ours: readonly Ours[] = [], peers: Session["peers"] = []) {
  const said: string[] = [];
  const options = {
    suites: [],
    json: false,
    targets: false,
    write: false,
    tune: false,
    quick: true,
  };
  const session: Session = {
    options: { ...options, threads: 1, rounds: 1, least: 0.001, warm: 0, most: 100 },
    ours,
    peers,
    guests: [],
    missing: {},
    remarks: said,
    remark: (text) => said.push(text),
    wrong: (text) => said.push(`wrong: ${text}`),
    progress: () => {},
    join: async () => null,
    close: async () => {},
  };
  return { session, said };
}

test("bench gpu: the backends agree on its problems, whose answers are compared", async (t) => {
  const [device, host] = [await gpu({ mode: "cpu" }), await cpu({ threads: 1 })];
  const kit = (name: string, solvers: Ours["solvers"]): Ours => {
    const close = async () => {};
    return { name, version: "", variant: name, backend: host, single: null, solvers, close };
  };
  const { session, said } = quiet([kit("gpu", oursOn(device))], [kit("cpu", oursOn(host))]);
  const one = async <Kind extends keyof Problems>(kind: Kind, problem: Problems[Kind]) => {
    const shared = { suite: "gpu", name: kind, unit: "ms", better: "lower" } as const;
    const value = (seconds: number) => 1000 * seconds;
    const [result, ...others] = await measureCase(
      { ...shared, kind, problem, value, tolerance: 1e-4 } satisfies Case<Kind>,
      session,
    );
    t.equal(others.length, 0);
    t.deepEqual(Object.keys(result?.ratio ?? {}), ["cpu"], kind);
    t.ok((result?.ours ?? 0) > 0 && (result?.peers.cpu ?? 0) > 0);
  };
  await one("product", product(24));
  await one("tiny", tiny(5));
  await one("step", stepProblem("adam", [12, 8, 4], 6));
  await one("natural", naturalProblem([12, 8, 4], 6));
  await one("blocks", blocks(3, 10, 20));
  t.deepEqual(said, []);
  const doubled = kit("cpu", {
    product: (problem) => oursOn(host).product({ ...problem, a: problem.a.map((x) => 2 * x) }),
  });
  const wrong = quiet(session.ours, [doubled]);
  await measureCase(
    {
      ...{ suite: "gpu", name: "product", kind: "product", problem: product(8), unit: "s" },
      ...{ better: "lower", value: (seconds: number) => seconds, tolerance: 1e-4 },
    },
    wrong.session,
  );
  t.deepEqual(wrong.said, ["wrong: gpu product: cpu differs by 1.0e+0"]);
  await device.close();
  await host.close();
});

test("bench gpu: a network of natural steps goes down by the Fisher matrix of its rows", async (t) => {
  // One linear layer with one feature: W and its offset, by hand.
  const problem = { ...naturalProblem([1, 2], 2), learningRate: 1, damping: 1, momentum: 0 };
  const backend = await reference();
  const given = {
    ...problem,
    layers: [{ inputs: 1, outputs: 2, w: Float32Array.of(0, 0) }],
    x: Float32Array.of(1, -1),
    labels: Int32Array.of(0, 1),
  };
  const contestant = await oursOn(backend).natural(given);
  const losses = await contestant.result();
  // p = ½ at first: Δ = ±½, X̃'Δ/n = (∓½; 0), X̃'X̃/n + I = 2I, so w = ±¼ and the margin is ½.
  t.ok(Math.abs((losses?.[0] ?? 0) - Math.log(2)) < 1e-6, `${losses?.[0]}`);
  t.ok(Math.abs((losses?.[1] ?? 0) - Math.log(1 + Math.exp(-0.5))) < 1e-6, `${losses?.[1]}`);
  await contestant.close();
  await backend.close();
});

test("bench gpu: what would take too long is left out and named", async (t) => {
  const slow = (name: string, perUnit: number): Ours => ({
    ...{ name, version: "", variant: name, backend: null as never, single: null },
    solvers: {
      tiny: async ({ count }) => ({
        result: async () => [1],
        time: async (runs) => runs * count * perUnit,
        close: async () => {},
      }),
    },
    close: async () => {},
  });
  const measured: string[] = [];
  const cases = [1, 10, 100].map((work) => ({
    name: `tiny ${work}`,
    kind: "tiny" as const,
    work,
    measure: async (session: Session): Promise<Result[]> => {
      const kits = [...session.ours, ...session.peers];
      measured.push(`${work}: ${kits.map(({ name }) => name).join(", ")}`);
      for (const kit of kits) await (await kit.solvers.tiny?.(tiny(work)))?.time(2);
      if (work === 100) {
        throw new BackendError({ where: "gpu", must: "fit", got: "more", todo: "split" });
      }
      return [];
    },
  }));
  const first = quiet();
  const stepless = { ...slow("c", 0), solvers: {} };
  await grown(cases, slow("a", 0.001), [slow("b", 0.5), stepless], 1, first.session);
  t.deepEqual(measured, ["1: a, b", "10: a", "100: a"]);
  t.deepEqual(first.said, [
    "gpu tiny 10: b is left out: it would take about 5.0 s a run, above the 1 s that it may",
    "gpu tiny 100: b is left out: it would take about 50 s a run, above the 1 s that it may",
    "gpu tiny 100: metrigrad webgpu refuses it: gpu: fit, got more; split",
  ]);
  measured.length = 0;
  await grown(cases, slow("a", 0.2), [slow("b", 0)], 1, quiet().session);
  t.deepEqual(measured, ["1: a, b"], "without metrigrad there is nothing to compare");
});

test("bench gpu: pace is that of the last measurement", async (t) => {
  const solvers: Solvers = {
    tiny: async () => ({
      result: async () => [1],
      time: async (runs) => 3 * runs,
      close: async () => {},
    }),
  };
  const watched = paced({ name: "k", version: "", solvers, close: async () => {} });
  t.equal(watched.expect(100), 0, "unknown at first");
  watched.begin(10);
  const contestant = await watched.kit.solvers.tiny?.(tiny(1));
  t.equal(await contestant?.time(4), 12);
  t.equal(watched.expect(20), 6);
});

const found = (name: string, ours: number, torch: number) =>
  resultOf({
    ...{ suite: "gpu", case: name, unit: "GFLOP/s", better: "higher", device, ours },
    peers: { PyTorch: torch },
  });

test("bench gpu: a page solves what the host lays down for it", async (t) => {
  const problem = { kind: "sum", w: [{ x: Float32Array.of(1, 2.5) }], labels: Int32Array.of(-3) };
  const { json, parts } = pack(problem);
  t.deepEqual(parts, [problem.w[0]?.x, problem.labels]);
  const bytes = new Uint8Array(12);
  bytes.set(new Uint8Array(Float32Array.of(1, 2.5).buffer));
  bytes.set(new Uint8Array(problem.labels.buffer), 8);
  t.deepEqual(unpack(json, bytes.buffer), problem);

  const asked: unknown[] = [];
  const posted: number[] = [];
  const { fetch } = globalThis;
  globalThis.fetch = (async (url: string, options?: { readonly body: Float32Array }) => {
    if (options !== undefined) posted.push(...options.body);
    return { text: async () => json, arrayBuffer: async () => bytes.buffer, url };
  }) as never;
  try {
    const solvers: Solvers = {
      tiny: async (given) => {
        asked.push(given);
        return {
          result: async () => [4, 5],
          time: async (runs) => runs / 2,
          close: async () => void asked.push("closed"),
        };
      },
    };
    const page = measuringPage({ name: "k", version: "1", solvers, close: async () => {} }, device);
    t.deepEqual([page.kinds, page.version, page.device], [["tiny"], "1", device]);
    await page.pose("tiny");
    await page.result();
    t.equal(await page.time(6), 3);
    await page.close();
  } finally {
    globalThis.fetch = fetch;
  }
  t.deepEqual(asked, [problem, "closed"]);
  t.deepEqual(posted, [4, 5]);
});

test("bench gpu: a table says where it was measured and what did not run", async (t) => {
  const text = tables(environment, [found("product 512 webgpu", 1, 2)]);
  t.match(
    text,
    /^gpu: no real GPU was at hand; measured on mesa software llvmpipe, which runs on the/m,
  );
  t.match(text, /^- PyTorch: not run: python3 has no torch$/m);
  t.equal(placed("nvidia NVIDIA H100"), "measured on nvidia NVIDIA H100.");
});

test("bench gpu: targets of a card are judged on that card only", async (t) => {
  const results = [
    found("product 4096 webgpu", 34, 52),
    found("sgd 784-80-80-80-10, batch 50 webgpu", 5, 1),
  ];
  const rows = (adapter: string) =>
    targetTable(adapter === "" ? [] : results, adapter === "" ? {} : { ours: adapter })
      .split("\n")
      .filter((row) => row.includes("on an H100"));
  for (const row of rows(device)) t.match(row, /\| \| not judged: no real GPU was at hand \|$/);
  for (const row of rows("nvidia T4")) t.match(row, /\| \| not judged: this is nvidia T4 \|$/);
  for (const row of rows("")) t.match(row, /\| \| not measured \|$/);
  const [products, steps, blocks, , own, cost] = rows("nvidia NVIDIA H100 80GB");
  t.match(products ?? "", /≥ 0.65 \| 0.654 .* reached/);
  t.match(steps ?? "", /≥ 4 \| 5.00 .* reached/);
  t.match(blocks ?? "", /not measured/);
  t.match(own ?? "", /≥ 6667 \| 5.00 .* \*\*not reached/);
  t.match(cost ?? "", /≤ 1.6 .* not measured/);
});

test("bench gpu: a step of RNGD is stated in steps of SGD", async (t) => {
  const results = [
    found("sgd a, batch 1 webgpu", 30, 1),
    found("rngd a, batch 1 webgpu", 20, 1),
    found("rngd b, batch 1 webgpu", 20, 1),
  ];
  const costs = costsOf(results);
  t.equal(costs.length, 1, "a network without a step of sgd has none");
  t.equal(costs[0]?.case, "cost of rngd a, batch 1 webgpu");
  t.equal(costs[0]?.ours, 1.5);
  t.equal(costs[0]?.device, device);
});
