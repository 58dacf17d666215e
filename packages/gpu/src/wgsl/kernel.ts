import {
  type DType,
  type ScalarType,
  scalarTypeOf,
  storageBytes,
  type View,
} from "@metrigrad/tensor";
import type { Shape, Traits } from "../step/product/shape.ts";
import type { Page, Spot } from "../webgpu/page.ts";
import { type Words, wordsOf } from "./access.ts";
import { positionText } from "./layout.ts";
import { programText, renumbered, type Shared, type Source } from "./source.ts";

/** The bytes of an element. */
export type Lane = 1 | 2 | 4;

/** Returns the bytes of an element of a buffer. There are no floats of 64 bits. */
function laneOf(dtype: DType): Lane {
  return storageBytes[dtype] as Lane;
}

/**
 * The memory that a dispatch uses: which part of which page, and the word of the parameters that holds its position.
 */
export interface Use {
  readonly page: Page;
  readonly write: boolean;
  /** The index of the parameter with the position: the number of elements before the first one that is used. */
  readonly param: number;
  /** The bytes of an element: 4, or 2 or 1 if words hold several. */
  readonly lane: Lane;
  /** The first byte, and the byte after the last. */
  readonly range: readonly [number, number];
  /** The distance by which the position moves with each turn of the loops around the step, outermost first. */
  readonly advance: readonly number[];
}

/** Whether a use stores parts of words. The words of its page are atomic then. */
export function storesParts({ write, lane }: Use): boolean {
  return write && lane < 4;
}

/** The part of a launch's work that each of the plan's steps has, by the step's index. */
export type Shares = ReadonlyMap<number, number>;

/** A dispatch of a compute shader, as it is recorded. */
export interface Launch {
  /** Absent before the program is put together. */
  readonly shares?: Shares;
  /** Returns the text for pages whose first bindings have the given numbers; several pages may have the same one. */
  readonly code: (numbers: readonly number[]) => string;
  /** The pages that it uses. */
  readonly pages: readonly Page[];
  readonly uses: readonly Use[];
  /** The words of the uniform. Those of a dispatch begin with 0 and end with the number of workgroups; before it is the first one if there are cuts. */
  readonly params: readonly number[];
  readonly groups: number;
  /** The number of launches into which it is cut at least; 1 by default. */
  readonly cuts?: number;
}

/** The dispatch of one step, which may share a launch with others. */
export interface Dispatch extends Launch {
  readonly source: Source;
}

/** A value that a kernel reads or writes. */
export interface Operand {
  readonly dtype: DType;
  readonly type: ScalarType;
  /** Returns the value at a position from the operand's first element, as text. */
  load(position: string): string;
  /** Returns a statement that stores a value of the operand's scalar type. */
  store(position: string, value: string): string;
  /** Returns four values from a position on that is a multiple of 4 words from the beginning of its page. */
  quad(position: string): string;
  /** Returns the bits of a value. */
  bits(value: string): string;
  /** Returns a statement that stores the bits of four values from such a position on. */
  setQuad(position: string, bits: string): string;
  /** Returns the position of coordinates `name0`, `name1`, … over the view's own axes. */
  at(name: string, axes?: readonly number[]): string;
}

/** What a plan's steps need to know of its buffers. */
export interface Memory {
  spot(buffer: number): Spot;
  dtype(buffer: number): DType;
  /** Returns the number of bytes of a buffer. */
  bytes(buffer: number): number;
  /** Words that a step may use between its dispatches; no other step uses them at that time. */
  readonly scratch: Page;
  /** The number of bytes that scratch may have. */
  readonly scratchBytes: number;
  /** The number of multiplications that one dispatch of a product may do. */
  readonly mostTerms: number;
  /** Returns how a product is computed. */
  shapeOf(traits: Traits): Shape;
}

/** Collects the bindings of one dispatch, and writes its text. */
export class Kernel {
  readonly memory: Memory;
  private readonly pages: Page[] = [];
  private readonly uses: Use[] = [];
  private readonly params: number[] = [0];
  private readonly functions: string[] = [];
  private readonly memories = new Map<string, Shared>();
  private guard: Operand | null = null;
  private cuts = 1;

  constructor(memory: Memory) {
    this.memory = memory;
  }

  /** Returns a word of the uniform, as text. Equal kernels with other words share one pipeline. */
  param(word: number): string {
    const at = this.params.push(word >>> 0) - 1;
    return wordText(at);
  }

  /** Returns a float of the uniform, as text. */
  floatParam(value: number): string {
    const bits = new Uint32Array(Float32Array.of(value).buffer)[0] as number;
    return `bitcast<f32>(${this.param(bits)})`;
  }

  /** Adds a function that the body may call, once. */
  define(text: string): void {
    this.functions.push(text);
  }

  /** Adds memory of a workgroup: one value, or `count` of them. Memory of the same name is added once. */
  shared(name: string, type: string, count?: number): void {
    this.memories.set(name, { name, type, count: count ?? null });
  }

  /** Returns a view that is read. */
  read(view: View): Operand {
    return this.operand(view, false);
  }

  /** Returns a view that is written, and may be read. */
  write(view: View): Operand {
    return this.operand(view, true);
  }

  /** Returns words of scratch, counted from the step's first. */
  scratch(dtype: DType, words: number, offset: number): Operand {
    const page = this.memory.scratch;
    return this.use(page, dtype, 4 * offset, [4 * offset, 4 * (offset + words)], true, [], []);
  }

  /** Skips the whole kernel if a bool scalar is false. */
  when(view: View | undefined): void {
    if (view !== undefined) this.guard = this.read(view);
  }

  /** Has the next dispatches launched in several pieces, because they are much work. */
  cutInto(cuts: number): void {
    this.cuts = cuts;
  }

  /**
   * Returns the dispatch. `body` sees `group` and `lane`, and its workgroup has `lanes` threads. With `barriers` a
   * skipped workgroup leaves as a whole.
   */
  build(body: readonly string[], groups: number, lanes: number, barriers: boolean): Dispatch {
    const guard = this.guard?.load("0u") ?? null;
    const early: string[] = [];
    if (guard !== null && barriers) {
      this.shared("wanted", "u32");
      early.push(
        `if (lane == 0u) { wanted = select(0u, 1u, ${guard}); }`,
        "if (workgroupUniformLoad(&wanted) == 0u) { return; }",
      );
    } else if (guard !== null) early.push(`if (!${guard}) { return; }`);
    const { cuts } = this;
    const first = cuts > 1 ? this.param(0) : null;
    const all = this.param(groups);
    const params = [...this.params];
    const whole: Source = {
      ...{ body: [...early, ...body], functions: [...this.functions], lanes, barriers },
      memories: barriers ? [...this.memories.values()] : [],
    };
    // Two dispatches of one kernel need not use the same memory.
    const text = [...whole.functions, ...whole.body].join("\n");
    const uses = this.uses.filter(({ param }) => text.includes(wordText(param)));
    const pages = this.pages.filter((page) => uses.some((use) => use.page === page));
    const { scratch } = this.memory;
    for (const { page, range } of uses) {
      if (page === scratch) scratch.bytes = Math.max(scratch.bytes, range[1]);
    }
    const source = renumbered(
      whole,
      this.pages.map((page) => pages.indexOf(page)),
    );
    const own = [`if (group >= ${all}) { return; }`, ...source.body];
    const alone = { ...source, first, body: own };
    const code = (numbers: readonly number[]) =>
      programText(alone, { words: Math.ceil(params.length / 4), numbers, pages });
    return { code, pages, uses, params, groups, cuts, source };
  }

  private operand(view: View, write: boolean): Operand {
    const { page, offset } = this.memory.spot(view.buffer);
    const dtype = this.memory.dtype(view.buffer);
    const range = [offset, offset + this.memory.bytes(view.buffer)] as const;
    const start = offset + laneOf(dtype) * view.offset;
    return this.use(page, dtype, start, range, write, view.strides, view.advance ?? []);
  }

  private use(
    page: Page,
    dtype: DType,
    start: number,
    range: readonly [number, number],
    write: boolean,
    strides: readonly number[],
    advance: readonly number[],
  ): Operand {
    const lane = laneOf(dtype);
    let at = this.pages.indexOf(page);
    if (at < 0) at = this.pages.push(page) - 1;
    const param = this.params.length;
    this.uses.push({ page, write, param, lane, range, advance });
    const base = this.param(start / lane);
    const type = scalarTypeOf(dtype);
    const words = wordsOf(at);
    const bitsOf = (value: string) => {
      if (type === "bool") return `select(0u, 1u, ${value})`;
      return type === "u32" ? value : `bitcast<u32>(${value})`;
    };
    return {
      dtype,
      type,
      load: (position) => {
        const index = `${base} + ${position}`;
        if (lane < 4) {
          const bits = partText(words, index, lane === 2 ? 2 : 4);
          return lane === 2 ? `halfFloat(${bits})` : bits;
        }
        const bits = words.load(index);
        if (type === "u32") return bits;
        return type === "bool"
          ? `(${bits} != 0u)`
          : `bitcast<${type === "float" ? "f32" : "i32"}>(${bits})`;
      },
      store: (position, value) => {
        const index = `${base} + ${position}`;
        if (lane === 1) return words.storePart(index, `min(${value}, 255u)`, 4);
        if (lane === 2) return words.storePart(index, `halfBits(${value})`, 2);
        return words.store(index, bitsOf(value));
      },
      quad: (position) => {
        const four = words.quad(`${base} + ${position}`);
        if (type === "u32") return four;
        if (type === "bool") return `(${four} != vec4<u32>(0u))`;
        return `bitcast<vec4<${type === "float" ? "f32" : "i32"}>>(${four})`;
      },
      bits: bitsOf,
      setQuad: (position, bits) => words.setQuad(`${base} + ${position}`, bits),
      at: (name, axes) => {
        const own = axes === undefined ? strides : axes.map((axis) => strides[axis] as number);
        return positionText(own, name);
      },
    };
  }
}

/** Returns the bits of one of the parts of a word. The index counts parts. */
function partText(words: Words, index: string, parts: 2 | 4): string {
  const bits = 32 / parts;
  const word = words.load(`(${index}) >> ${parts / 2}u`);
  return `((${word} >> (((${index}) & ${parts - 1}u) * ${bits}u)) & ${2 ** bits - 1}u)`;
}

const wordText = (at: number) => `p[${at >> 2}].${"xyzw"[at & 3]}`;
