import test from "tape";
import { networkOf } from "../../../src/cli/plan/network.ts";
import { UsageError } from "../../../src/cli/usage.ts";

test("networkOf: bandwidth and latency in their units", (t) => {
  const cases: readonly (readonly [string, number, number])[] = [
    ["100Gbit,2us", 12.5e9, 2e-6],
    ["100Gbit/s, 2 us", 12.5e9, 2e-6],
    ["1Gbit,30µs", 0.125e9, 30e-6],
    ["800Mbit,1ms", 0.1e9, 1e-3],
    ["25GB,900ns", 25e9, 900e-9],
    ["1.5MB,0ms", 1.5e6, 0],
    ["1.25e1GB,5e-1us", 12.5e9, 0.5e-6],
  ];
  for (const [text, bandwidth, latency] of cases) {
    const found = networkOf(text);
    t.ok(Math.abs(found.bandwidth / bandwidth - 1) < 1e-12, text);
    t.ok(Math.abs(found.latency - latency) < 1e-15, text);
    t.equal(found.text, text);
  }
  t.end();
});

test("networkOf: refusals name the part that is wrong", (t) => {
  const refusal = (text: string) => {
    try {
      return JSON.stringify(networkOf(text));
    } catch (error) {
      return error instanceof UsageError ? error.message : `no refusal: ${error}`;
    }
  };
  t.match(
    refusal("100Gbit"),
    /^--network: it must be a bandwidth and a latency, such as 100Gbit,2us .*, got "100Gbit"; see metrigrad plan --help$/,
  );
  t.match(refusal("fast,2us"), /got the bandwidth "fast" in "fast,2us"/);
  t.match(refusal("0Gbit,2us"), /got the bandwidth "0Gbit"/);
  t.match(refusal("-1Gbit,2us"), /got the bandwidth "-1Gbit"/);
  t.match(refusal("100Gbit,2"), /got the latency "2"/);
  t.match(refusal("100Gbit,2s"), /got the latency "2s"/);
  t.match(refusal("2us,100Gbit"), /got the bandwidth "2us"/);
  t.match(refusal("100gbit,2us"), /got the bandwidth "100gbit"/, "bits and bytes are not guessed");
  t.match(refusal("1constructor,2us"), /got the bandwidth/);
  t.match(refusal(""), /got ""/);
  t.match(refusal("1Gbit,2us,3"), /got "1Gbit,2us,3"/);
  t.end();
});
