import type { OpRow } from "@metrigrad/graph";
import {
  fullMetrics,
  linearMetrics,
  type Metric,
  type MetricTable,
  standardMetrics,
  type UnitRow,
} from "@metrigrad/metric";
import type { AnyDefinition, AnyLaw, AnyModule } from "@metrigrad/nn";
import type { Optimizer } from "@metrigrad/optim";
import type { Exports } from "../experiment/loadModule.ts";

/** An element-wise op, or an op with rules of its own, both callable. */
export interface CallableOp {
  (...inputs: readonly never[]): unknown;
  readonly op: { readonly name: string; readonly arity?: number };
  /** The formula of an element-wise op. */
  readonly expr?: unknown;
}

/** Something that can be checked, by what it is. */
export type Found =
  | { readonly kind: "op"; readonly name: string; readonly value: CallableOp | OpRow }
  | { readonly kind: "module"; readonly name: string; readonly value: AnyDefinition | AnyModule }
  | { readonly kind: "metric"; readonly name: string; readonly value: Metric | UnitRow }
  | { readonly kind: "law"; readonly name: string; readonly value: AnyLaw }
  | { readonly kind: "optimizer"; readonly name: string; readonly value: Optimizer };

/** Rows that come with metrigrad, which its own tests check. */
const shipped = new Set<unknown>(
  [standardMetrics, linearMetrics, fullMetrics].flatMap(({ rows }) => rows),
);

/**
 * What can be checked among exports, each once: those that are it, members of exported lists, and the own rows of exported
 * tables of metrics.
 */
export function findIn(exports: Exports): readonly Found[] {
  const seen = new Set<unknown>();
  const found: Found[] = [];
  const look = (name: string, value: unknown) => {
    if (seen.has(value) || value === null || value === undefined) return;
    seen.add(value);
    const one = foundOf(name, value);
    if (one !== null) found.push(one);
    else if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) look(`${name}[${i}]`, item);
    } else if (isTable(value)) {
      const own = value.rows.filter((row) => !shipped.has(row));
      for (const [i, row] of own.entries()) look(`${name}.rows[${i}]`, row);
    }
  };
  // Rows of tables have better names where they are exports themselves.
  const entries = Object.entries(exports);
  const parts = ([, value]: [string, unknown]) => Array.isArray(value) || isTable(value);
  for (const [name, value] of entries.filter((one) => !parts(one))) look(name, value);
  for (const [name, value] of entries.filter(parts)) look(name, value);
  const rows = new Set(
    found.flatMap(({ kind, value }) => (kind === "op" && "cases" in value ? [value.op] : [])),
  );
  // An op that has a row is checked by that.
  return found.filter(({ kind, value }) => {
    return !(kind === "op" && !("cases" in value) && rows.has(value.op.name));
  });
}

function foundOf(name: string, value: unknown): Found | null {
  if (typeof value === "function") {
    const { op, spec } = value as Partial<CallableOp & AnyDefinition>;
    if (typeof op?.name === "string") return { kind: "op", name, value: value as CallableOp };
    if (typeof spec?.apply !== "function") return null;
    return { kind: "module", name, value: value as unknown as AnyDefinition };
  }
  if (typeof value !== "object" || value === null) return null;
  const has = (member: string) => typeof (value as Exports)[member] === "function";
  const { cases, definition, variables } = value as Exports;
  if (has("f") && Array.isArray(cases)) return { kind: "op", name, value: value as OpRow };
  if (definition !== undefined && variables !== undefined)
    return { kind: "module", name, value: value as AnyModule };
  if (has("logProb") && has("parts")) return { kind: "law", name, value: value as AnyLaw };
  if (has("update") && "settings" in value)
    return { kind: "optimizer", name, value: value as Optimizer };
  if ("of" in value && has("block")) return { kind: "metric", name, value: value as Metric };
  if (has("nu") && "activation" in value) return { kind: "metric", name, value: value as UnitRow };
  return null;
}

function isTable(value: unknown): value is MetricTable {
  const { rowOf, rows } = (value ?? {}) as Partial<MetricTable>;
  return typeof rowOf === "function" && Array.isArray(rows);
}
