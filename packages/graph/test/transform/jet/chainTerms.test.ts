import test from "tape";
import { chainTerms } from "../../../src/transform/jet/chainTerms.ts";
import { type Derivative, derivativeOf, textOf } from "../../../src/transform/jet/parts.ts";

const single = (id: number) => ({ id, size: null, axes: null, within: null });
const stack = (id: number) => ({ id, size: 3, axes: null, within: null });
const first = (direction: ReturnType<typeof single> | ReturnType<typeof stack>) =>
  ({ direction, kind: "first" }) as const;
const summed = (direction: ReturnType<typeof stack>) => ({ direction, kind: "summed" }) as const;

/** "times × block / block, summed labels", sorted. */
const shown = (derivative: Derivative) =>
  chainTerms(derivative)
    .map(({ times, blocks, summed: over }) => {
      const parts = blocks.map((block) => textOf(block.derivative)).sort();
      return `${times} × ${parts.join(" / ")}${over.length > 0 ? `, ${over.length} summed` : ""}`;
    })
    .sort();

test("chainTerms: the fourth derivative along one direction has 1, 4, 3, 6, 1 (Faà di Bruno)", (t) => {
  const e = single(0);
  t.deepEqual(shown([first(e), first(e), first(e), first(e)]), [
    "1 × 0 / 0 / 0 / 0",
    "1 × 0 0 0 0",
    "3 × 0 0 / 0 0",
    "4 × 0 / 0 0 0",
    "6 × 0 / 0 / 0 0",
  ]);
  t.end();
});

test("chainTerms: Δ(φ∘h) = φ'Δh + φ''|∇h|²", (t) => {
  t.deepEqual(shown([summed(stack(0))]), ["1 × 0 / 0, 1 summed", "1 × 0Σ"]);
  t.end();
});

test("chainTerms: Δ² needs h, ∇h, the Hessian, ∇Δh and Δ²h", (t) => {
  const g = stack(0);
  t.deepEqual(shown([summed(g), summed(g)]), [
    "1 × 0 / 0 / 0 / 0, 2 summed",
    "1 × 0Σ / 0Σ",
    "1 × 0Σ 0Σ",
    "2 × 0 / 0 / 0Σ, 1 summed",
    "2 × 0 0 / 0 0, 2 summed",
    "4 × 0 / 0 / 0 0, 2 summed",
    "4 × 0 / 0 0Σ, 1 summed",
  ]);
  t.end();
});

test("chainTerms: as many partitions as Bell's numbers say", (t) => {
  for (const [order, count] of [1, 2, 5, 15, 52].entries()) {
    const derivative = derivativeOf(
      Array.from({ length: order + 1 }, (_, id) => first(single(id))),
    );
    const total = chainTerms(derivative).reduce((all, { times }) => all + times, 0);
    t.equal(total, count, `order ${order + 1}`);
  }
  t.end();
});
