import {
  type Activation,
  diagonalMetrics,
  elu,
  fullMetrics,
  gelu,
  kfacMetrics,
  linearMetrics,
  type MetricTable,
  type Module,
  paperMetrics,
  partition,
  relu,
  sigmoid,
  sin,
  standardMetrics,
  tanh,
} from "metrigrad";
import type { ActivationName, TableName } from "./settings.ts";

export const activations: Readonly<Record<ActivationName, Activation>> = {
  tanh,
  sigmoid,
  relu,
  elu,
  gelu,
  sin,
};

/** The table of metrics of a name, for a model. */
export function tableOf(name: TableName, model: Module): MetricTable {
  switch (name) {
    case "linear":
      return linearMetrics;
    case "paper":
      return paperMetrics;
    case "standard":
      return standardMetrics;
    case "full":
      return fullMetrics;
    case "kfac":
      return kfacMetrics();
    case "diagonal":
      return diagonalMetrics();
    case "whole":
      return partition(model, "whole");
  }
}
