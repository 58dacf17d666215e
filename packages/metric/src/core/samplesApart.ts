import { type Node, samplesMixed } from "@metrigrad/graph";
import { type Application, nodesOf } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";

/** Throws MetricError if responses mix samples on their way from the inputs. Then J'F_rJ is no mean over samples. */
export function checkSamplesApart(
  where: string,
  applications: readonly Application[],
  responses: readonly Node[],
): void {
  const [first] = applications;
  if (first === undefined) return;
  const inputs = applications.flatMap(({ reference }) => nodesOf(reference));
  const found = samplesMixed(responses, inputs, first.samples);
  if (found === null) return;
  const { node, how } = found;
  const path = node.scope.replace(/^metric\//, "") || first.model.definition.spec.name;
  throw new MetricError({
    where,
    must: "each response must depend on one sample only",
    got: `${how} in ${path}`,
    todo: "apply the model in inference mode, where batch statistics are running ones, or take another row for the module, such as plain(…)",
  });
}
