import { compile, constant } from "@metrigrad/graph";
import { type MetricTable, type Subsystem, subsystems } from "@metrigrad/metric";
import { type AnyLaw, type AnyModule, applyModel } from "@metrigrad/nn";
import { type Store, type Tensor, type Tree, tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import { onReference, type Tested } from "./backends.ts";
import { asMatrix, asTensor } from "./draws.ts";

/** Where a model's geometry is looked at. */
export interface Place {
  /** Rows, or other inputs. */
  readonly x: Matrix | Tree<Tensor>;
  readonly metrics: MetricTable;
  readonly likelihood?: AnyLaw;
  /** What is observed, for laws of which some responses do not count. */
  readonly targets?: Tree<Tensor>;
  /** How much each sample counts. */
  readonly weights?: readonly number[];
  /** Values by variable name; drawn from the seed else. */
  readonly values?: Readonly<Record<string, Matrix>>;
  readonly mode?: "train" | "infer";
  /** The reference unless said otherwise. */
  readonly on?: Tested;
}

/** The subsystems of a model on rows x. */
export function subsystemsOf(model: AnyModule, place: Place): Subsystem[] {
  const { x, metrics, likelihood = null, mode = "infer", targets, weights } = place;
  const inputs = x instanceof Matrix ? constant(asTensor(x)) : x;
  const rowWeights = weights === undefined ? null : constant(tensor([...weights]));
  const { applications, parameters } = applyModel(model as never, inputs as never, {
    mode,
    law: likelihood as never,
    rowWeights,
    ...(targets === undefined ? {} : { targets: targets as never }),
  });
  return subsystems(
    applications,
    metrics,
    parameters.map(({ variable }) => variable),
  );
}

/** A model's store with values drawn or given, and what to do with it. */
export async function withStore<T>(
  model: AnyModule,
  values: Readonly<Record<string, Matrix>>,
  use: (store: Store) => Promise<T>,
  on: Tested = onReference,
): Promise<T> {
  const store = await on.store(model, 3);
  for (const [name, value] of Object.entries(values)) {
    const { shape } = await store.read(name);
    await store.write(name, tensor(Float64Array.from(value.to1DArray()), { shape }));
  }
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** The blocks of a model as matrices over the flattened parameters, by their names joined with " + ". */
export function denseBlocks(model: AnyModule, place: Place): Promise<Record<string, Matrix>> {
  const read = async (store: Store) => {
    const found: Record<string, Matrix> = {};
    for (const { names, block } of subsystemsOf(model, place)) {
      const name = names.join(" + ");
      if (block === null) continue;
      const program = await compile({ outputs: block.toDense() }, store);
      found[name] = asMatrix(await (await program.run()).read());
    }
    return found;
  };
  return withStore(model, place.values ?? {}, read, place.on);
}
