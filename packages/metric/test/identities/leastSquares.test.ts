import { affine, constant, mean, mul, square, sub, sum } from "@metrigrad/graph";
import { sharedGram } from "@metrigrad/metric";
import { Matrix, pseudoInverse } from "ml-matrix";
import test from "tape";
import { backends } from "../support/backends.ts";
import { asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { direction } from "../support/step.ts";

for (const on of backends) {
  test(`T13 linear layer, γ = 1: one RNGD step from anywhere is the least-squares solution, on ${on.name}`, async (t) => {
    const [x, y] = [matrixOf("x", 20, 4), matrixOf("y", 20, 3)];
    const reference = constant(asTensor(x));
    for (const start of ["here", "there"]) {
      const w = matrixOf(start, 5, 3, 5);
      const step = await direction(
        {
          w,
          loss: (p) =>
            mul(
              mean(sum(square(sub(affine(reference, p), constant(asTensor(y)))), { axis: 1 })),
              0.5,
            ),
          block: () => sharedGram(reference, 3),
        },
        {},
        on,
      );
      const best = pseudoInverse(augmented(x)).mmul(y);
      t.ok(gap(Matrix.add(w, step).to1DArray(), best.to1DArray()) < on.limit(1e-11, 1e-5), start);
    }
  });
}
