import {
  type Backend,
  BackendError,
  checkPlan,
  type DType,
  type Executable,
  type Plan,
  type Store,
  sameShape,
  showShape,
  sizeOf,
  storageBytes,
  storedType,
  type Tensor,
  type VariableSpec,
} from "@metrigrad/tensor";
import type { Device } from "./device.ts";
import { decode, encode } from "./elements.ts";
import { closedError } from "./errors.ts";
import { GpuExecutable } from "./executable.ts";
import { aligned, Page, type Spot } from "./page.ts";

interface Variable {
  readonly spec: VariableSpec;
  readonly dtype: DType;
  readonly spot: Spot;
}

/** Variables on the device; those that are added together share pages. */
export class GpuStore implements Store {
  readonly backend: Backend;
  readonly float = "f32";
  readonly seed: number;
  private readonly device: Device;
  private readonly known = new Map<string, Variable>();
  private readonly pages: Page[] = [];
  private readonly executables = new Set<Executable>();
  private readonly forget: (closed: GpuStore) => void;
  private adding: Promise<void> = Promise.resolve();
  private closed = false;

  /** `forget` is called when it is closed. */
  constructor(backend: Backend, device: Device, seed: number, forget: (closed: GpuStore) => void) {
    this.backend = backend;
    this.device = device;
    this.seed = seed;
    this.forget = forget;
  }

  get bytes(): number {
    let total = 0;
    for (const { spec, dtype } of this.known.values()) total += bytesOf(spec, dtype);
    return total;
  }

  get variables(): readonly VariableSpec[] {
    return [...this.known.values()].map(({ spec }) => spec);
  }

  has(name: string): boolean {
    return this.known.has(name);
  }

  /** One after the other: a variable that is on its way is there for the next call. */
  add(variables: readonly VariableSpec[]): Promise<void> {
    const added = this.adding.then(() => this.addNow(variables));
    this.adding = added.catch(() => undefined);
    return added;
  }

  private async addNow(variables: readonly VariableSpec[]): Promise<void> {
    this.check("store.add");
    const fresh = new Map<string, VariableSpec>();
    for (const spec of variables) {
      const present = this.known.get(spec.name)?.spec ?? fresh.get(spec.name);
      if (present) checkSame(present, spec);
      else fresh.set(spec.name, spec);
    }
    if (fresh.size === 0) return;
    const values = [...fresh.values()].map((spec) => this.initial(spec));
    const pages: Page[] = [];
    const placed = [...fresh.values()].map((spec): Variable => {
      const dtype = storedType(spec.type, this.float);
      return { spec, dtype, spot: this.reserve(spec, bytesOf(spec, dtype), pages) };
    });
    await this.device.allocate(pages, "store.add");
    this.pages.push(...pages);
    placed.forEach((variable, i) => {
      const { page, offset } = variable.spot;
      this.known.set(variable.spec.name, variable);
      this.device.write(page, offset, encode(values[i] as ArrayLike<number>, variable.dtype));
    });
  }

  async read(name: string): Promise<Tensor> {
    this.check("store.read");
    const { spec, dtype, spot } = this.find("store.read", name);
    const bytes = await this.device.read(spot.page, spot.offset, bytesOf(spec, dtype));
    return decode(bytes, spec.shape, dtype);
  }

  async write(name: string, value: Tensor): Promise<void> {
    this.check("store.write");
    const { spec, dtype, spot } = this.find("store.write", name);
    if (!sameShape(spec.shape, value.shape)) {
      throw new BackendError({
        where: `store.write ${name}`,
        must: `the value must have shape ${showShape(spec.shape)}`,
        got: showShape(value.shape),
        todo: "write a tensor of the variable's shape",
      });
    }
    this.device.write(spot.page, spot.offset, encode(value.data(), dtype));
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
    checkPlan(plan);
    const spot = (name: string) => this.find("store.prepare", name).spot;
    const executable = await GpuExecutable.create(plan, this.device, spot, (closed) =>
      this.executables.delete(closed),
    );
    this.executables.add(executable);
    return executable;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    for (const executable of this.executables) await executable.close();
    for (const { buffer } of this.pages) buffer?.destroy();
    this.known.clear();
    this.forget(this);
  }

  /** Room on the last of the pages, or on a new one. */
  private reserve({ name }: VariableSpec, bytes: number, pages: Page[]): Spot {
    const { pageBytes } = this.device.limits;
    if (bytes > pageBytes) {
      throw new BackendError({
        where: `store.add ${name}`,
        must: `a variable must fit into one buffer of the gpu (${pageBytes} bytes)`,
        got: `${bytes} bytes`,
        todo: "split it, or use the cpu backend",
      });
    }
    let page = pages.at(-1);
    if (page === undefined || page.bytes + aligned(bytes) > pageBytes) {
      page = new Page(`variables from ${name}`);
      pages.push(page);
    }
    return { page, offset: page.reserve(bytes) };
  }

  private initial({ name, shape, init }: VariableSpec): ArrayLike<number> {
    const values = init({ path: name, seed: this.seed, shape });
    if (values.length === sizeOf(shape)) return values;
    throw new BackendError({
      where: `store.add ${name}`,
      must: `the initialiser must give ${sizeOf(shape)} values`,
      got: String(values.length),
      todo: `return one value per element of ${showShape(shape)}`,
    });
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

function bytesOf({ shape }: VariableSpec, dtype: DType): number {
  return sizeOf(shape) * storageBytes[dtype];
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
