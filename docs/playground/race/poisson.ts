import {
  add,
  applyModel,
  compile,
  dense,
  gaussian,
  gridPoints,
  laplacian,
  mean,
  mul,
  type Node,
  prod,
  relativeError,
  sequential,
  sin,
  square,
  tanh,
  tensor,
  trainingStep,
  uniformStream,
} from "metrigrad";
import type { Task } from "./task.ts";

const [inside, edge] = [900, 120];
const box = { low: [0, 0], high: [1, 1] };

/** sin πx sin πy, the solution of −Δu = 2π² sin πx sin πy in the unit square with u = 0 on its boundary. */
const exact = (x: Node) => prod(sin(mul(Math.PI, x)), { axis: 1, keepDims: true });

/** Points that are drawn once: inside of the square, and on its sides in turn. */
function pointsOf(seed: number) {
  const { uniform } = uniformStream({ seed, path: "points" });
  const within = Float64Array.from({ length: 2 * inside }, (_, i) => uniform(i));
  const around = Float64Array.from({ length: 2 * edge }, (_, i) => {
    const [side, axis] = [Math.floor(i / 2) % 4, i % 2];
    return axis === side % 2 ? uniform(2 * inside + i) : Math.floor(side / 2);
  });
  return {
    inside: tensor(within, { shape: [inside, 2] }),
    edge: tensor(around, { shape: [edge, 2] }),
  };
}

/** Poisson's equation in two dimensions, as in docs/experiment-pde.md: 2-64-1 with tanh, 900 points inside and 120 at the edge. */
export function poisson(seed: number): Task {
  const points = pointsOf(seed);
  return {
    start: async (backend, optimizer, steps) => {
      const model = sequential(dense(2, 64, { activation: tanh }), dense(64, 1));
      const float = backend.floats.includes("f64") ? "f64" : "f32";
      const store = await backend.store(model, { seed, float });
      const training = await trainingStep(store, {
        optimizer,
        steps,
        feeds: { inside: [inside, 2], edge: [edge, 2] },
        loss: (at, { apply, observe }) => {
          const u = (x: Node) => apply(model, x);
          const r = add(laplacian(u, at.inside), mul(2 * Math.PI ** 2, exact(at.inside)));
          const b = u(at.edge);
          observe(r, gaussian());
          observe(b, gaussian());
          return add(mul(0.5, mean(square(r))), mul(0.5, mean(square(b))));
        },
      });
      const u = (x: Node) => applyModel(model, x, { mode: "infer" }).output;
      const error = relativeError(u, exact, gridPoints([51, 51], box));
      const measured = await compile({ outputs: { error } }, store);
      return {
        step: () => training.advance(points),
        settle: () => training.check(),
        measure: async () => ({ error: (await (await measured.run()).error.read()).item() }),
        close: async () => {
          await measured.close();
          await training.close();
          await store.close();
        },
      };
    },
  };
}
