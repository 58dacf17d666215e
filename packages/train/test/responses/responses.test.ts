import { bernoulli } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { gridPoints, responses, uniformPoints } from "../../src/index.ts";

const box = { low: [0], high: [1] };
const at = uniformPoints(5, box);
const of = (u: (x: never) => never, x: unknown) => u(x as never);
const one = (part: object) => () => responses({ part: { at, of, ...part } } as never);

test("responses: named parts as a frozen value", (t) => {
  const problem = responses({
    inside: { at, of: (u, x) => u(x), weight: 2 },
    data: { at: { x: tensor([[1], [2]]), y: [[3], [4]] }, of: (u, { x }) => u(x) },
  });
  t.deepEqual(Object.keys(problem.parts), ["inside", "data"]);
  t.equal(problem.parts.inside?.weight, 2);
  t.ok(Object.isFrozen(problem) && Object.isFrozen(problem.parts.inside));
  t.end();
});

test("responses: refusals at the door", (t) => {
  t.throws(() => responses({}), /responses: there must be a part, got none/);
  t.throws(one({ wieght: 1 }), /responses, part: options must be among at, of.*got wieght/);
  t.throws(one({ at: undefined }), /at must be a sampler, values \[n, …\], or a record/);
  t.throws(one({ at: {} }), /at must be a sampler.*got none/);
  t.throws(one({ at: tensor(3) }), /points must be \[n, …\], one in each row/);
  t.throws(one({ at: { x: [[1], [2]], y: [[1]] } }), /for the same points, got 2 and 1 rows/);
  t.throws(one({ at: [[1], [Number.NaN]] }), /points must be finite, got NaN/);
  t.throws(one({ of: 3 }), /of must be a function, got number/);
  t.throws(one({ weight: -1 }), /weight must be finite and not negative, got -1/);
  t.throws(one({ resample: 0.5 }), /resample must be a number of steps, or 0, got 0.5/);
  t.throws(one({ at: [[1]], resample: 5 }), /left out where no points are drawn/);
  t.throws(one({ at: gridPoints([3], box), resample: 5 }), /left out where no points are drawn/);
  t.throws(one({ law: bernoulli() }), /law and targets must be given together, got a law alone/);
  t.throws(one({ targets: () => 1 }), /law and targets must be given together, got targets/);
  t.throws(one({ law: 3, targets: () => 1 }), /law must be a law, got number/);
  t.throws(one({ law: bernoulli(), targets: 3 }), /targets must be a function, got number/);
  t.end();
});
