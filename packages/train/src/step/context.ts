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

/** What a loss may use beside the feeds. */
export interface StepContext {
  /** Applies a module that is on the store and gives its response; several inputs are passed as a list. */
  apply<In, Out>(module: Module<In, Out>, ...inputs: Inputs<In>): Out;
  /** The same, with the pre-activation and what comes beside the response. */
  applied<In, Out>(module: Module<In, Out>, ...inputs: Inputs<In>): FullyApplied<Out>;
  /**
   * Says that a value is observed under a law, so that metrics know the response.
   * @param output - What the law's parameters are: usually a model's output.
   * @param law - The law.
   * @param targets - What is observed; masks and weights in it are held fixed in the law.
   * @param options - How much the mean of it counts in the loss, where that is not 1.
   * @returns ln p(targets | output) of each sample, [n], in nats, not weighted; nothing where there are no targets.
   */
  observe<H, Y>(output: H, law: Law<H, Y>, targets: Y, options?: ObserveOptions): Node;
  observe<H, Y>(output: H, law: Law<H, Y>, targets?: undefined, options?: ObserveOptions): void;
  /** "train", or "infer" where an optimizer or an evaluation asks for the same pass in inference mode. */
  readonly mode: Mode;
  /** Steps done before this one, a float scalar. */
  readonly step: Node;
  /** Steps done over steps of the whole run, in [0, 1]; 0 where the run has no end. */
  readonly progress: Node;
}

/** Options of `observe`. */
export interface ObserveOptions {
  /** How much the mean over the samples of this response counts in the loss, and so in the metric; 1 by default. */
  readonly weight?: number;
}

/** What is fixed for one pass. */
export type PassSettings = Pick<StepContext, "mode" | "step" | "progress"> & {
  readonly where: string;
  readonly store: Store;
};

/** A context that keeps what it applies in an applier, and the modules that were applied. */
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

/** The weight of what is observed. Throws GraphError for one that is none. */
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

/** Throws GraphError unless a store has all variables of a module. */
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
