import type { Tensor } from "@metrigrad/tensor";
import type { Column } from "./column.ts";

/** TableRows of a table: records of texts, numbers, booleans or nothing, by column. */
export type TableRows = readonly Readonly<Record<string, unknown>>[];

/** TableColumns by name. */
export type TableColumns = Readonly<Record<string, Column>>;

/** The names of the columns whose form is `Form`. */
export type ColumnsOfForm<C extends TableColumns, Form> = {
  [K in keyof C]: C[K] extends Column<infer F> ? (F extends Form ? K : never) : never;
}[keyof C];

/** The inputs of a table: one matrix, or a record where columns are indices. */
export type TableInputs<C extends TableColumns, Others> = [
  Exclude<ColumnsOfForm<C, "index">, Others>,
] extends [never]
  ? Tensor
  : { readonly [K in Exclude<ColumnsOfForm<C, "index">, Others>]: Tensor } & ([
      Exclude<ColumnsOfForm<C, "value" | "onehot">, Others>,
    ] extends [never]
      ? unknown
      : { readonly features: Tensor });

/** The targets of a table: one leaf, or a record where several columns have categories among them. */
export type TableTargets<C extends TableColumns, T> = T extends readonly (infer K)[]
  ? [K & ColumnsOfForm<C, "onehot" | "index">] extends [never]
    ? Tensor
    : { readonly [Name in K & string]: Tensor }
  : Tensor;

/** The columns that a table does not take among its inputs. */
export interface TableRoles<T> {
  /**
   * The column to predict, or several. Categories become i32 [rows] of class indices, others f32 [rows, 1]. Several columns
   * without categories become f32 [rows, columns]; with categories, a record of leaves by name.
   */
  readonly targets?: T;
  /** The column that says how much each row counts. */
  readonly weights?: string;
}

/** TableRows that a table read: a split, but for targets where the table has none. */
export type TableSplit<In, Out> = {
  readonly inputs: In;
  /** f32 [rows]; only where the table has a column of weights. */
  readonly weights?: Tensor;
} & ([Out] extends [never] ? unknown : { readonly targets: Out });

/** A table of rows as tensors, and what was learned from them. */
export type Table<In, Out> = TableSplit<In, Out> & {
  /** The names of the features, such as "age" or "city=Oslo": the columns of the matrix of inputs. */
  readonly names: readonly string[];
  /** The categories of columns that have some, in the order of their indices. */
  readonly categories: Readonly<Record<string, readonly string[]>>;
  /** What standardised columns were shifted and divided by. */
  readonly statistics: Readonly<
    Record<string, { readonly mean: number; readonly deviation: number }>
  >;
  /** The option `classes` of `dataSet`, where targets are class indices. */
  readonly classes?: number | Readonly<Record<string, number>>;
  /** More rows, read with what was learned from the first. Throws DataError. */
  readonly transform: (rows: TableRows) => TableSplit<In, Out>;
  /** The inputs of rows whose targets are not known. Throws DataError. */
  readonly transformInputs: (rows: TableRows) => In;
};
