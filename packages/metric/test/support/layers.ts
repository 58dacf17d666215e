import { defElementwise, relu, softplus } from "@metrigrad/graph";
import {
  elementwiseRow,
  eluRow,
  linearRows,
  type MetricTable,
  metrics,
  neuronRows,
  poissonRow,
  type Rfim,
  reluRow,
  rfim,
  sigmoidRow,
  tanhRow,
  type UnitRow,
} from "@metrigrad/metric";
import { type Activation, dense } from "@metrigrad/nn";
import type { Store } from "@metrigrad/tensor";
import type { Matrix } from "ml-matrix";
import { onReference, type Tested } from "./backends.ts";
import { asTensor } from "./draws.ts";
import { counting, type HostUnit, normalUnit, twoValued } from "./units.ts";

/** A dense layer with the table that describes it, and its response in plain JavaScript. */
export interface Layer {
  readonly name: string;
  /** The exported function that made its row. */
  readonly made: string;
  readonly activation: Activation | null;
  readonly table: MetricTable;
  readonly unit: HostUnit;
}

const logistic = (t: number) => 1 / (1 + Math.exp(-t));
const softened = (leak: number, omega: number) => (t: number) =>
  omega * Math.log(Math.exp((leak * t) / omega) + Math.exp(t / omega));
const bent = defElementwise({ name: "bent", f: "x/(1+x*x)" });

function ofRow(made: string, row: UnitRow, unit: HostUnit): Layer {
  return {
    name: row.name,
    made,
    activation: row.activation,
    table: metrics(neuronRows([row])),
    unit,
  };
}

function ofRelu(leak: number, omega: number, sigma: number): Layer {
  return ofRow(
    "reluRow",
    reluRow({ leak, omega, sigma }),
    normalUnit(softened(leak, omega), sigma),
  );
}

function ofElu(alpha: number, sigma: number): Layer {
  const mean = (t: number) => (t >= 0 ? t : alpha * (Math.exp(t) - 1));
  return ofRow("eluRow", eluRow({ alpha, sigma }), normalUnit(mean, sigma));
}

/** A layer for every row of rfim that this package has, relu and elu with several parameters. */
export const layers: readonly Layer[] = [
  ofRow(
    "tanhRow",
    tanhRow(),
    twoValued(-1, 1, (t) => (1 + Math.tanh(t)) / 2),
  ),
  ofRow("sigmoidRow", sigmoidRow(), twoValued(0, 1, logistic)),
  ofRow("poissonRow", poissonRow(), counting(Math.exp)),
  ofRelu(0, 1, 1),
  ofRelu(0.1, 0.5, 2),
  ofRelu(0.3, 2, 0.7),
  ofElu(1, 1),
  ofElu(1.5, 0.6),
  ofRow(
    "elementwiseRow",
    elementwiseRow(softplus),
    normalUnit((t) => Math.log(1 + Math.exp(t))),
  ),
  ofRow(
    "elementwiseRow",
    elementwiseRow(bent, { sigma: 0.4 }),
    normalUnit((t) => t / (1 + t * t), 0.4),
  ),
  {
    name: "linear layer",
    made: "neuronRows",
    activation: null,
    table: metrics(neuronRows()),
    unit: normalUnit((t) => t),
  },
  {
    name: "linear layer (σ=0.3)",
    made: "linearRows",
    activation: relu,
    table: metrics(linearRows({ sigma: 0.3 })),
    unit: normalUnit((t) => t, 0.3),
  },
];

/** The metric of a layer with weights w [d, m] on rows x [n, d − 1]. */
export async function layerMetric(
  { activation, table }: Pick<Layer, "activation" | "table">,
  w: Matrix,
  x: Matrix,
  on: Tested = onReference,
): Promise<{ readonly g: Rfim; readonly store: Store; readonly close: () => Promise<void> }> {
  const settings = activation === null ? {} : { activation };
  const model = dense(w.rows - 1, w.columns, settings);
  const store = await on.store(model);
  await store.write("w", asTensor(w));
  const g = await rfim(model, asTensor(x), { store, metrics: table });
  return { g, store, close: () => store.close() };
}
