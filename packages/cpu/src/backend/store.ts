import {
  type Backend,
  BackendError,
  checkPlan,
  type Executable,
  type Plan,
  type Store,
  sameShape,
  showShape,
  sizeOf,
  storedType,
  type Tensor,
  type VariableSpec,
} from "@metrigrad/tensor";
import { bytesOf } from "../loop/lanes.ts";
import { readElements, storedArray, writeElements } from "../memory/elements.ts";
import { closedError, type Device } from "./device.ts";
import { CpuExecutable } from "./executable.ts";

interface Variable {
  readonly spec: VariableSpec;
  readonly address: number;
  readonly size: number;
}

/** Variables in the memory of a backend. */
export class CpuStore implements Store {
  readonly backend: Backend;
  readonly float = "f32";
  readonly seed: number;
  private readonly device: Device;
  private readonly known = new Map<string, Variable>();
  private readonly executables = new Set<Executable>();
  private readonly forget: (closed: CpuStore) => void;
  private closed = false;

  /** `forget` is called when it is closed. */
  constructor(backend: Backend, device: Device, seed: number, forget: (closed: CpuStore) => void) {
    this.forget = forget;
    this.backend = backend;
    this.device = device;
    this.seed = seed;
  }

  get bytes(): number {
    let total = 0;
    for (const { spec, size } of this.known.values()) total += size * bytesOf(typeOf(spec));
    return total;
  }

  get variables(): readonly VariableSpec[] {
    return [...this.known.values()].map(({ spec }) => spec);
  }

  has(name: string): boolean {
    return this.known.has(name);
  }

  async add(variables: readonly VariableSpec[]): Promise<void> {
    this.check("store.add");
    for (const spec of variables) {
      const present = this.known.get(spec.name);
      if (present) checkSame(present.spec, spec);
      else this.known.set(spec.name, this.initialise(spec));
    }
  }

  async read(name: string): Promise<Tensor> {
    this.check("store.read");
    const { spec, address, size } = this.find("store.read", name);
    const dtype = typeOf(spec);
    return readElements(storedArray(this.device.heap, address, size, dtype), spec.shape, dtype);
  }

  async write(name: string, value: Tensor): Promise<void> {
    this.check("store.write");
    const { spec, address, size } = this.find("store.write", name);
    if (!sameShape(spec.shape, value.shape)) {
      throw new BackendError({
        where: `store.write ${name}`,
        must: `the value must have shape ${showShape(spec.shape)}`,
        got: showShape(value.shape),
        todo: "write a tensor of the variable's shape",
      });
    }
    const dtype = typeOf(spec);
    const stored = storedArray(this.device.heap, address, size, dtype);
    writeElements(stored, dtype, value.data(), value.dtype);
  }

  async prepare(plan: Plan): Promise<Executable> {
    this.check("store.prepare");
    if (plan.float !== this.float) {
      throw new BackendError({
        where: "store.prepare",
        must: "the plan must be for float32",
        got: plan.float,
        todo: "compile it for this store",
      });
    }
    const address = (name: string) => this.find("store.prepare", name).address;
    checkPlan(plan);
    const executable = await CpuExecutable.create(plan, this.device, address, (closed) =>
      this.executables.delete(closed),
    );
    this.executables.add(executable);
    return executable;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    for (const executable of this.executables) await executable.close();
    for (const { address } of this.known.values()) this.device.heap.release(address);
    this.known.clear();
    this.forget(this);
  }

  private initialise(spec: VariableSpec): Variable {
    const { name, shape, init } = spec;
    const size = sizeOf(shape);
    const dtype = typeOf(spec);
    const values = init({ path: name, seed: this.seed, shape });
    if (values.length !== size) {
      throw new BackendError({
        where: `store.add ${name}`,
        must: `the initialiser must give ${size} values`,
        got: String(values.length),
        todo: `return one value per element of ${showShape(shape)}`,
      });
    }
    const address = this.device.heap.allocate(size * bytesOf(dtype), name);
    writeElements(storedArray(this.device.heap, address, size, dtype), dtype, values);
    return { spec, address, size };
  }

  private find(where: string, name: string): Variable {
    const variable = this.known.get(name);
    if (variable) return variable;
    throw new BackendError({
      where,
      must: `the variable must be one of ${[...this.known.keys()].join(", ") || "none"}`,
      got: name,
      todo: "add it to the store first",
    });
  }

  private check(where: string): void {
    this.device.check(where);
    if (this.closed) throw closedError(where, "store");
  }
}

function typeOf(spec: VariableSpec) {
  return storedType(spec.type, "f32");
}

function checkSame(have: VariableSpec, want: VariableSpec): void {
  if (have.type === want.type && sameShape(have.shape, want.shape)) return;
  const show = (spec: VariableSpec) => `${spec.type}${showShape(spec.shape)}`;
  throw new BackendError({
    where: `store.add ${want.name}`,
    must: `a variable keeps its type and shape ${show(have)}`,
    got: show(want),
    todo: "use another name or another store",
  });
}
