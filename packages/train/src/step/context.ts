import type { Node } from "@metrigrad/graph";
import type {
  AnyModule,
  Applier,
  FullyApplied,
  Inputs,
  Law,
  Mode,
  Module,
  NodeTree,
} from "@metrigrad/nn";
import { checkNames, GraphError, type Store } from "@metrigrad/tensor";

/**
 * The functions and values that a loss may use, besides the feeds.
 *
 * @category Train: own loops
 */
export interface StepContext {
  /**
   * Applies a module that is on the store.
   *
   * @param module - The module.
   * @param inputs - Its input, or several inputs one after the other.
   * @returns The module's response.
   */
  apply<In, Out>(module: Module<In, Out>, ...inputs: Inputs<In>): Out;
  /**
   * Applies a module that is on the store, and returns more than its response.
   *
   * @param module - The module.
   * @param inputs - Its input, or several inputs one after the other.
   * @returns The response, the pre-activation, and what else the module returns.
   */
  applied<In, Out>(module: Module<In, Out>, ...inputs: Inputs<In>): FullyApplied<Out>;
  /**
   * Says that a value is observed under a law, so that metrics know the response.
   *
   * @param output - The parameters of the law, usually the output of a model.
   * @param law - The law.
   * @param targets - The observed values. Masks and weights in them are held fixed in the law.
   * @param options - The weight of this response in the loss; 1 by default.
   * @returns ln p(targets | output) of each sample, [n], in nats, without weights.
   */
  observe<H, Y>(output: H, law: Law<H, Y>, targets: Y, options?: ObserveOptions): Node;
  /**
   * Says that a response has a law, without observed values. It returns nothing.
   *
   * @param output - The parameters of the law, usually the output of a model.
   * @param law - The law.
   * @param targets - Absent.
   * @param options - The weight of this response in the loss; 1 by default.
   */
  observe<H, Y>(output: H, law: Law<H, Y>, targets?: undefined, options?: ObserveOptions): void;
  /**
   * The mode of the pass: "train", or "infer" if an optimizer or an evaluation asks for the pass in inference mode.
   */
  readonly mode: Mode;
  /** The number of steps done before this one, a float scalar. */
  readonly step: Node;
  /**
   * The number of steps done divided by the number of steps of the whole run, a scalar in [0, 1]. It is 0 if the run
   * has no end.
   */
  readonly progress: Node;
}

/**
 * Options of `observe` in a loss.
 *
 * @category Train: own loops
 */
export interface ObserveOptions {
  /** The weight of the mean over this response's samples in the loss, and so in the metric; 1 by default. */
  readonly weight?: number;
}

/** The settings of one forward pass. */
export type PassSettings = Pick<StepContext, "mode" | "step" | "progress"> & {
  readonly where: string;
  readonly store: Store;
};

/** Returns a context that applies modules by an applier, and collects the modules that were applied. */
export function stepContext(
  applier: Applier,
  modules: Set<AnyModule>,
  { where, store, ...fixed }: PassSettings,
): StepContext {
  const applied = (module: AnyModule, inputs: readonly unknown[]): FullyApplied<NodeTree> => {
    checkStored(where, module, store);
    modules.add(module);
    return applier.apply(module, inputs.length === 1 ? inputs[0] : inputs);
  };
  const context = {
    ...fixed,
    apply: (module: AnyModule, ...inputs: readonly unknown[]) => applied(module, inputs).response,
    applied: (module: AnyModule, ...inputs: readonly unknown[]) => applied(module, inputs),
    observe: (
      output: NodeTree,
      law: Law<NodeTree, NodeTree>,
      targets?: NodeTree,
      options: ObserveOptions = {},
    ) => {
      const known = targets === undefined ? law : law.given(targets);
      applier.observe(output, known as unknown as Law, weightOf(where, options));
      return targets === undefined ? undefined : law.logProb(targets, output);
    },
  };
  return Object.freeze(context) as unknown as StepContext;
}

/** Returns the weight of an observed response. Throws GraphError if it is not finite and ≥ 0. */
function weightOf(where: string, options: ObserveOptions): number {
  checkNames(`${where}, observe`, options, ["weight"], GraphError);
  const { weight = 1 } = options;
  if (typeof weight === "number" && weight >= 0 && weight < Infinity) return weight;
  throw new GraphError({
    where: `${where}, observe`,
    must: "weight must be finite and not negative",
    got: String(weight),
    todo: "leave it out for 1",
  });
}

/** Throws GraphError if a store lacks a variable of a module. */
export function checkStored(where: string, module: AnyModule, store: Store): void {
  if (module?.definition === undefined) {
    throw new GraphError({
      where,
      must: "what is applied must be a module",
      got: typeof module,
      todo: "call it: apply(dense(2, 3), x)",
    });
  }
  const lacking = module.variables.find(({ spec }) => !store.has(spec));
  if (lacking === undefined) return;
  throw new GraphError({
    where,
    must: `the store must have every variable of a module that is applied, here of ${module.definition.spec.name}`,
    got: `none for ${lacking.path}`,
    todo:
      store.variables.length > 0
        ? "add it first: await store.add(model)"
        : "add it first: await store.add(model); a closed store, such as that of a closed run, has nothing",
  });
}
