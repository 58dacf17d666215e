import { encodeFunction, type FunctionCode, type Lifted } from "./code.ts";
import { type Func, type FuncType, FunctionBuilder, type Local, typeCodes } from "./function.ts";
import { unsigned } from "./leb128.ts";
import type { ValType } from "./value.ts";

/** The number of pages of 64 KiB that a 32-bit memory can have. */
export const maxPages = 65536;

/** The locals for parameters of the given types. */
export type ParamLocals<P extends readonly ValType[]> = {
  [K in keyof P]: Local<P[K]>;
};

/** The signature and visibility of a function. */
export interface FuncOptions<P extends readonly ValType[]> {
  readonly params: P;
  readonly results?: readonly ValType[];
  /** Whether the host sees it under its name; false by default. */
  readonly export?: boolean;
}

/**
 * Builds a module that imports the memory `env.memory` and functions `env.<name>`. All imports come before the first
 * function.
 */
export class ModuleBuilder {
  private readonly types: string[] = [];
  private readonly typeBytes: number[][] = [];
  private readonly imports: number[][];
  private readonly functions: {
    readonly type: number;
    readonly body: (base: number) => number[];
  }[] = [];
  private readonly exports: number[][] = [];
  private readonly names: string[] = [];
  private importedFuncs = 0;
  private readonly suffix: string;

  /**
   * Makes a builder. `suffix` is added to the names of its functions, so that modules of one kind can be told apart.
   */
  constructor(options: { readonly shared: boolean }, suffix = "") {
    this.suffix = suffix;
    const limits = options.shared
      ? [0x03, ...unsigned(0), ...unsigned(maxPages)]
      : [0x00, ...unsigned(0)];
    this.imports = [[...text("env"), ...text("memory"), 0x02, ...limits]];
  }

  /** Declares an imported function. */
  import(name: string, type: FuncType): Func {
    if (this.functions.length > 0) throw new Error(`import ${name}: imports come first`);
    this.imports.push([...text("env"), ...text(name), 0x00, ...unsigned(this.typeIndex(type))]);
    const index = this.importedFuncs++;
    this.names[index] = name;
    return { index, name, type };
  }

  /** Adds a function. Its body is built at once, so it can call functions that were added before it. */
  func<const P extends readonly ValType[]>(
    name: string,
    options: FuncOptions<P>,
    body: (f: FunctionBuilder, ...params: ParamLocals<P>) => void,
  ): Func {
    const builder = new FunctionBuilder(options.params);
    const func = this.place(name, options, (base) => encodeFunction(builder.build(), base, null));
    body(builder, ...(builder.params as unknown as ParamLocals<P>));
    return func;
  }

  /** Adds a function that was built apart. Parameters for addresses that are `lifted` come behind the others. */
  add(
    name: string,
    options: FuncOptions<readonly ValType[]>,
    code: FunctionCode,
    lifted: Lifted | null = null,
  ): Func {
    const addresses = new Array<ValType>(lifted?.count ?? 0).fill("i32");
    const params = [...options.params, ...addresses];
    return this.place(name, { ...options, params }, (base) => encodeFunction(code, base, lifted));
  }

  private place(
    name: string,
    options: FuncOptions<readonly ValType[]>,
    body: (base: number) => number[],
  ): Func {
    const type: FuncType = { params: options.params, results: options.results ?? [] };
    const index = this.importedFuncs + this.functions.length;
    const full = name + this.suffix;
    this.names[index] = full;
    if (options.export) this.exports.push([...text(full), 0x00, ...unsigned(index)]);
    this.functions.push({ type: this.typeIndex(type), body });
    return { index, name: full, type };
  }

  /** Returns the module as bytes; addresses of `addressFromBase` are counted from `base`. */
  encode(base = 0): Uint8Array<ArrayBuffer> {
    const bytes: number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
    section(bytes, 1, this.typeBytes);
    section(bytes, 2, this.imports);
    section(
      bytes,
      3,
      this.functions.map((f) => unsigned(f.type)),
    );
    section(bytes, 7, this.exports);
    section(
      bytes,
      10,
      this.functions.map((f) => f.body(base)),
    );
    this.encodeNames(bytes);
    return Uint8Array.from(bytes);
  }

  /** Writes the custom section that gives functions their names in profiles and stack traces. */
  private encodeNames(bytes: number[]): void {
    const entries = this.names.map((name, index) => [...unsigned(index), ...text(name)]);
    const map = [...unsigned(entries.length), ...entries.flat()];
    const content = [...text("name"), 0x01, ...unsigned(map.length), ...map];
    bytes.push(0x00, ...unsigned(content.length));
    for (const byte of content) bytes.push(byte);
  }

  private typeIndex(type: FuncType): number {
    const key = `${type.params.join()}->${type.results.join()}`;
    const known = this.types.indexOf(key);
    if (known >= 0) return known;
    this.types.push(key);
    const list = (types: readonly ValType[]) => [
      ...unsigned(types.length),
      ...types.map((t) => typeCodes[t]),
    ];
    this.typeBytes.push([0x60, ...list(type.params), ...list(type.results)]);
    return this.types.length - 1;
  }
}

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...unsigned(bytes.length), ...bytes];
}

function section(bytes: number[], id: number, entries: readonly (readonly number[])[]): void {
  if (entries.length === 0) return;
  const count = unsigned(entries.length);
  const size = entries.reduce((sum, entry) => sum + entry.length, count.length);
  bytes.push(id, ...unsigned(size), ...count);
  for (const entry of entries) for (const byte of entry) bytes.push(byte);
}
