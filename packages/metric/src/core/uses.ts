import { type Node, topological, type Variable } from "@metrigrad/graph";
import type { Application } from "@metrigrad/nn";
import { contextOf, responseOf } from "./context.ts";
import type { ResponseModel } from "./defMetric.ts";
import type { MetricTable } from "./table.ts";

/** A use of a module, and the response that it has where it is the last of a subsystem. */
export interface Use {
  readonly application: Application;
  readonly params: readonly Variable[];
  /** The likelihood's where it consumes this response, else that of the table's row. */
  readonly responseModel: () => ResponseModel;
  /** The same response to other rows. */
  readonly respond: (x: Node) => Node;
}

/** An application as a part of a subsystem, with its own response by a table's row. */
export function useOf(application: Application, table: MetricTable): Use {
  const bare = contextOf(application, { law: null });
  const model = (x: Node | null): ResponseModel => {
    const { law } = application;
    const applied = x === null ? application : application.applyTo(x);
    if (law !== null) return { law, natural: applied.response };
    const metric = table.find(application);
    const { preActivation, response } = applied;
    const { reference, ...context } = contextOf(application, metric);
    const at = { ...context, reference: x ?? reference, preActivation, response };
    return responseOf(metric, at);
  };
  return {
    application,
    params: Object.values(bare.params),
    responseModel: () => model(null),
    respond: (x) => model(x).natural,
  };
}

/** Whether the second value is computed from the first. */
export function reaches(from: Node, to: Node): boolean {
  return topological([to]).includes(from);
}

/** The uses whose responses no other of them reads: the response of the whole. In order. */
export function lastOf<U extends Pick<Use, "application">>(uses: readonly U[]): U[] {
  const needed = uses.map(({ application }) => new Set(topological([application.response])));
  return uses.filter(
    ({ application }, at) =>
      !needed.some((nodes, other) => other > at && nodes.has(application.response)),
  );
}

/** The model's output under its law where that is known, else the responses of the last uses. */
export function modelResponses(
  applications: readonly Application[],
  table: MetricTable,
): readonly ResponseModel[] {
  const known = modelResponse(applications);
  if (known !== null) return [known];
  const uses = applications.map((application) => useOf(application, table));
  return lastOf(uses).map((use) => use.responseModel());
}

/** The model's output under its law; null where that was not named. */
export function modelResponse(applications: readonly Application[]): ResponseModel | null {
  const { output, law } = applications[0]?.model ?? { output: null, law: null };
  return output === null || law === null ? null : { law, natural: output };
}
