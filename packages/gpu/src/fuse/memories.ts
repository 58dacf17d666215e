import type { Shared, Source } from "../wgsl/source.ts";

const bytesOf: Readonly<Record<string, number>> = { "vec2<u32>": 8, "vec4<f32>": 16 };

/** Memory of a workgroup that several texts use in turn, one of them per workgroup. */
export interface Pool {
  readonly memories: readonly Shared[];
  /** For each source, the new names of its memories. */
  readonly names: readonly ReadonlyMap<string, string>[];
}

/** Returns memory for several texts: values of equal type and count are there as often as one text needs them. */
export function poolOf(sources: readonly Pick<Source, "memories">[]): Pool {
  const kinds = new Map<string, Shared[]>();
  const names = sources.map(({ memories }) => {
    const used = new Map<string, number>();
    return new Map(
      memories.map(({ name, type, count }) => {
        const kind = `${type} ${count}`;
        const turn = used.get(kind) ?? 0;
        used.set(kind, turn + 1);
        const all = kinds.get(kind) ?? [];
        kinds.set(kind, all);
        const known = all[turn] ?? { name: `${nameOf(type, count)}_${turn}`, type, count };
        all[turn] = known;
        return [name, known.name];
      }),
    );
  });
  return { memories: [...kinds.values()].flat(), names };
}

/** Returns the bytes of memory that a workgroup needs for one of several texts. */
export function sharedBytes(sources: readonly Pick<Source, "memories">[]): number {
  return poolOf(sources).memories.reduce((sum, { type, count }) => {
    // Values begin at multiples of 16 bytes.
    return sum + Math.ceil(((bytesOf[type] ?? 4) * (count ?? 1)) / 16) * 16;
  }, 0);
}

const nameOf = (type: string, count: number | null) =>
  `shared_${type.replace(/\W+/g, "_")}_${count ?? "one"}`;
