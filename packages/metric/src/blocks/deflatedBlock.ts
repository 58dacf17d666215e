import { add, eye, mul, type Node, reshape, square, sub, sum, vmap } from "@metrigrad/graph";
import type { Block } from "./block.ts";
import { denseCosts, exactLimit, iterative } from "./cost.ts";
import { defBlock } from "./defBlock.ts";
import { zeros } from "./first.ts";
import { held, holdWithin } from "./hold.ts";
import { productCost, small } from "./sumBlock.ts";

/**
 * The map Jδ = s∘(δ − w⟨q, δ⟩) of steps δ of a parameter [d, m].
 *
 * @category Metrics: blocks
 */
export interface Deflation {
  /** The direction q of the inner product, [d, m]. */
  readonly q: Node;
  /** The direction w that is taken out, [d, m]. */
  readonly w: Node;
  /** The scale s, [d, 1] or another shape that broadcasts to [d, m]. */
  readonly scale: Node;
}

/**
 * Pulls a block G back through the map Jδ = s∘(δ − w⟨q, δ⟩): the metric is J'GJ.
 *
 * That is the metric of a parameter that is divided by a linear function of itself. For W/⟨q, W⟩ take w = W/⟨q, W⟩
 * and s = 1/⟨q, W⟩. The block is over all columns. It multiplies by the products of G. It is solved by Cholesky
 * factors if it is small, else by conjugate gradients.
 *
 * @param base - The block G over the mapped parameter, [d, m].
 * @param deflation - The map: q, w and the scale s.
 * @param form - The name of the block, for {@link explain}; "deflatedBlock" by default.
 * @returns The block J'GJ, with coupled columns.
 * @nothrow
 * @category Metrics: blocks
 */
export function deflatedBlock(
  base: Block,
  { q, w, scale }: Deflation,
  form = "deflatedBlock",
): Block {
  const { d, m } = base;
  const size = d * m;
  const sizes = { size, matrices: 1, sides: 1 };
  const [dense] = denseCosts(sizes);
  const cg = iterative(productCost(base) + 4 * size, sizes);
  const through = (v: Node, by: { q: Node; w: Node; scale: Node }, times: (u: Node) => Node) => {
    const forward = mul(sub(v, mul(by.w, sum(mul(by.q, v)))), by.scale);
    const back = mul(times(forward), by.scale);
    return sub(back, mul(by.q, sum(mul(by.w, back))));
  };
  const now = { q, w, scale };
  const apply = (v: Node) => through(v, now, (u) => base.apply(u));
  const diagonal = () => {
    const sw = mul(scale, w);
    const gw = base.apply(sw);
    const own = mul(base.diagonal(), square(scale));
    const across = mul(mul(q, mul(scale, gw)), 2);
    return add(sub(own, across), mul(square(q), sum(mul(sw, gw))));
  };
  return defBlock({
    kind: "pulled back",
    form,
    d,
    m,
    n: base.n,
    columns: "coupled",
    costs: dense.floats <= exactLimit && dense.build <= small ? [dense, cg] : [cg, dense],
    rowFloats: base.rowFloats,
    apply: (v, hold) => {
      if (hold === null) return apply(v);
      const kept = {
        q: held(hold, "q", q, zeros),
        w: held(hold, "w", w, zeros),
        scale: held(hold, "scale", scale, zeros),
      };
      // Any solver will do here, since only its product is used.
      const inner = base.prepare(holdWithin(hold, "base"), { solver: "cg" });
      return through(v, kept, (u) => inner.apply(u));
    },
    trace: () => reshape(sum(diagonal()), [1]),
    diagonal,
    toMatrices: () => {
      const basis = reshape(eye(size), [size, d, m]);
      return reshape(vmap(apply)(basis), [1, size, size]);
    },
  });
}
