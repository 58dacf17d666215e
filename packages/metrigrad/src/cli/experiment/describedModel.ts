import { type AnyDataSet, isStream } from "@metrigrad/data";
import { type Explanation, explain, type SampleShape } from "@metrigrad/metric";
import type { AnyLaw, AnyModule } from "@metrigrad/nn";
import type { Optimizer } from "@metrigrad/optim";
import {
  isTensor,
  MetricError,
  mapTree,
  type Tensor,
  type Tree,
  valueTypeOf,
} from "@metrigrad/tensor";

/** A model, and what its metric depends on. */
export interface Described {
  readonly model: AnyModule;
  readonly data: unknown;
  readonly likelihood?: AnyLaw | undefined;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
}

/** What `explain` says of a model under its optimizer. Throws what `explain` throws. */
export function describedModel({ model, data, likelihood, ...given }: Described): Explanation {
  const inputs = sampleOf(data);
  return explain(model, {
    ...given,
    ...(likelihood === undefined ? {} : { likelihood }),
    ...(inputs === null ? {} : { inputs }),
  });
}

/** The same for a record; undefined where the model cannot be explained, such as one that takes streams of pairs. */
export function modelRecord(described: Described): Explanation | undefined {
  try {
    return describedModel(described);
  } catch (error) {
    if (error instanceof MetricError) return undefined;
    throw error;
  }
}

/** The shape of one sample of a data set; null where it is not known. */
function sampleOf(data: unknown): Tree<SampleShape> | null {
  const set = data as AnyDataSet | undefined;
  if (set?.train?.inputs === undefined || isStream(set as never)) return null;
  return mapTree(set.train.inputs, isTensor, (one: Tensor): SampleShape => {
    const isFloat = set.inputScale !== undefined || one.dtype === "f16";
    const type = isFloat ? "float" : valueTypeOf(one.dtype);
    return { shape: one.shape.slice(1), type };
  }) as Tree<SampleShape>;
}
