import { add, concat, fill, type Node, topological, type Variable } from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";
import type { ResponseModel } from "./defMetric.ts";
import { fisherColumns, pulledBack } from "./propagate.ts";
import { rowsOf } from "./rowsOf.ts";
import { lastOf, type Use } from "./uses.ts";

/** Several uses of modules as one subsystem. */
export interface GroupRows {
  /** Each once, in the order of use. */
  readonly params: readonly Variable[];
  /** R'J of every sample over all parameters, flattened and one after the other: [n, r, P]. */
  readonly rows: Node;
  /** Those that it is about, independent of one another. */
  readonly responses: readonly ResponseModel[];
}

/**
 * Rows of J'F_rJ, exactly: the response is the given one, else that of the uses that no other of them
 * reads; the inputs and all other parameters are held fixed. Metric back-propagation leads to the
 * response of every use, and a pullback per sample from there to its parameters; uses of one parameter
 * add up in J.
 */
export function groupRows(uses: readonly Use[], given: ResponseModel | null): GroupRows {
  const params = new Map<string, Variable>();
  for (const use of uses) for (const one of use.params) params.set(one.attrs.name, one);
  const exits =
    given === null
      ? lastOf(uses).map((use) => ({ use, model: use.responseModel() }))
      : [{ use: null, model: given }];
  const rows = exits.map(({ use: exit, model }) => {
    const columns = fisherColumns(model);
    const needed = new Set(topological([model.natural]));
    const before = uses.filter((use) => use !== exit && needed.has(use.application.response));
    const found = new Map<string, Node>();
    const collect = (use: Use, respond: (x: Node) => Node, own: Node) => {
      const parts = rowsOf(respond, use.application.reference, own, use.params);
      use.params.forEach(({ attrs: { name } }, index) => {
        const [part, known] = [parts[index] as Node, found.get(name)];
        found.set(name, known === undefined ? part : add(known, part));
      });
    };
    if (exit !== null) collect(exit, exit.respond, columns);
    const arriving = pulledBack(
      model.natural,
      columns,
      before.map(({ application }) => application.response),
    );
    before.forEach((use, index) => {
      const { applyTo } = use.application;
      collect(use, (x) => applyTo(x).response, arriving[index] as Node);
    });
    const [r = 0, n = 0] = columns.shape;
    const all = [...params.values()].map(
      ({ attrs: { name }, shape }) => found.get(name) ?? fill([n, r, sizeOf(shape)], 0),
    );
    return concat(all, 2);
  });
  return {
    params: [...params.values()],
    rows: concat(rows, 1),
    responses: exits.map(({ model }) => model),
  };
}
