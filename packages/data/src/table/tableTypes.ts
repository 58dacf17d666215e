import type { Tensor } from "@metrigrad/tensor";
import type { Column } from "./column.ts";

/**
 * Rows of a table: records of texts, numbers, booleans or nothing, by column.
 *
 * @category Data
 */
export type TableRows = readonly Readonly<Record<string, unknown>>[];

/**
 * Columns of a table by name.
 *
 * @category Data
 */
export type TableColumns = Readonly<Record<string, Column>>;

/**
 * The names of the columns whose form is `Form`.
 *
 * @category Data
 */
export type ColumnsOfForm<C extends TableColumns, Form> = {
  [K in keyof C]: C[K] extends Column<infer F> ? (F extends Form ? K : never) : never;
}[keyof C];

/**
 * The inputs of a table: one matrix, or a record if there are columns of indices.
 *
 * @category Data
 */
export type TableInputs<C extends TableColumns, Others> = [
  Exclude<ColumnsOfForm<C, "index">, Others>,
] extends [never]
  ? Tensor
  : { readonly [K in Exclude<ColumnsOfForm<C, "index">, Others>]: Tensor } & ([
      Exclude<ColumnsOfForm<C, "value" | "onehot">, Others>,
    ] extends [never]
      ? unknown
      : { readonly features: Tensor });

/**
 * The targets of a table: one leaf, or a record if there are several columns with categories among them.
 *
 * @category Data
 */
export type TableTargets<C extends TableColumns, T> = T extends readonly (infer K)[]
  ? [K & ColumnsOfForm<C, "onehot" | "index">] extends [never]
    ? Tensor
    : { readonly [Name in K & string]: Tensor }
  : Tensor;

/** The columns that a table does not take among its inputs. */
export interface TableRoles<T> {
  /**
   * The column to predict, or several.
   *
   * Categories become i32 [rows] of class indices, other columns f32 [rows, 1]. Several columns without categories
   * become f32 [rows, columns]; with categories among them, they become a record of leaves by name.
   */
  readonly targets?: T;
  /** The column with the weight of each row. */
  readonly weights?: string;
}

/**
 * Rows that a table read: a split, without targets if the table has none.
 *
 * @category Data
 */
export type TableSplit<In, Out> = {
  /** The inputs, f32 [rows, features], or a record with columns of indices. */
  readonly inputs: In;
  /** The weights of the rows, f32 [rows]; only if the table has a column of weights. */
  readonly weights?: Tensor;
} & ([Out] extends [never] ? unknown : { readonly targets: Out });

/**
 * Rows of a table as tensors, and what was learned from them.
 *
 * @category Data
 */
export type Table<In, Out> = TableSplit<In, Out> & {
  /** The names of the features, such as "age" or "city=Oslo": the columns of the matrix of inputs. */
  readonly names: readonly string[];
  /** The categories of columns that have some, in the order of their indices. */
  readonly categories: Readonly<Record<string, readonly string[]>>;
  /** The mean that was subtracted from each standardised column, and the deviation that it was divided by. */
  readonly statistics: Readonly<
    Record<string, { readonly mean: number; readonly deviation: number }>
  >;
  /** The option `classes` of {@link dataSet}, if targets are class indices. */
  readonly classes?: number | Readonly<Record<string, number>>;
  /** Reads more rows with what was learned from the first ones. Throws DataError. */
  readonly transform: (rows: TableRows) => TableSplit<In, Out>;
  /** Reads the inputs of rows whose targets are not known. Throws DataError. */
  readonly transformInputs: (rows: TableRows) => In;
};
