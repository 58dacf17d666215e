import { GraphError } from "@metrigrad/tensor";
import type { Attribute, Known, OnnxGraph, OnnxNode, Translated } from "./model.ts";

/** A translation of a graph for a number of rows. */
export interface ForRows {
  readonly rows: number;
  readonly translated: Translated;
}

/** The name of the list with the number of rows in a model. */
const rowsName = "metrigrad/rows";

/**
 * Joins translations of one graph for several numbers of rows into one that takes any number of rows. They must be equal but
 * for integers of the form a + b·rows. Such integers are then computed from the first input. Throws GraphError.
 */
export function merge(all: readonly ForRows[], freeName: string): Translated {
  const [first, ...others] = all as readonly [ForRows, ...ForRows[]];
  const text = shapeless(first.translated.graph);
  if (others.some((one) => shapeless(one.translated.graph) !== text)) {
    throw dependsOnRows("a graph of other nodes for another number of rows");
  }
  const front: OnnxNode[] = [];
  const known = new Map<string, Known>();
  const { graph } = first.translated;
  const rows = () => {
    if (front.length > 0) return;
    const [input] = graph.inputs;
    if (input === undefined) throw dependsOnRows("a model that reads no input");
    known.set(`${rowsName}/axis`, { kind: "integers", values: [0], shape: [1] });
    front.push(
      { op: "Shape", inputs: [input.name], outputs: [`${rowsName}/shape`], attrs: {} },
      {
        op: "Gather",
        inputs: [`${rowsName}/shape`, `${rowsName}/axis`],
        outputs: [rowsName],
        attrs: {},
      },
    );
  };
  for (const [name, value] of first.translated.known) {
    if (value.kind !== "integers") {
      checkNumber(name, value, others);
      known.set(name, value);
      continue;
    }
    const line = lineOf(name, value, all);
    if (line === null) {
      known.set(name, value);
      continue;
    }
    rows();
    const { shape } = value;
    known.set(`${name}/factor`, { kind: "integers", values: line.factors, shape });
    known.set(`${name}/term`, { kind: "integers", values: line.terms, shape });
    const product = `${name}/product`;
    front.push(
      { op: "Mul", inputs: [rowsName, `${name}/factor`], outputs: [product], attrs: {} },
      { op: "Add", inputs: [product, `${name}/term`], outputs: [name], attrs: {} },
    );
  }
  const open = (values: OnnxGraph["inputs"], part: "inputs" | "outputs") =>
    values.map((value, at) => {
      const shapes = all.map(({ translated }) => translated.graph[part][at]?.shape ?? []);
      const own = value.shape?.map((size, axis) => {
        return shapes.every((shape) => shape[axis] === size)
          ? size
          : freeSize(shapes, axis, all, freeName);
      });
      return { ...value, shape: own ?? null };
    });
  return {
    graph: {
      nodes: [...front, ...graph.nodes],
      inputs: open(graph.inputs, "inputs"),
      outputs: open(graph.outputs, "outputs"),
    },
    known,
  };
}

/** Throws GraphError if a number is another one for another number of rows, such as the factor of a mean over rows. */
function checkNumber(name: string, value: Known, others: readonly ForRows[]): void {
  const equal = others.every(({ translated }) => {
    const twin = translated.known.get(name);
    if (value.kind !== "number") return twin?.kind === value.kind;
    return (
      twin?.kind === "number" && twin.type === value.type && Object.is(twin.value, value.value)
    );
  });
  if (!equal) throw dependsOnRows(`${name}, a number that depends on the rows`);
}

/** Returns the name of a free size: that of the rows, or one of its own for another number that follows from them. */
function freeSize(
  shapes: readonly (readonly (number | string)[])[],
  axis: number,
  all: readonly ForRows[],
  name: string,
): string {
  const factors = shapes.map((shape, at) => Number(shape[axis]) / (all[at] as ForRows).rows);
  const [factor = 0] = factors;
  if (!factors.every((one) => one === factor)) return `${name}_${axis}`;
  return factor === 1 ? name : `${factor}*${name}`;
}

/** Returns the factors b and the terms a of integers a + b·rows. Null if they are the same for all numbers of rows. */
function lineOf(
  name: string,
  { values, shape }: Extract<Known, { kind: "integers" }>,
  all: readonly ForRows[],
): { readonly factors: readonly number[]; readonly terms: readonly number[] } | null {
  const lists = all.map(({ translated }) => {
    const own = translated.known.get(name);
    if (own?.kind === "integers" && own.values.length === values.length) return own.values;
    throw dependsOnRows(`${name}, a list of another length for another number of rows`);
  });
  if (lists.every((list) => list.every((value, at) => value === values[at]))) return null;
  const [[n0, n1], [list0, list1]] = [all.map(({ rows }) => rows), lists] as unknown as [
    [number, number],
    [readonly number[], readonly number[]],
  ];
  const factors = list0.map((value, at) => ((list1[at] as number) - value) / (n1 - n0));
  const terms = list0.map((value, at) => value - (factors[at] as number) * n0);
  const fits = lists.every((list, k) => {
    const { rows } = all[k] as ForRows;
    return list.every(
      (value, at) => value === (terms[at] as number) + (factors[at] as number) * rows,
    );
  });
  if (fits && shape.length === 1 && factors.every(Number.isInteger)) return { factors, terms };
  throw dependsOnRows(`${name}, ${lists.map((list) => list.slice(0, 8).join(" ")).join(" and ")}`);
}

/** Returns a graph as a text, without the shapes of inputs and outputs. */
function shapeless(graph: OnnxGraph): string {
  return JSON.stringify(graph, (key: string, value: Attribute) => (key === "shape" ? null : value));
}

/** Makes the error for a graph that depends on the number of rows in a way that ONNX does not express. */
export function dependsOnRows(got: string): GraphError {
  return new GraphError({
    where: "onnxBytes",
    must: "with a free number of rows, only sizes may depend on it, as a + b·rows",
    got,
    todo: "fix the number of rows: onnxBytes(model, store, inputs, { rows: 1 })",
  });
}
