import { type AnyDataSet, gatherRows, inputScaleOf, isStream, rowsOf } from "@metrigrad/data";
import {
  linearMetrics,
  type MetricTable,
  type OptimizerMetric,
  type RfimBlock,
  rfim,
} from "@metrigrad/metric";
import { isTensor, mapTree, type Store, type Tensor, type Tree, tensor } from "@metrigrad/tensor";
import type { SpectrumRecord } from "@metrigrad/train";
import type { Described } from "./describedModel.ts";

/** Rows on which metrics are averaged. */
const mostRows = 256;
/** The most multiply-adds for the eigenvalues of one block: a second or two on the host. */
const mostWork = 1e9;

/** Eigenvalues of a model's metric, as it is trained. */
export interface Spectra {
  /** Computes those of the first matrix of each block, after so many epochs. */
  measure(store: Store, epoch: number): Promise<void>;
  readonly found: readonly SpectrumRecord[];
  /** The blocks that are left out, since their matrices are too large, in words. */
  readonly leftOut: readonly string[];
}

/** Spectra of the metric that an optimizer uses, on the first rows of the training data; null for a stream. */
export function spectraOf({ model, data, likelihood, optimizer }: Described): Spectra | null {
  const set = data as AnyDataSet;
  if (isStream(set as never)) return null;
  const batch = firstRows(set);
  const metrics = tableOf(optimizer.metric ?? null);
  const found: SpectrumRecord[] = [];
  const leftOut = new Set<string>();
  return {
    async measure(store, epoch) {
      const options = { store, metrics, ...(likelihood === undefined ? {} : { likelihood }) };
      const geometry = await rfim(model as never, batch as never, options as never);
      try {
        for (const block of geometry.blocks) {
          if (block.matrices * block.size ** 3 > mostWork) leftOut.add(nameOf(block));
          else found.push(await spectrumOf(block, epoch));
        }
      } finally {
        await geometry.close();
      }
    },
    found,
    get leftOut() {
      return [...leftOut];
    },
  };
}

/** The table of metrics of an optimizer. Groups of parameters may have several, of which the first counts. */
function tableOf(metric: OptimizerMetric): MetricTable {
  if (metric === null) return linearMetrics;
  if ("metrics" in metric) return metric.metrics;
  const part = metric.find((one) => one.metric !== null);
  return tableOf(part?.metric ?? null);
}

async function spectrumOf(block: RfimBlock, epoch: number): Promise<SpectrumRecord> {
  const { path, params, matrices, size } = block;
  const all = (await block.eigenvalues()).data();
  const values = Array.from(all.slice(0, size), Number).reverse();
  return { epoch, path, params, matrices, values };
}

function nameOf({ path, params, matrices, size }: RfimBlock): string {
  return `${path === "" ? params.join(", ") : path} (${matrices} × [${size}, ${size}])`;
}

/** The first rows of the training inputs, scaled as the model reads them. */
function firstRows(set: AnyDataSet): Tree<Tensor> {
  const count = Math.min(mostRows, rowsOf(set.train));
  const rows = Array.from({ length: count }, (_, row) => row);
  const taken = gatherRows(set.train.inputs, rows) as Tree<Tensor>;
  return mapTree(taken, isTensor, (one, path) => {
    const scale = inputScaleOf(set, path);
    if (scale === 1) return one;
    const values = Float64Array.from(one.data(), (value) => Number(value) * scale);
    return tensor(values, { shape: one.shape });
  }) as Tree<Tensor>;
}
