import { type Code, type FunctionCode, flatten, type Site } from "./code.ts";
import { unsigned } from "./leb128.ts";
import { i32 } from "./scalar.ts";
import {
  asI32,
  effect,
  type I32,
  type I32Like,
  instruction,
  type Statement,
  type ValType,
  type Value,
} from "./value.ts";

/** The binary codes of the value types. */
export const typeCodes: Readonly<Record<ValType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** The parameters and results of a function. */
export interface FuncType {
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
}

/** A function of a module, its own or imported. */
export interface Func {
  readonly index: number;
  readonly name: string;
  readonly type: FuncType;
}

/** A local variable; as a value it reads itself. */
export interface Local<T extends ValType = ValType> extends Value<T> {
  readonly index: number;
}

/** Code that is filled in after the code behind it. */
export interface Gap {
  /** Returns a new local that holds the value from this place on. */
  let<T extends ValType>(value: Value<T>): Local<T>;
}

/** A place to branch to. */
export interface Label {
  readonly depth: number;
}

/** Returns the result of a call of a function with one result. */
export function callValue<T extends ValType>(
  type: T,
  func: Func,
  ...args: readonly (Value | number)[]
): Value<T> {
  return instruction(type, [0x10, ...unsigned(func.index)], ...args.map(operand));
}

function operand(arg: Value | number): Value {
  return typeof arg === "number" ? asI32(arg) : arg;
}

/** Builds one function: locals, control flow and statements in order. */
export class FunctionBuilder {
  readonly params: readonly Local[];
  private readonly locals: ValType[] = [];
  private readonly body: Code[] = [];
  private depth = 0;
  private scopes = 0;
  /** Locals that belong to the innermost scope, and those that no scope uses. */
  private scoped: Local[] = [];
  private readonly free: Readonly<Record<ValType, Local[]>> = {
    i32: [],
    i64: [],
    f32: [],
    f64: [],
    v128: [],
  };

  constructor(params: readonly ValType[]) {
    this.params = params.map((type, index) => localOf(type, index));
  }

  /** Returns a new local, zero unless a value is given. */
  local<T extends ValType>(type: T, value?: Value<T>): Local<T> {
    if (!value) return this.add(type);
    const local = (this.scopes > 0 && this.free[type].pop()) || this.add(type);
    if (this.scopes > 0) this.scoped.push(local);
    this.set(local as Local<T>, value);
    return local as Local<T>;
  }

  /** Adds code whose locals with a first value are used again after it; engines limit the number of locals. */
  scope(body: () => void): void {
    const outer = this.scoped;
    this.scoped = [];
    this.scopes += 1;
    body();
    this.scopes -= 1;
    for (const local of this.scoped) this.free[local.type].push(local);
    this.scoped = outer;
  }

  /** Returns a new local that holds the value. */
  let<T extends ValType>(value: Value<T>): Local<T> {
    return this.local(value.type, value);
  }

  set<T extends ValType>(local: Local<T>, value: Value<T>): void {
    this.append([value.code, 0x21, siteOf(local)]);
  }

  /** Adds `by` to a local. */
  increment(local: Local<"i32">, by: I32Like): void {
    this.set(local, i32.add(local, by));
  }

  /** Appends statements such as stores. */
  do(...statements: readonly Statement[]): void {
    for (const statement of statements) this.append(statement.code);
  }

  /** Returns a place in the code that later statements can go to, such as constants before a loop. */
  gap(): Gap {
    const code: Code[] = [];
    this.append(code);
    return {
      let: (value) => {
        const local = this.add(value.type);
        code.push([value.code, 0x21, siteOf(local)]);
        return local;
      },
    };
  }

  call(func: Func, ...args: readonly (Value | number)[]): void {
    this.do(effect([0x10, ...unsigned(func.index)], ...args.map(operand)));
    for (const _ of func.type.results) this.append([0x1a]);
  }

  /** Adds code that `br(exit)` leaves. */
  block(body: (exit: Label) => void): void {
    this.nest([0x02, 0x40], body);
  }

  /** Adds code that `br(again)` repeats; it ends if it does not branch. */
  loop(body: (again: Label) => void): void {
    this.nest([0x03, 0x40], body);
  }

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    this.nest([condition.code, 0x04, 0x40], () => {
      then();
      if (otherwise) {
        this.append([0x05]);
        otherwise();
      }
    });
  }

  br(label: Label): void {
    this.append([0x0c, unsigned(this.depth - label.depth)]);
  }

  brIf(label: Label, condition: I32): void {
    this.append([condition.code, 0x0d, unsigned(this.depth - label.depth)]);
  }

  return(value?: Value): void {
    this.append([value ? value.code : [], 0x0f]);
  }

  /** Leaves a value as the function's result. */
  result(value: Value): void {
    this.append(value.code);
  }

  /** Adds for (i = from; i < to; i += step), unsigned; `to` must not change inside. */
  for(i: Local<"i32">, from: I32Like, to: I32Like, step: I32Like, body: () => void): void {
    const [start, end] = [asI32(from), asI32(to)];
    this.set(i, start);
    const loop = () =>
      this.loop((again) => {
        body();
        this.increment(i, step);
        this.brIf(again, i32.lt_u(i, end));
      });
    if (start.literal !== undefined && end.literal !== undefined) {
      if (start.literal >>> 0 < end.literal >>> 0) loop();
    } else this.if(i32.lt_u(i, end), loop);
  }

  /** Adds while (condition) body. */
  while(condition: I32, body: () => void): void {
    this.block((exit) =>
      this.loop((again) => {
        this.brIf(exit, i32.eqz(condition));
        body();
        this.br(again);
      }),
    );
  }

  /** Returns its declarations and code as far as they are built. */
  build(): FunctionCode {
    const runs: number[][] = [];
    let count = 0;
    this.locals.forEach((type, index) => {
      count += 1;
      if (this.locals[index + 1] === type) return;
      runs.push([...unsigned(count), typeCodes[type]]);
      count = 0;
    });
    const tokens = [...unsigned(runs.length), ...runs.flat()];
    const addresses: number[] = [];
    flatten(this.body, tokens, addresses);
    tokens.push(0x0b);
    return { params: this.params.length, tokens, addresses };
  }

  private add<T extends ValType>(type: T): Local<T> {
    const local = localOf(type, this.params.length + this.locals.length);
    this.locals.push(type);
    return local;
  }

  private nest(open: Code, body: (label: Label) => void): void {
    this.append(open);
    this.depth += 1;
    body({ depth: this.depth });
    this.depth -= 1;
    this.append([0x0b]);
  }

  private append(code: Code): void {
    this.body.push(code);
  }
}

function localOf<T extends ValType>(type: T, index: number): Local<T> {
  return { type, index, code: [0x20, { kind: "local", index }] };
}

function siteOf({ index }: Local): Site {
  return { kind: "local", index };
}
