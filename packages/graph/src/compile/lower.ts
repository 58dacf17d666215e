import {
  type BufferSpec,
  convert,
  type DType,
  type Expr,
  type Feed,
  type FloatType,
  GraphError,
  type MapStep,
  type MatmulStep,
  type Place,
  productAxes,
  type Shape,
  type Step,
  sizeOf,
  storedType,
  type VariableSpec,
  type View,
} from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import type { LowerContext, Op } from "../core/op.ts";
import { type JoinedLoop, joinedLoopOp } from "../loop/joined.ts";
import { variableName } from "../ops/variable.ts";
import type { Fusion, Kernel } from "./fuse.ts";
import { fusedLoop } from "./fused.ts";
import type { Unit } from "./units.ts";
import { contiguousView } from "./views.ts";

/** Buffers and steps before scratch buffers have their places. Their offset is −1. */
export interface Lowered {
  readonly buffers: BufferSpec[];
  readonly steps: Step[];
  readonly feeds: Feed[];
  readonly viewOf: (node: Node) => View;
  readonly variables: Map<VariableSpec, View>;
}

/** Where the nodes of a loop's body are, among the buffers of the plan around the loop. */
export interface Surroundings {
  readonly buffers: BufferSpec[];
  /** The views of placeholders. */
  readonly views: ReadonlyMap<Node, View>;
  /** Where values must be written. */
  readonly targets: ReadonlyMap<Node, View>;
}

/** The float type of a plan, and the float types of its nodes. */
export interface Floats {
  readonly own: FloatType;
  readonly of: (node: Node) => FloatType;
  /** Whether a node may have another float type than the plan. */
  readonly mixed: boolean;
}

/** Writes the steps of a loop. */
export type LowerLoop = (
  node: Node<JoinedLoop>,
  context: LowerContext,
  buffers: BufferSpec[],
) => void;

/**
 * Writes the steps of all units, in order. `floatOf` gives the float type of a node.
 *
 * Throws GraphError if two inputs have the same name.
 */
export function lower(
  units: readonly Unit[],
  order: readonly Node[],
  fusion: Fusion,
  { own: float, of: floatOf }: Floats,
  lowerLoop: LowerLoop,
  around: Surroundings = { buffers: [], views: new Map(), targets: new Map() },
): Lowered {
  const { buffers } = around;
  const steps: Step[] = [];
  const feeds: Feed[] = [];
  const fed = new Set<string>();
  const views = new Map<Node, View>(around.views);
  const targets = new Map<Node, View>(around.targets);
  const extras = new Map<Node, Map<number, View>>();
  const variables = new Map<VariableSpec, View>();

  const buffer = (shape: Shape, dtype: DType, place: Place, label: string): View => {
    buffers.push({ dtype, size: sizeOf(shape), place, label });
    return contiguousView(buffers.length - 1, shape);
  };
  const room = (shape: Shape, dtype: DType, label: string) =>
    buffer(shape, dtype, { kind: "arena", offset: -1 }, label);
  const roomOf = (node: Node) =>
    room(node.shape, storedType(node.type, floatOf(node)), label(node));
  const viewOf = (node: Node): View => {
    const view = views.get(node);
    if (view === undefined)
      throw new Error(`compile: ${node.op.name} is used before it is lowered`);
    return view;
  };
  const label = (node: Node) =>
    node.scope === "" ? node.op.name : `${node.op.name}(${node.scope})`;
  const inline = (node: Node) => fusion.inlined.has(node);
  // The nodes that the next step computes. If it is a product with an epilogue, the product comes first.
  let working: readonly Node[] = [];
  let loopOfProduct: Pick<MatmulStep, "label" | "outputs" | "epilogue"> | null = null;
  /** The float type of the node that is lowered now. */
  const floatHere = () => (working[0] === undefined ? float : floatOf(working[0]));
  const emit = (step: Step) => {
    // An element of a product with an epilogue counts as many values as it has terms.
    const terms =
      loopOfProduct === null || step.kind !== "matmul" ? 1 : sizeOf(productAxes(step).inner);
    const work = (nodes: readonly Node[]) =>
      nodes.reduce((sum, node) => sum + (node === working[0] ? Math.max(1, terms) : 1), 0);
    const metric = work(working.filter(({ role }) => role === "metric")) / work(working);
    steps.push(metric > 0 ? { ...step, metric } : step);
  };

  const context: LowerContext = {
    view: viewOf,
    place: (node, view) => void views.set(node, view),
    result: (node) => {
      const view = views.get(node) ?? targets.get(node) ?? roomOf(node);
      views.set(node, view);
      return view;
    },
    scratch: (shape, type, text) => room(shape, storedType(type, floatHere()), text),
    extra: (node, index) => extras.get(node)?.get(index) ?? null,
    fused: (node) => {
      const loop = fusedLoop(node.shape, inline, viewOf);
      const expr = loop.exprOf(node);
      working = [...working, ...loop.nodes];
      return { inputs: loop.inputs, expr };
    },
    finished: (node, arranged = (view) => view) => {
      if (loopOfProduct === null) {
        return { label: label(node), outputs: [arranged(context.result(node))] };
      }
      const { label: text, outputs, epilogue } = loopOfProduct;
      const { inputs, exprs } = epilogue as NonNullable<typeof epilogue>;
      return {
        label: text,
        epilogue: { inputs: inputs.map(arranged), exprs },
        outputs: outputs.map(arranged),
      };
    },
    emit,
    feed: ({ name, shape, type }) => {
      if (fed.has(name)) throw nameClash(name);
      fed.add(name);
      const dtype = storedType(type, float);
      const view = buffer(shape, dtype, { kind: "feed", name }, name);
      feeds.push({ name, shape, dtype, buffer: view.buffer });
      return view;
    },
    variable: (node) => {
      const { attrs: spec } = node;
      const known = variables.get(spec);
      if (known !== undefined) return known;
      const dtype = storedType(spec.type, float);
      const view = buffer(spec.shape, dtype, { kind: "variable", spec }, variableName(node));
      variables.set(spec, view);
      return view;
    },
    constant: ({ value, type }) => {
      const dtype = storedType(type, floatHere());
      const data = convert(value, dtype).data();
      return buffer(value.shape, dtype, { kind: "constant", data }, "constant");
    },
    label,
  };

  const lowerKernel = ({ shape, roots, product }: Kernel) => {
    const own = new Set(roots);
    const loop = fusedLoop(shape, (node) => own.has(node) || inline(node), viewOf, product);
    const exprs = roots.map((root): Expr => loop.exprOf(root));
    const outputs = roots.map((root) => context.result(root));
    const { inputs } = loop;
    if (product === null) {
      const text = roots.map(label).join("+");
      const step: MapStep = { kind: "map", shape, inputs, exprs, outputs, label: text };
      working = loop.nodes;
      emit(step);
      return;
    }
    const text = [...new Set([product, ...roots])].map(label).join("+");
    working = [product, ...loop.nodes];
    loopOfProduct = { label: text, outputs, epilogue: { inputs, exprs } };
    product.op.lower(product, context);
    loopOfProduct = null;
  };

  // Whole values get memory first, so that their parts can be computed in place.
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at] as Node;
    const claim = node.op.claims?.(node);
    if (claim !== undefined) {
      const claimed = extras.get(claim.node) ?? new Map<number, View>();
      extras.set(claim.node, claimed.set(claim.index, roomOf(node)));
    }
    const target = targets.get(node);
    const through = target === undefined ? null : (node.op.passes?.(node, target) ?? null);
    if (through !== null && !targets.has(node.inputs[0] as Node)) {
      targets.set(node.inputs[0] as Node, through);
    }
    if (node.op.parts === undefined) continue;
    const output = targets.get(node) ?? roomOf(node);
    targets.set(node, output);
    node.op.parts(node, output).forEach((part, index) => {
      const source = node.inputs[index] as Node;
      if (part !== null && !targets.has(source)) targets.set(source, part);
    });
  }
  for (const unit of units) {
    if (unit.kernel !== null) lowerKernel(unit.kernel);
    for (const node of unit.kernel === null ? unit.nodes : []) {
      working = [node];
      if (views.has(node)) continue;
      if (node.op === (joinedLoopOp as Op)) lowerLoop(node as Node<JoinedLoop>, context, buffers);
      else node.op.lower(node, context);
    }
  }
  return { buffers, steps, feeds, viewOf, variables };
}

function nameClash(name: string): GraphError {
  return new GraphError({
    where: "compile",
    must: "every input must have a name of its own",
    got: `two different inputs named ${name}`,
    todo: "rename one, or use one input node in both places",
  });
}
