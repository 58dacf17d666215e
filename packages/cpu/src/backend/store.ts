import {
  type Addition,
  type Backend,
  BackendError,
  checkPlan,
  checkPlanFloat,
  checkWritten,
  closedError,
  type DType,
  type Executable,
  type FloatType,
  initialValue,
  inPieces,
  type NamedVariable,
  type NameOptions,
  type Pieces,
  type Plan,
  type Store,
  sizeOf,
  storedType,
  type Tensor,
  type TypedArray,
  UsedVariables,
  type VariableSpec,
  type Variables,
  VariableTable,
} from "@metrigrad/tensor";
import { bytesOf } from "../loop/lanes.ts";
import { readElements, storedArray, writeElements } from "../memory/elements.ts";
import type { Device } from "./device.ts";
import { CpuExecutable } from "./executable.ts";

/** The number of elements that are written at once. */
const piece = 2 ** 21;

/** The place of a variable's elements. */
interface Home {
  readonly address: number;
  readonly size: number;
}

/** Variables in the memory of a backend. */
export class CpuStore implements Store {
  readonly backend: Backend;
  readonly float: FloatType;
  readonly seed: number;
  private readonly device: Device;
  private readonly table = new VariableTable<Home>("cpu store");
  /** The variables of programs, including programs that are being made. */
  private readonly uses = new Set<UsedVariables>();
  private readonly executables = new Set<Executable>();
  private readonly forget: (closed: CpuStore) => void;
  private closed = false;
  /** Counts the changes of the table. */
  private changes = 0;

  /** Makes a store; `forget` is called when it is closed. */
  constructor(
    backend: Backend,
    device: Device,
    float: FloatType,
    seed: number,
    forget: (closed: CpuStore) => void,
  ) {
    this.float = float;
    this.forget = forget;
    this.backend = backend;
    this.device = device;
    this.seed = seed;
  }

  get bytes(): number {
    return this.table.all.reduce(
      (total, { spec, home }) => total + home.size * bytesOf(this.typeOf(spec)),
      0,
    );
  }

  get variables(): readonly NamedVariable[] {
    return this.table.named;
  }

  has(variable: VariableSpec | string): boolean {
    return this.table.has(variable);
  }

  pathOf(spec: VariableSpec): string | null {
    return this.table.pathOf(spec);
  }

  async add(variables: Variables, { name }: NameOptions = {}): Promise<void> {
    this.check("store.add");
    for (;;) {
      const before = this.changes;
      const addition = this.table.plan(variables, name);
      const homes = this.reserve(addition.fresh);
      try {
        await inPieces(this.fill(addition.fresh, homes));
        this.check("store.add");
      } catch (error) {
        this.release(homes);
        throw error;
      }
      // While the values were written, another call may have changed the table.
      if (before === this.changes) return this.take(addition, homes);
      this.release(homes);
    }
  }

  /** Puts variables with their values into the table. */
  private take(addition: Addition<Home>, homes: readonly Home[]): void {
    this.changes++;
    this.table.makeRoom(addition);
    this.release(addition.dropped.map(({ home }) => home));
    addition.fresh.forEach((one, i) => {
      this.table.set(one, homes[i] as Home);
    });
  }

  /** Writes initial values, some of the elements in each piece. */
  private *fill(variables: readonly NamedVariable[], homes: readonly Home[]): Pieces<void> {
    for (const [i, one] of variables.entries()) {
      const home = homes[i] as Home;
      const values = initialValue(one, this.seed);
      for (let from = 0; from < home.size; from += piece) {
        yield;
        // The memory may have grown, which makes older views empty.
        const target = this.elements(one.spec, home);
        const part = sliced(values, from, from + piece);
        writeElements(target.subarray(from, from + piece), this.typeOf(one.spec), part);
      }
    }
  }

  async remove(variables: Variables): Promise<void> {
    this.check("store.remove");
    this.changes++;
    const gone = this.table.remove(variables);
    for (const used of this.uses) used.removed(gone);
    this.release(gone.map(({ home }) => home));
  }

  async read(variable: VariableSpec | string): Promise<Tensor> {
    this.check("store.read");
    const { spec, home } = this.table.find("read", variable);
    const dtype = this.typeOf(spec);
    return readElements(this.elements(spec, home), spec.shape, dtype);
  }

  view(variable: VariableSpec | string): TypedArray {
    this.check("store.view");
    const { path, spec, home } = this.table.find("view", variable);
    const elements = this.elements(spec, home);
    if (!(elements instanceof Uint16Array)) return elements;
    throw new BackendError({
      where: `store.view, ${path}`,
      must: "the values must lie in memory as numbers",
      got: "f16, of which the cpu backend stores the bits",
      todo: "use store.read and store.write",
    });
  }

  async write(variable: VariableSpec | string, value: Tensor): Promise<void> {
    this.check("store.write");
    const { path, spec, home } = this.table.find("write", variable);
    checkWritten(path, spec, value, this.float);
    writeElements(this.elements(spec, home), this.typeOf(spec), value.data(), value.dtype);
  }

  async prepare(plan: Plan): Promise<Executable> {
    this.check("store.prepare");
    checkPlanFloat("cpu", plan.float, this.float);
    checkPlan(plan);
    const used = new UsedVariables();
    const address = (spec: VariableSpec) => {
      used.add(spec);
      return this.table.find("prepare", spec).home.address;
    };
    this.uses.add(used);
    const forget = (closed: Executable) => {
      this.executables.delete(closed);
      this.uses.delete(used);
    };
    const executable = await CpuExecutable.create(plan, this.device, address, used, forget).catch(
      (error) => {
        this.uses.delete(used);
        throw error;
      },
    );
    if (this.closed) {
      // The program was compiled for memory that does not belong to this store any more.
      await executable.close();
      throw closedError("store.prepare", "store");
    }
    this.executables.add(executable);
    return executable;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    for (const executable of this.executables) await executable.close();
    this.release(this.table.all.map(({ home }) => home));
    this.table.clear();
    this.forget(this);
  }

  /** Reserves memory for variables. If it does not suffice for all, none is kept. */
  private reserve(variables: readonly NamedVariable[]): Home[] {
    const { heap } = this.device;
    const homes: Home[] = [];
    try {
      for (const { path, spec } of variables) {
        const size = sizeOf(spec.shape);
        homes.push({ size, address: heap.allocate(size * bytesOf(this.typeOf(spec)), path) });
      }
    } catch (error) {
      this.release(homes);
      throw error;
    }
    return homes;
  }

  private release(homes: readonly Home[]): void {
    for (const { address } of homes) this.device.heap.release(address);
  }

  private elements(spec: VariableSpec, { address, size }: Home) {
    return storedArray(this.device.heap, address, size, this.typeOf(spec));
  }

  private typeOf(spec: VariableSpec): DType {
    return storedType(spec.type, this.float);
  }

  private check(where: string): void {
    this.device.check(where);
    if (this.closed) throw closedError(where, "store");
  }
}

/** Returns a part of values, which shares their memory if they are a typed array. */
function sliced(values: ArrayLike<number>, from: number, to: number): ArrayLike<number> {
  if (from === 0 && values.length <= to) return values;
  return ArrayBuffer.isView(values)
    ? (values as Float64Array).subarray(from, to)
    : Array.prototype.slice.call(values, from, to);
}
