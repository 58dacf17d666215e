import {
  type Backend,
  BackendError,
  checkPlan,
  checkPlanFloat,
  checkWritten,
  closedError,
  type DType,
  type Executable,
  initialValue,
  type NamedVariable,
  type NameOptions,
  type Plan,
  type Store,
  sizeOf,
  storageBytes,
  storedType,
  type Tensor,
  UsedVariables,
  type VariableSpec,
  type Variables,
  VariableTable,
} from "@metrigrad/tensor";
import type { Device } from "./device.ts";
import { decode, encode } from "./elements.ts";
import { GpuExecutable } from "./executable.ts";
import { showBytes } from "./limits.ts";
import { Page, type Spot } from "./page.ts";
import type { Tuner } from "./tuner.ts";

/** The place of a variable's elements. */
interface Home {
  readonly dtype: DType;
  readonly spot: Spot;
}

/** Variables on the device. Variables that are added together share pages. */
export class GpuStore implements Store {
  readonly backend: Backend;
  readonly float = "f32";
  readonly seed: number;
  private readonly device: Device;
  private readonly tuner: Tuner | null;
  private readonly table = new VariableTable<Home>("gpu store");
  /** The variables of programs, including programs that are being made. */
  private readonly uses = new Set<UsedVariables>();
  private readonly executables = new Set<Executable>();
  private readonly forget: (closed: GpuStore) => void;
  private adding: Promise<void> = Promise.resolve();
  private closed = false;

  /** Makes a store; `forget` is called when it is closed. */
  constructor(
    backend: Backend,
    { device, tuner }: { readonly device: Device; readonly tuner: Tuner | null },
    seed: number,
    forget: (closed: GpuStore) => void,
  ) {
    this.backend = backend;
    this.device = device;
    this.tuner = tuner;
    this.seed = seed;
    this.forget = forget;
  }

  get bytes(): number {
    return this.table.all.reduce((total, { spec, home }) => total + bytesOf(spec, home.dtype), 0);
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

  /** Adds variables, one call after the other: a variable that is on its way is there for the next call. */
  add(variables: Variables, { name }: NameOptions = {}): Promise<void> {
    const added = this.adding.then(() => this.addNow(variables, name));
    this.adding = added.catch(() => undefined);
    return added;
  }

  private async addNow(variables: Variables, name: string | undefined): Promise<void> {
    this.check("store.add");
    const addition = this.table.plan(variables, name);
    const { fresh, dropped } = addition;
    const values = fresh.map((one) => initialValue(one, this.seed));
    const pages: Page[] = [];
    const homes = fresh.map((one): Home => {
      const dtype = storedType(one.spec.type, this.float);
      return { dtype, spot: this.reserve(one.path, bytesOf(one.spec, dtype), pages) };
    });
    await this.device.allocate(pages, "store.add");
    if (this.closed) {
      this.device.free(pages);
      throw closedError("store.add", "store");
    }
    this.table.makeRoom(addition);
    this.free(dropped.map(({ home }) => home.spot.page));
    fresh.forEach((one, i) => {
      const { dtype, spot } = homes[i] as Home;
      this.table.set(one, { dtype, spot });
      this.device.write(spot.page, spot.offset, encode(values[i] as ArrayLike<number>, dtype));
    });
  }

  async remove(variables: Variables): Promise<void> {
    this.check("store.remove");
    await this.adding;
    const gone = this.table.remove(variables);
    for (const used of this.uses) used.removed(gone);
    this.free(gone.map(({ home }) => home.spot.page));
  }

  async read(variable: VariableSpec | string): Promise<Tensor> {
    this.check("store.read");
    const { spec, home } = this.table.find("read", variable);
    const { page, offset } = home.spot;
    const bytes = await this.device.read(page, offset, bytesOf(spec, home.dtype));
    return decode(bytes, spec.shape, home.dtype);
  }

  async write(variable: VariableSpec | string, value: Tensor): Promise<void> {
    this.check("store.write");
    const { path, spec, home } = this.table.find("write", variable);
    checkWritten(path, spec, value, this.float);
    this.device.write(home.spot.page, home.spot.offset, encode(value.data(), home.dtype));
  }

  async prepare(plan: Plan): Promise<Executable> {
    this.check("store.prepare");
    checkPlanFloat("gpu", plan.float, this.float);
    checkPlan(plan);
    const home = (spec: VariableSpec) => this.table.find("prepare", spec).home.spot;
    await this.tuner?.tune(plan, home);
    this.check("store.prepare");
    const used = new UsedVariables();
    const spot = (spec: VariableSpec) => {
      used.add(spec);
      return home(spec);
    };
    this.uses.add(used);
    const forget = (closed: Executable) => {
      this.executables.delete(closed);
      this.uses.delete(used);
    };
    const executable = await GpuExecutable.create(plan, this.device, spot, used, forget).catch(
      (error) => {
        this.uses.delete(used);
        throw error;
      },
    );
    if (this.closed) {
      // The store was closed while shaders were compiled.
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
    const pages = this.table.all.map(({ home }) => home.spot.page);
    this.table.clear();
    this.free(pages);
    this.forget(this);
  }

  /** Destroys those pages on which no variable is left. */
  private free(pages: readonly Page[]): void {
    const used = new Set(this.table.all.map(({ home }) => home.spot.page));
    this.device.free(pages.filter((page) => !used.has(page)));
  }

  /** Reserves room on the last of the pages, or on a new one. */
  private reserve(path: string, bytes: number, pages: Page[]): Spot {
    const { pageBytes, bindingBytes } = this.device.limits;
    if (bytes > pageBytes) {
      throw new BackendError({
        where: `store.add, ${path}`,
        must: `a variable must fit into one buffer of the gpu (${showBytes(pageBytes)}, the adapter's most)`,
        got: showBytes(bytes),
        todo: "split it, use an adapter with larger buffers (backend.describe() says how large), or the cpu backend",
      });
    }
    let page = pages.at(-1);
    if (page === undefined || !page.hasRoom(bytes)) {
      page = new Page(`variables from ${path}`, 0, { windowBytes: bindingBytes });
      pages.push(page);
    }
    return { page, offset: page.reserve(bytes) };
  }

  private check(where: string): void {
    this.device.check(where);
    if (this.closed) throw closedError(where, "store");
  }
}

function bytesOf({ shape }: VariableSpec, dtype: DType): number {
  return sizeOf(shape) * storageBytes[dtype];
}
