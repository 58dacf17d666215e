import { partsOf } from "./parts.ts";
import type { Plan } from "./plan.ts";
import { printBuffer, printStep, remark } from "./print.ts";

/** A text as a quoted string of Graphviz. */
const quote = (text: string) => {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  return `"${escaped.replaceAll("\n", "\\n")}"`;
};

/**
 * Writes a plan as a Graphviz digraph: buffers are ellipses, steps are boxes, and edges follow the data.
 *
 * @param plan - The plan.
 * @returns The text of the graph, for `dot`.
 * @nothrow
 * @category For authors of backends
 */
export function planToDot(plan: Plan): string {
  const lines = ["digraph plan {", "  node [fontname=monospace];"];
  plan.buffers.forEach((buffer, i) => {
    const text = [printBuffer(buffer, i), remark(buffer)].filter((part) => part !== "").join("\n");
    lines.push(`  b${i} [shape=ellipse, label=${quote(text)}];`);
  });
  plan.steps.forEach((step, i) => {
    const { inputs, outputs } = partsOf(step);
    const text = [`${i}: ${printStep(step)}`, step.label].filter((part) => part !== "").join("\n");
    lines.push(`  s${i} [shape=box, label=${quote(text)}];`);
    for (const from of new Set(inputs.map(({ view }) => view.buffer)))
      lines.push(`  b${from} -> s${i};`);
    for (const to of new Set(outputs.map(({ view }) => view.buffer)))
      lines.push(`  s${i} -> b${to};`);
  });
  return `${[...lines, "}"].join("\n")}\n`;
}
