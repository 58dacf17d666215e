import {
  type Backend,
  checkPlan,
  checkPlanFloat,
  checkWritten,
  closedError,
  type DType,
  type Executable,
  type FloatType,
  initialValue,
  type NamedVariable,
  type NameOptions,
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
    const addition = this.table.plan(variables, name);
    const values = addition.fresh.map((one) => initialValue(one, this.seed));
    const homes = this.reserve(addition.fresh);
    this.table.makeRoom(addition);
    for (const { home } of addition.dropped) this.device.heap.release(home.address);
    addition.fresh.forEach((one, i) => {
      const home = homes[i] as Home;
      writeElements(
        this.elements(one.spec, home),
        this.typeOf(one.spec),
        values[i] as ArrayLike<number>,
      );
      this.table.set(one, home);
    });
  }

  async remove(variables: Variables): Promise<void> {
    this.check("store.remove");
    const gone = this.table.remove(variables);
    for (const used of this.uses) used.removed(gone);
    for (const { home } of gone) this.device.heap.release(home.address);
  }

  async read(variable: VariableSpec | string): Promise<Tensor> {
    this.check("store.read");
    const { spec, home } = this.table.find("read", variable);
    const dtype = this.typeOf(spec);
    return readElements(this.elements(spec, home), spec.shape, dtype);
  }

  view(variable: VariableSpec | string): TypedArray {
    this.check("store.view");
    const { spec, home } = this.table.find("view", variable);
    return this.elements(spec, home);
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
    for (const { home } of this.table.all) this.device.heap.release(home.address);
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
      for (const { address } of homes) heap.release(address);
      throw error;
    }
    return homes;
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
