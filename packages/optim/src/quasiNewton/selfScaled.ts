import {
  add,
  concat,
  div,
  equal,
  exp,
  expandDims,
  eye,
  greater,
  log,
  matmul,
  maximum,
  minimum,
  mul,
  type Node,
  reciprocal,
  reshape,
  slice,
  sqrt,
  sub,
  where,
} from "@metrigrad/graph";
import { inner } from "../core/inner.ts";
import type { MakeInverse } from "./inverseHessian.ts";

/** The least a, in place of 0, which it is if H is exact along the step. */
const least = 1e-14;

/**
 * Makes an inverse Hessian of the self-scaled Broyden family, a dense H [P, P] (Al-Baali 1998; Urbán, Stefanou and
 * Pons 2025, section 2).
 *
 * H ← (H − uu'/y'u + φ y'u vv')/τ + ss'/s'y with u = Hy and v = s/s'y − u/y'u.
 */
export const selfScaled: MakeInverse = (size, slot) => {
  const inverse = slot("inverse", { shape: [size, size], init: () => identity(size) });
  const pairs = slot("pairs", { shape: [] });
  return {
    empty: equal(pairs, 0),
    next: ({ s, y, sy, sBs, taken }, forget, gradient) => {
      const columns = concat([expandDims(y, 1), expandDims(gradient, 1)], 1);
      const images = matmul(inverse, columns);
      const [u, image] = [0, 1].map((at) =>
        reshape(slice(images, [null, [at, at + 1]]), [size]),
      ) as [Node, Node];
      const given = (value: Node) => where(taken, value, 1);
      const [bend, product] = [given(inner([y], [u])), given(sy)];
      const { tau, phi } = scaling(div(bend, product), div(given(sBs), product), size);
      const v = sub(div(s, product), div(u, bend));
      const terms: readonly (readonly [vector: Node, weight: Node])[] = [
        [u, div(-1, mul(bend, tau))],
        [v, div(mul(phi, bend), tau)],
        [s, reciprocal(product)],
      ];
      const rest = reciprocal(tau);
      const changed = terms.reduce(
        (sum, [one, weight]) => add(sum, mul(mul(expandDims(one, 1), weight), expandDims(one, 0))),
        mul(inverse, rest),
      );
      const turned = terms.reduce(
        (sum, [one, weight]) => add(sum, mul(one, mul(weight, inner([one], [gradient])))),
        mul(image, rest),
      );
      const count = where(forget, 0, where(taken, 1, pairs));
      return {
        image: where(forget, gradient, where(taken, turned, image)),
        empty: equal(count, 0),
        updates: (clear) => [
          [inverse, where(clear, eye(size), where(taken, changed, inverse))],
          [pairs, where(clear, 0, count)],
        ],
      };
    },
  };
};

/** Returns τ and φ of a step from h = y'Hy/s'y and b = s'Bs/s'y (the equations of SSBroyden). */
function scaling(h: Node, b: Node, size: number): { readonly tau: Node; readonly phi: Node } {
  const a = maximum(sub(mul(h, b), 1), least);
  const c = sqrt(div(a, add(a, 1)));
  const rho = minimum(1, mul(h, sub(1, c)));
  const theta = maximum(div(sub(rho, 1), a), minimum(reciprocal(rho), div(sub(1, b), b)));
  const sigma = add(1, mul(a, theta));
  const root = size === 1 ? sigma : exp(mul(log(sigma), 1 / (1 - size)));
  const scale = minimum(1, reciprocal(b));
  const positive = greater(theta, 0);
  const tau = where(
    positive,
    mul(scale, minimum(root, reciprocal(where(positive, theta, 1)))),
    minimum(mul(scale, root), sigma),
  );
  return { tau, phi: div(sub(1, theta), sigma) };
}

function identity(size: number): Float64Array {
  const values = new Float64Array(size * size);
  for (let at = 0; at < size; at++) values[at * (size + 1)] = 1;
  return values;
}
