import type { Node, Variable } from "@metrigrad/graph";
import { type Application, type NodeTree, nodesOf } from "@metrigrad/nn";
import type { Subsystem } from "../core/subsystems.ts";
import type { ExplainRow } from "./row.ts";
import { shortNumber } from "./table.ts";

/** What is drawn: a model that is applied to x, and its subsystems with their rows. */
export interface Drawn {
  readonly x: NodeTree;
  readonly applications: readonly Application[];
  readonly found: readonly Subsystem[];
  readonly rows: readonly ExplainRow[];
}

/**
 * Draws a Graphviz digraph: a cluster for each module with its parameters, the flow of data between modules, and the
 * block of every subsystem.
 *
 * Each parameter points to its block.
 */
export function toDot({ x, applications, found, rows }: Drawn): string {
  const modules = new Map<string, { id: string; title: string; params: Set<Variable> }>();
  const names = new Map<Variable, string>();
  for (const { path, definition, params, pathOf } of applications) {
    const name = definition.spec.name;
    const title = path === "" || path.startsWith(name) ? path || name : `${path}: ${name}`;
    const known = modules.get(path) ?? { id: `m${modules.size}`, title, params: new Set() };
    modules.set(path, known);
    for (const variable of Object.values(params)) {
      names.set(variable, pathOf(variable));
      if (variable.attrs.role === "parameter") known.params.add(variable);
    }
  }
  const ids = new Map<Variable, string>();
  const nameOf = (variable: Variable) => names.get(variable) ?? "";
  const clusters = [...modules.values()].flatMap(({ id, title, params }) => {
    const own = [...params].filter((variable) => !ids.has(variable));
    const inside = own.map((variable) => {
      const key = `p${ids.size}`;
      ids.set(variable, key);
      return `    ${key} [shape=box, label=${quoted(`${nameOf(variable)}\n[${variable.shape.join(", ")}]`)}];`;
    });
    return [
      `  subgraph cluster_${id} {`,
      `    label=${quoted(title)};`,
      `    ${id} [shape=point, label=""];`,
      ...inside,
      "  }",
    ];
  });
  const blocks = found.flatMap(({ params }, at) => {
    const row = rows[at] as ExplainRow;
    const lines = [row.form, row.layout, ...(row.law === null ? [] : [`response ${row.law}`])];
    if (row.solver !== "none") lines.push(`${row.solver}, ${shortNumber(row.bytes, "B")}`);
    const style = row.solver === "none" ? ", style=dashed" : "";
    return [
      `  b${at} [shape=ellipse, label=${quoted(lines.join("\n"))}${style}];`,
      ...params.map((variable) => `  ${ids.get(variable)} -> b${at} [arrowhead=none];`),
    ];
  });
  const flow = edges(nodesOf(x), applications).map(([from, to]) => {
    const id = (path: string | null) => (path === null ? "x" : modules.get(path)?.id);
    return `  ${id(from)} -> ${id(to)} [style=bold];`;
  });
  const shapes = nodesOf(x)
    .map(({ shape }) => `[${shape.join(", ")}]`)
    .join(" ");
  return [
    "digraph metric {",
    "  rankdir=LR;",
    `  x [shape=plaintext, label=${quoted(`input\n${shapes}`)}];`,
    ...clusters,
    ...blocks,
    ...new Set(flow),
    "}",
  ].join("\n");
}

/** Returns which uses, or the input (null), each use takes its reference from directly. */
function edges(
  x: readonly Node[],
  applications: readonly Application[],
): [string | null, string][] {
  const made = new Map<Node, string>();
  for (const { response, path } of applications) {
    for (const node of nodesOf(response)) made.set(node, path);
  }
  return applications.flatMap(({ path, reference }) => {
    const sources = new Set<string | null>();
    const seen = new Set<Node>();
    const open = [...nodesOf(reference)];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      const source = x.includes(node) ? null : made.get(node);
      if (source === undefined) open.push(...node.inputs);
      else sources.add(source);
    }
    return [...sources].map((source): [string | null, string] => [source, path]);
  });
}

/** Puts a label in quotation marks. Graphviz reads \\n as a line break. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
