import { checkNames, DataError } from "@metrigrad/tensor";
import papa from "papaparse";
import { numberOf } from "../table/column.ts";

/**
 * The type of a column: `"text"` as it stands, `"number"` in decimal notation, or `"boolean"` for true and false.
 *
 * @category Data
 */
export type CsvType = "text" | "number" | "boolean";

/**
 * Options of {@link readCsv}.
 *
 * @category Data
 */
export interface CsvOptions {
  /** Whether the first line has the names of the columns, true by default; or the names themselves. */
  readonly header?: boolean | readonly string[];
  /** The text between two cells; `","` by default. */
  readonly delimiter?: string;
  /**
   * The types of columns: `"text"` for all (the default), `"infer"`, or a record by column. A column that the record
   * leaves out is text.
   *
   * With `"infer"` a column is of numbers, or of booleans, if every cell that is not missing is. Integers with more
   * digits than a number can hold stay texts.
   */
  readonly types?: "text" | "infer" | Readonly<Record<string, CsvType>>;
  /** The texts of cells that hold nothing; `[""]` by default. Such a cell becomes null. */
  readonly missing?: readonly string[];
  /** The name of the table in messages, for example a file name; none by default. */
  readonly name?: string;
}

/**
 * A row as a record by column; null for a missing cell.
 *
 * @category Data
 */
export type CsvRow = Readonly<Record<string, string | number | boolean | null>>;

const optionNames = ["header", "delimiter", "types", "missing", "name"];

/**
 * Reads a CSV table (RFC 4180: cells may be quoted, and quotes within are doubled).
 *
 * Empty lines are left out. If line breaks differ, all become "\n", within quotes too.
 *
 * {@includeCode ../../../../examples/api/data/readCsv.ts#example}
 *
 * @param text - The table, as a text or as bytes in UTF-8. In Node, read a file by `readFile` first.
 * @param options - Header, delimiter, types, and the texts of missing cells.
 * @returns The rows, for {@link fromColumns}. Without a header, columns are called "0", "1", ….
 * @throws {@link DataError} if an option is unknown or wrong, or if bytes are not UTF-8. If a row has more or fewer
 *   cells than the header, a quote is not closed, a name comes twice, or a cell is not of its type. Messages count
 *   rows from 0, as the result does.
 * @category Data
 */
export function readCsv(text: string | Uint8Array, options: CsvOptions = {}): CsvRow[] {
  checkNames("readCsv", options, optionNames, DataError);
  const { header = true, delimiter = ",", types = "text", missing = [""], name } = options;
  const where = name === undefined ? "readCsv" : `readCsv(${name})`;
  const first = header === true ? 1 : 0;
  const lines = parse(where, decode(where, text), delimiter, first);
  const names = namesOf(where, header, lines);
  const cells = lines.slice(first);
  for (const [row, line] of cells.entries()) {
    if (line.length === names.length) continue;
    throw refused(where, `a row must have ${names.length} cells`, `${line.length} in row ${row}`);
  }
  const readers = readersOf(where, names, types, cells, missing);
  return cells.map((line, row) =>
    Object.fromEntries(names.map((column, at) => [column, readers[at]?.(line[at] as string, row)])),
  ) as CsvRow[];
}

function decode(where: string, text: unknown): string {
  if (typeof text === "string") return text.replace(/^\uFEFF/, "");
  if (!(text instanceof Uint8Array)) {
    const got = text === null ? "null" : `a ${typeof text}`;
    throw refused(where, "the table must be a text or bytes", got, "read the file first");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch {
    const todo = "decode the bytes yourself and pass the text";
    throw refused(where, "bytes must be UTF-8", "others", todo);
  }
}

function parse(where: string, text: string, delimiter: string, first: number): string[][] {
  if (
    typeof delimiter !== "string" ||
    papa.BAD_DELIMITERS.includes(delimiter) ||
    delimiter === ""
  ) {
    const todo = 'pass for example ";" or "\\t"';
    throw refused(
      where,
      "delimiter must be a text without quotes or line breaks",
      JSON.stringify(delimiter),
      todo,
    );
  }
  const lines = oneLineBreak(text);
  const { data, errors } = papa.parse<string[]>(lines, { delimiter, skipEmptyLines: true });
  const error = errors.find(({ type }) => type === "Quotes");
  if (error !== undefined) {
    const row = (error.row ?? 0) - first;
    const got = `${error.message} (${row < 0 ? "header" : `row ${row}`})`;
    throw refused(where, "quotes must be closed, and doubled within quotes", got);
  }
  return data;
}

/** Returns the text with one kind of line break. The parser takes the first kind that it finds for all. */
function oneLineBreak(text: string): string {
  const ways = [/\r\n/, /\r(?!\n)/, /(?<!\r)\n/].filter((way) => way.test(text));
  return ways.length > 1 ? text.replaceAll(/\r\n?/g, "\n") : text;
}

function namesOf(where: string, header: unknown, lines: readonly string[][]): readonly string[] {
  const width = lines[0]?.length;
  if (width === undefined) throw refused(where, "the table must have a line", "none");
  if (header === false) return Array.from({ length: width }, (_, at) => String(at));
  const names = header === true ? (lines[0] as string[]).map((name) => name.trim()) : header;
  if (!Array.isArray(names) || names.some((name) => typeof name !== "string" || name === "")) {
    const todo = "name every column, in the table or by the option header";
    throw refused(where, "columns must have names", JSON.stringify(names), todo);
  }
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) {
    const todo = "pass other names by the option header";
    throw refused(where, "columns must have different names", `${twice} twice`, todo);
  }
  return names;
}

type Reader = (text: string, row: number) => string | number | boolean | null;

const conversions: Readonly<
  Record<CsvType, (text: string) => string | number | boolean | undefined>
> = {
  text: (text) => text,
  number: numberOf,
  boolean: (text) => {
    const word = text.trim().toLowerCase();
    return word === "true" || word === "false" ? word === "true" : undefined;
  },
};

function readersOf(
  where: string,
  names: readonly string[],
  types: NonNullable<CsvOptions["types"]>,
  cells: readonly string[][],
  missing: readonly string[],
): Reader[] {
  const gaps = new Set(missing);
  checkTypes(where, names, types);
  return names.map((column, at) => {
    const all = () =>
      cells.flatMap((line) => (gaps.has(line[at] as string) ? [] : [line[at] as string]));
    const named =
      typeof types === "object" && Object.hasOwn(types, column) ? types[column] : undefined;
    const type = types === "infer" ? inferred(all()) : (named ?? "text");
    return (text, row) => {
      if (gaps.has(text)) return null;
      const value = conversions[type](text);
      if (value !== undefined) return value;
      const got = `${JSON.stringify(text.slice(0, 60))} in row ${row}`;
      const todo = "correct the cell, or list the text under missing";
      throw refused(`${where}, ${column}`, `a cell must be a ${type}`, got, todo);
    };
  });
}

function inferred(texts: readonly string[]): CsvType {
  if (texts.length === 0) return "text";
  const fits = (type: CsvType) => texts.every((text) => faithful(conversions[type](text), text));
  return (["number", "boolean"] as const).find(fits) ?? "text";
}

/**
 * Whether a cell was read without loss. Long identifiers do not count as numbers, because different ones would become
 * equal.
 */
function faithful(value: ReturnType<(typeof conversions)[CsvType]>, text: string): boolean {
  if (typeof value !== "number") return value !== undefined;
  return Number.isFinite(value) && (Number.isSafeInteger(value) || !/^\s*[+-]?\d+\s*$/.test(text));
}

function checkTypes(where: string, names: readonly string[], types: unknown): void {
  if (types === "text" || types === "infer") return;
  const known = Object.keys(conversions);
  const todo = 'pass "text", "infer" or a record such as { age: "number" }';
  if (typeof types !== "object" || types === null) {
    throw refused(
      where,
      'types must be "text", "infer" or a record by column',
      String(types),
      todo,
    );
  }
  for (const [column, type] of Object.entries(types)) {
    if (!names.includes(column)) {
      throw refused(where, `types must be of the columns ${names.join(", ")}`, column, todo);
    }
    if (known.includes(type as string)) continue;
    throw refused(
      where,
      `the type of ${column} must be one of ${known.join(", ")}`,
      String(type),
      todo,
    );
  }
}

function refused(where: string, must: string, got: string, todo?: string): DataError {
  return new DataError({ where, must, got, todo: todo ?? "correct the table, or the delimiter" });
}
