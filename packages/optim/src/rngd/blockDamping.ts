import { mul, type Node } from "@metrigrad/graph";
import { checkDamping, type Damping, type Described, type Subsystem } from "@metrigrad/metric";
import { GraphError } from "@metrigrad/tensor";

/**
 * The damping of single blocks: a record by the path of a module, a map by a module or a kind of modules, or a
 * function of the subsystem.
 *
 * A block that is left out, or undefined, takes the general damping.
 *
 * @category Optimizers: natural gradients
 */
export type BlockDamping =
  | Readonly<Record<string, Damping>>
  | ReadonlyMap<Described, Damping>
  | ((subsystem: Subsystem) => Damping | undefined);

/** The general damping, and the damping of single blocks. */
interface DampingSettings {
  readonly relative: number;
  readonly absolute: number;
  readonly damping: BlockDamping | null;
}

/**
 * Returns the damping of every block, times a factor if there is one. Throws GraphError for a path, a module or a
 * kind that no block has. Throws MetricError for negative damping, and for no damping if it is `needed`.
 */
export function blockDampings(
  where: string,
  subsystems: readonly Subsystem[],
  settings: DampingSettings,
  options: { readonly factor: Node | null; readonly needed: boolean },
): (subsystem: Subsystem) => Damping {
  const { relative, absolute, damping } = settings;
  const general = { relative, absolute };
  checkBlocksKnown(where, subsystems, damping);
  const chosen = new Map(
    subsystems.map((one) => {
      const own = ownDamping(damping, one) ?? general;
      if (one.block !== null) checkDamping(`${where}, damping of ${one.path}`, own, options.needed);
      return [one, own] as const;
    }),
  );
  return (subsystem) => {
    const own = chosen.get(subsystem) as Damping;
    const { factor } = options;
    if (factor === null) return own;
    const { relative: share = 0, absolute: fixed = 0 } = own;
    return {
      ...own,
      relative: share === 0 ? 0 : mul(factor, share),
      absolute: fixed === 0 ? 0 : mul(factor, fixed),
    };
  };
}

/** Throws GraphError if the value is not a damping by block. */
export function checkBlockDamping(where: string, damping: BlockDamping | null): void {
  if (damping === null || typeof damping === "function" || typeof damping === "object") return;
  throw new GraphError({
    where: `${where}, damping`,
    must: "it must name blocks, or be a function of them",
    got: String(damping),
    todo: "pass { absolute: … } for all blocks, or { damping: { dense0: { absolute: 1 } } }",
  });
}

/** Returns block damping as plain data for records. */
export function dampingRecord(damping: BlockDamping | null): unknown {
  if (damping === null) return null;
  if (typeof damping === "function") return damping.name;
  if (damping instanceof Map) {
    return Object.fromEntries([...damping].map(([of, one]) => [nameOf(of), one]));
  }
  return damping;
}

function ownDamping(damping: BlockDamping | null, one: Subsystem): Damping | undefined {
  if (damping === null) return undefined;
  if (typeof damping === "function") return damping(one);
  if (!isMap(damping)) return damping[one.path];
  const known = one.applications.flatMap(({ module, definition }) => [
    damping.get(module as Described),
    damping.get(definition as Described),
  ]);
  return known.find((found) => found !== undefined);
}

function isMap(
  damping: Exclude<BlockDamping, (subsystem: Subsystem) => Damping | undefined>,
): damping is ReadonlyMap<Described, Damping> {
  return damping instanceof Map;
}

function nameOf(of: Described): string {
  if ("use" in of) return `${of.use} uses`;
  return "definition" in of ? `one ${of.definition.spec.name}` : of.spec.name;
}

function checkBlocksKnown(
  where: string,
  subsystems: readonly Subsystem[],
  damping: BlockDamping | null,
): void {
  if (damping === null || typeof damping === "function") return;
  const described = new Set<unknown>(
    subsystems.flatMap(({ applications }) =>
      applications.flatMap(({ module, definition }) => [module, definition]),
    ),
  );
  const paths = subsystems.map(({ path }) => path);
  const unknown = isMap(damping)
    ? [...damping.keys()].filter((of) => !described.has(of)).map(nameOf)
    : Object.keys(damping).filter((path) => !paths.includes(path));
  if (unknown.length === 0) return;
  throw new GraphError({
    where: `${where}, damping`,
    must: `it must name modules of the model (${paths.join(", ")})`,
    got: unknown.join(", "),
    todo: "correct the path, or leave it out",
  });
}
