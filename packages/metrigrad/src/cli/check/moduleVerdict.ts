import {
  checkOp,
  concat,
  input,
  isNode,
  type Node,
  replaceNodes,
  reshape,
  variableOf,
} from "@metrigrad/graph";
import { type AnyDefinition, type AnyModule, applyModel, type NodeTree } from "@metrigrad/nn";
import {
  isTensor,
  leavesOf,
  mapTree,
  sizeOf,
  type Tensor,
  type Tree,
  tensor,
  uniformStream,
  type VariableSpec,
  valueTypeOf,
} from "@metrigrad/tensor";
import { unchecked, type Verdict, verdictOfOp } from "./verdict.ts";

/** Most numbers among parameters and inputs that are looked at: the reference backend is slow. */
const most = 200_000;
const rows = 3;

/** Where a module is looked at. */
export interface ModulePlace {
  /** What it takes, where the file says so. */
  readonly inputs: Tree<Tensor> | null;
  /** Modules of the file, among which a kind finds one of its own. */
  readonly modules: readonly AnyModule[];
  readonly seed: number;
}

/**
 * Checks the derivatives of modules by inputs and parameters, in inference mode: of one module at its inputs, or at draws of
 * a width that it takes; of a kind on its examples, or on a module of the file.
 */
export async function moduleVerdict(
  module: AnyDefinition | AnyModule,
  place: ModulePlace,
): Promise<Verdict> {
  const { inputs, modules, seed } = place;
  if ("definition" in module) {
    let last: unknown = null;
    const refused = (error: unknown) => {
      last = error;
    };
    const taken = inputs ?? drawnInputs(module, seed, refused);
    if (taken === null)
      return unchecked(`it takes no rows: ${last}; export an example of its kind`);
    return verdictAt(module, taken, seed);
  }
  const made = module.spec.example?.();
  if (made === undefined) {
    const own = modules.find(({ definition }) => definition === module);
    if (own !== undefined) return moduleVerdict(own, { ...place, inputs: null });
    return unchecked(
      "export a module of the kind, or give it an example: () => ({ module, inputs })",
    );
  }
  const verdicts: Verdict[] = [];
  for (const example of Array.isArray(made) ? made : [made])
    verdicts.push(await verdictAt(example.module, example.inputs, seed));
  const first = (sought: boolean | null) => verdicts.find(({ passed }) => passed === sought);
  return first(false) ?? first(null) ?? first(true) ?? unchecked("its list of examples is empty");
}

async function verdictAt(module: AnyModule, inputs: Tree<Tensor>, seed: number): Promise<Verdict> {
  const leaves = leavesOf(inputs, isTensor) as readonly Tensor[];
  const variables = module.variables;
  const numbers = [...leaves, ...variables.map(({ spec }) => spec)].reduce(
    (sum, { shape }) => sum + sizeOf(shape),
    0,
  );
  if (numbers > most)
    return unchecked(`it has ${numbers} numbers, more than ${most}; take a small one`);
  const f = (...nodes: readonly Node[]): Node => {
    let next = 0;
    const x = mapTree(inputs, isTensor, () => nodes[next++] as Node);
    const { output } = applyModel(module as never, x as never, { mode: "infer" });
    const outputs = leavesOf(output as NodeTree, isNode).filter(({ type }) => type === "float");
    const flat = outputs.map((one) => reshape(one, [sizeOf(one.shape)]));
    const own = variables.map(({ spec }, index): [Node, Node] => {
      return [variableOf(spec), nodes[leaves.length + index] as Node];
    });
    return replaceNodes(
      [flat.length === 1 ? (flat[0] as Node) : concat(flat, 0)],
      new Map(own),
    )[0] as Node;
  };
  const values = variables.map(({ path, spec }) => valueOf(path, spec, seed));
  const cases = [
    { name: "at draws", inputs: [...leaves, ...values], order: 1 as const, batch: false },
  ];
  const name = module.definition.spec.name;
  return verdictOfOp(() => checkOp(f, cases, { name }));
}

/** The initial value of a variable, moved a little where it is trained, off the kinks that zeros are. */
function valueOf(path: string, { shape, type, role, init }: VariableSpec, seed: number): Tensor {
  const stream = uniformStream({ seed, path: `check/${path}` });
  const moved = role === "parameter" && type === "float";
  const values = Float64Array.from(init({ path, seed, shape }), (value, i) =>
    moved ? value + 0.1 * stream.normal(i) : value,
  );
  return type === "float" ? tensor(values, { shape }) : tensor(Int32Array.from(values), { shape });
}

/**
 * Rows of the first width that a module takes, of those that its parameters suggest and small ones; null: none. `refused`
 * gets the errors of others.
 */
function drawnInputs(
  module: AnyModule,
  seed: number,
  refused: (error: unknown) => void,
): Tensor | null {
  const sizes = module.variables.flatMap(({ spec }) =>
    spec.shape.flatMap((size) => [size, size - 1]),
  );
  const widths = new Set([...sizes, ...Array.from({ length: 16 }, (_, i) => i + 1)]);
  const takes = (width: number) => {
    try {
      applyModel(module as never, input("x", [rows, width]) as never);
      return true;
    } catch (error) {
      refused(error);
      return false;
    }
  };
  const width = [...widths].find((one) => one > 0 && takes(one));
  if (width === undefined) return null;
  const stream = uniformStream({ seed, path: "check/inputs" });
  const values = Float64Array.from({ length: rows * width }, (_, i) => stream.normal(i));
  return tensor(values, { shape: [rows, width] });
}

/** The first rows of stored inputs, for a module that takes them. */
export function firstRows(inputs: Tree<Tensor>, scale: number): Tree<Tensor> {
  return mapTree(inputs, isTensor, (one: Tensor) => {
    const [n = 0, ...others] = one.shape;
    const kept = Math.min(rows, n);
    const values = Array.from(one.data().slice(0, kept * sizeOf(others)));
    const shape = [kept, ...others];
    if (valueTypeOf(one.dtype) === "i32") return tensor(Int32Array.from(values), { shape });
    return tensor(
      Float64Array.from(values, (value) => scale * value),
      { shape },
    );
  }) as Tree<Tensor>;
}
