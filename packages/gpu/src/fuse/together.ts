import type { Launch } from "../wgsl/kernel.ts";
import { programText, type Source } from "../wgsl/source.ts";
import type { Bundle } from "./bundles.ts";
import { poolOf } from "./memories.ts";

/** A text that several members run with other parameters. */
interface Text {
  readonly source: Source;
  readonly members: number[];
}

/**
 * Returns one launch for all dispatches of a bundle. A workgroup finds its dispatch by its number.
 *
 * The uniform begins with a vector for each dispatch: 0, the workgroup after its last, the place of its parameters in
 * vectors, and its first workgroup. Dispatches of one text share a function, which adds that place to all positions of
 * parameters.
 */
export function together({ members, lanes }: Bundle): Launch {
  const pages = [...new Set(members.flatMap((member) => member.pages))];
  const texts = new Map<string, Text>();
  members.forEach((member, at) => {
    const source = renumbered(member.source, (page) =>
      pages.indexOf(member.pages[page] as (typeof pages)[number]),
    );
    const key = JSON.stringify(source);
    const text = texts.get(key) ?? { source, members: [] };
    text.members.push(at);
    texts.set(key, text);
  });
  const order = [...texts.values()].flatMap((text) => text.members.map((at) => members[at] as Bundle["members"][number]));
  const uses: Launch["uses"][number][] = [];
  const table: number[] = [];
  const own: number[] = [];
  let groups = 0;
  for (const { source, params, uses: ownUses, groups: ownGroups } of order) {
    const base = 4 * order.length + own.length;
    for (const use of ownUses) uses.push({ ...use, param: use.param + base });
    own.push(...params);
    while (own.length % 4 !== 0) own.push(0);
    const first = groups;
    groups += (ownGroups * source.lanes) / lanes;
    table.push(0, groups, base / 4, first);
  }
  const params = [...table, ...own];
  const source = sourceOf([...texts.values()], lanes);
  const atomic: ReadonlySet<number> = new Set();
  const code = (numbers: readonly number[]) =>
    programText(source, { words: params.length / 4, numbers, atomic });
  return { code, pages, atomic, uses, params, groups };
}

/** Returns a text whose pages have other numbers. */
function renumbered(source: Source, number: (page: number) => number): Source {
  const changed = (text: string) =>
    text.replace(/\bpage(\d+)\b/g, (_, at) => `page${number(Number(at))}`);
  return { ...source, functions: source.functions.map(changed), body: source.body.map(changed) };
}

/** Returns one text that runs one of several, by the number of the workgroup. */
function sourceOf(texts: readonly Text[], lanes: number): Source {
  const { memories, names } = poolOf(texts.map(({ source }) => source));
  const count = texts.reduce((sum, { members }) => sum + members.length, 0);
  let before = 0;
  const calls = texts.map(({ source, members }, at) => {
    before += members.length;
    const cuts = source.lanes / lanes;
    const [group, lane] =
      cuts === 1 ? ["own", "lane"] : [`own / ${cuts}u`, `(own % ${cuts}u) * ${lanes}u + lane`];
    const call = `step${at}(base, ${group}, ${lane});`;
    return before === count ? `{ ${call} }` : `if (which < ${before}u) { ${call} }`;
  });
  const body = [
    `if (group >= p[${count - 1}].y) { return; }`,
    "var which = 0u;",
    "while (group >= p[which].y) { which++; }",
    "let base = p[which].z;",
    "let own = group - p[which].w;",
    calls.join(" else "),
  ];
  const functions = texts.map(({ source }, at) =>
    functionOf(source, at, names[at] as ReadonlyMap<string, string>),
  );
  return { memories, functions, body, lanes, barriers: true };
}

/**
 * Returns a text as the function `step` with its number, behind the functions that it calls. All get the place of the
 * parameters as an argument. A variable would not do: compilers must know that threads which meet have the same.
 */
function functionOf(
  { functions, body }: Source,
  number: number,
  names: ReadonlyMap<string, string>,
): string {
  const defined = new Set(
    functions.flatMap((text) => [...text.matchAll(/\bfn (\w+)\(/g)].map(([, name]) => name)),
  );
  return [...functions, `fn step${number}(paramsFrom: u32, group: u32, lane: u32) {`, ...body, "}"]
    .join("\n")
    .replace(/\bp\[(\d+)\]/g, (_, vector) => `p[paramsFrom + ${vector}u]`)
    .replace(/\b(fn )?(\w+)\(/g, (call, isDefinition, name) => {
      if (!defined.has(name)) return call;
      return isDefinition ? `fn ${name}${number}(paramsFrom: u32, ` : `${name}${number}(paramsFrom, `;
    })
    .replace(/\b\w+\b/g, (name) => names.get(name) ?? name);
}
