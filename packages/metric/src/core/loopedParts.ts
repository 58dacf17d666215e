import type { Variable } from "@metrigrad/graph";
import type { Application, LoopedModule, Use } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { scaledBlock } from "../blocks/scaledBlock.ts";
import type { MetricContext } from "./defMetric.ts";
import { describedName, type Metric } from "./defMetric.ts";
import type { MetricTable } from "./table.ts";

/** An application as the rows of a table see it. */
export interface Member {
  readonly application: Application;
  /** The module's calls in the cell of a loop; null if it is in no loop. */
  readonly looped: LoopedModule | null;
}

/**
 * Returns the applications, with the modules that their loops call as separate members. Each member has the
 * parameters and uses that only it has.
 *
 * If a row describes the module that has the loop, that row gets the parameters of the called modules without a row.
 */
export function membersOf(applications: readonly Application[], table: MetricTable): Member[] {
  return applications.flatMap((application): Member[] => {
    const { looped } = application;
    if (looped.length === 0) return [{ application, looped: null }];
    const whole = table.rowOf(application) !== null;
    const apart = looped.filter((one) => !whole || table.rowOf(one) !== null);
    const taken = new Set<Use>();
    const members = apart.map((one): Member => {
      const own = new Set<Variable | undefined>(Object.values(one.trained));
      const uses = application.uses.filter(({ parameters }) =>
        (parameters as readonly Variable[]).every((param) => own.has(param)),
      );
      for (const use of uses) taken.add(use);
      const { path, definition, module, options, params, trained } = one;
      const parts = { path, definition, module, options, params, trained, uses, law: null };
      return { application: { ...application, ...parts, looped: [] }, looped: one };
    });
    const gone = new Set(apart.flatMap(({ trained }) => Object.values(trained)));
    const kept = (named: Readonly<Record<string, Variable>>) =>
      Object.fromEntries(Object.entries(named).filter(([, param]) => !gone.has(param)));
    const rest: Application = {
      ...application,
      params: kept(application.params),
      trained: kept(application.trained),
      uses: application.uses.filter((use) => !taken.has(use)),
    };
    return [{ application: rest, looped: null }, ...members];
  });
}

/** A call of a module in a loop, as its row sees it, and how its blocks are changed. */
export interface RowCall {
  readonly application: Application;
  readonly change: (block: Block) => Block;
}

/**
 * Returns the applications that the row of a member describes: the member itself, or one on the rows of all turns for
 * each call in the cell.
 *
 * Throws MetricError if a call does not have such rows.
 */
export function rowCalls({ application, looped }: Member, row: Metric): readonly RowCall[] {
  if (looped === null || row.plain === true) return [{ application, change: (block) => block }];
  return looped.calls.map((call) => {
    const own = call.application();
    if (own === null) throw noRows(application, row);
    return { application: own, change: (block) => scaledBlock(block, call.share) };
  });
}

/**
 * Returns the context of a row for a use in a loop. A module that is called in the cell responds with the value that
 * the use leads to.
 */
export function contextInLoop({ looped }: Member, context: MetricContext, use: Use): MetricContext {
  if (looped === null || use.kind !== "affine") return context;
  const own = { preActivation: use.outputs, response: use.activated ?? use.outputs };
  const application = { ...context.application, ...own };
  return { ...context, ...own, application };
}

function noRows({ path, definition }: Application, row: Metric): MetricError {
  const { name } = definition.spec;
  return new MetricError({
    where: `metric of ${path || name}`,
    must: `where a loop calls a module, the row of ${describedName(row.of)} must get inputs [rows, …] of one length`,
    got: "an input without rows, such as the number of the turn",
    todo: "broadcast it to the rows of the others before the call, or take the row out of the table",
  });
}
