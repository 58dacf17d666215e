import { insideLoop, makeNode, type Node, reshape, type Variable } from "@metrigrad/graph";
import { activationIn, copiesUse } from "./copiesUse.ts";
import type { AffineUse, Use } from "./use.ts";
import { type Edge, endsAt, isSlice, type Site, siteInside } from "./useSite.ts";

/**
 * Returns the use in the loop that reads a parameter; null if no loop reads it. The use is the use of one turn with the
 * rows of all turns. If every turn reads a slice of the parameter, there is a use for each copy.
 */
export function loopedUse(
  parameter: Variable,
  [node, input]: Edge,
  site: Site,
  useOf: (parameter: Variable, edge: Edge, site: Site) => Use,
): Use | null {
  const loop = insideLoop(node);
  if (loop === null) return null;
  const edgesOf = (one: Node) =>
    (site.readers.get(one) ?? []).filter(([reader]) => insideLoop(reader)?.key === loop.key);
  const edges = edgesOf(parameter);
  const common = { looped: true, activated: null } as const;
  const free: Use = { kind: "free", parameters: [parameter], consumers: edges, ...common };
  const place = loop.places[input] as Variable;
  const sliced = isSlice(loop, input);
  if ((input >= loop.fixed && !sliced) || edges.some(([, at]) => at !== input)) return free;
  const inner = siteInside(loop, node.inputs, site, sliced);
  const [first, ...others] = inner.readers.get(place) ?? [];
  // A parameter that acts in several ways in one turn cannot be moved in one of them alone.
  if (first === undefined || others.length > 0 || inner.exits.has(place)) return free;
  const use = useOf(place, first, inner);
  // Grouped uses in a loop have no rows of all turns here, and copies of copies have no blocks.
  if (use.kind === "free" || use.kind === "grouped" || use.kind === "copies") return free;
  if (!use.consumers.every(([reader]) => endsAt(reader, use.outputs, inner))) return free;
  const outside = (one: Node) => node.inputs[loop.places.indexOf(one)] as Variable;
  const parameters = (use.parameters as readonly Variable[]).map(outside);
  const consumers = parameters.flatMap(edgesOf);
  if (sliced) return { ...copiesUse(use, loop, inner, parameters), consumers, ...common };
  const outputs = loop.stack(use.outputs);
  const all = { consumers, outputs, ...common };
  const merged = (value: Node) => {
    const [turns = 1, rows = 1, ...rest] = value.shape;
    return reshape(value, [turns * rows, ...rest]);
  };
  if (use.kind === "affine") {
    const own = parameters as unknown as AffineUse["parameters"];
    const found = activationIn(use, inner);
    const values = {
      rows: merged(loop.values(use.rows)),
      product: merged(loop.values(use.product)),
      activated: found && makeNode(found.op, [outputs], found.attrs),
    };
    return { ...use, ...all, ...values, parameters: own };
  }
  if (use.kind === "scale") {
    const [scaled, shift] = [use.scale, use.shift].map((one) => one && outside(one)) as [
      Variable | null,
      Variable | null,
    ];
    const rows = use.rows && merged(loop.values(use.rows));
    return { ...use, ...all, parameters, scale: scaled, shift, rows };
  }
  const [table] = parameters as [Variable];
  const kept = use.kept && loop.values(use.kept);
  return { ...use, ...all, parameters: [table], indices: loop.values(use.indices), kept };
}
