import { interleaved } from "../measure.ts";
import {
  type ConvShape,
  convContestant,
  convParts,
  convWork,
  productContestant,
} from "../ours/conv.ts";
import { type Result, resultOf } from "../result.ts";
import type { Session } from "../session.ts";

/** LeNet's layers on 28×28 and those of a small residual network on 32×32, batches of 50. */
const layers: Readonly<Record<string, ConvShape>> = {
  "1→6 5×5 of 28×28": { n: 50, inputs: 1, outputs: 6, side: 28, kernel: 5, stride: 1, padding: 0 },
  "6→16 5×5 of 12×12": {
    n: 50,
    inputs: 6,
    outputs: 16,
    side: 12,
    kernel: 5,
    stride: 1,
    padding: 0,
  },
  "3→16 3×3 of 32×32": {
    n: 50,
    inputs: 3,
    outputs: 16,
    side: 32,
    kernel: 3,
    stride: 1,
    padding: 1,
  },
  "16→16 3×3 of 32×32": {
    n: 50,
    inputs: 16,
    outputs: 16,
    side: 32,
    kernel: 3,
    stride: 1,
    padding: 1,
  },
  "16→32 3×3/2 of 32×32": {
    n: 50,
    inputs: 16,
    outputs: 32,
    side: 32,
    kernel: 3,
    stride: 2,
    padding: 1,
  },
  "32→64 3×3/2 of 16×16": {
    n: 50,
    inputs: 32,
    outputs: 64,
    side: 16,
    kernel: 3,
    stride: 2,
    padding: 1,
  },
};

/** Convolutions and their gradients beside plain products with the same arithmetic, GFLOP/s. */
export async function conv(session: Session): Promise<Result[]> {
  const results: Result[] = [];
  for (const [name, shape] of Object.entries(layers)) {
    for (const part of convParts) {
      session.progress(`conv ${name} ${part}`);
      for (const { variant, backend, single } of session.ours) {
        const contestants = [
          await convContestant(backend, part, shape),
          await productContestant(single?.backend ?? backend, part, shape),
        ];
        const seconds = await interleaved(contestants, session.options);
        const [ours, plain] = seconds.map((took) => convWork(shape) / took / 1e9) as [
          number,
          number,
        ];
        const label = single === null ? "plain product" : "plain product, 1 thread";
        results.push(
          resultOf({
            ...{ suite: "conv", case: `${name} ${part} ${variant}`, unit: "GFLOP/s" },
            ...{ better: "higher", ours, peers: { [label]: plain } },
          }),
        );
        for (const contestant of contestants) await contestant.close();
      }
    }
  }
  return results;
}
