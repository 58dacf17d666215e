import { add, derivatives, gaussian, type Node, slogdet, stack, zerosLike } from "metrigrad";

/** Where a map of the plane takes points, z [n, 2], and their ln p in nats if z is normal, [n]. */
export function lnDensity(f: (x: Node) => Node, x: Node): { z: Node; logs: Node } {
  const map = derivatives(f, x);
  const jacobian = stack([map.partial(0), map.partial(1)], 2);
  const z = map.value;
  return { z, logs: add(gaussian().logProb(z, zerosLike(z)), slogdet(jacobian).logAbsDet) };
}
