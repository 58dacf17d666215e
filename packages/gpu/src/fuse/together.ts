import type { Dispatch, Launch, Shares, Use } from "../wgsl/kernel.ts";
import { programText, renumbered, type Source } from "../wgsl/source.ts";
import type { Bundle } from "./bundles.ts";
import { poolOf } from "./memories.ts";

/** The least number of vectors of parameters that a text declares, so that other bundles of the same texts share it. */
const leastVectors = 32;

/**
 * Returns one launch for all dispatches of a bundle. A workgroup finds its dispatch by its number.
 *
 * The uniform begins with (0, 0, the number of workgroups, 0). Then comes a vector for each dispatch: 0, the workgroup
 * after its last one, the place of its parameters in vectors, and the number of its text. Dispatches of one text share a
 * function, which adds that place to all positions of parameters. So the text does not depend on how many there are.
 */
export function together({ members, lanes }: Bundle): Launch {
  const pages = [...new Set(members.flatMap((member) => member.pages))];
  const texts = new Map<string, Source>();
  const uses: Use[] = [];
  const own: number[] = [];
  const table: number[] = [];
  let groups = 0;
  for (const member of members) {
    const numbers = member.pages.map((page) => pages.indexOf(page));
    const { key, source } = numberedOf(member.source, numbers);
    if (!texts.has(key)) texts.set(key, source);
    const base = 4 * (members.length + 1) + own.length;
    for (const use of member.uses) uses.push({ ...use, param: use.param + base });
    own.push(...member.params);
    while (own.length % 4 !== 0) own.push(0);
    groups += (member.groups * source.lanes) / lanes;
    table.push(0, groups, base / 4, [...texts.keys()].indexOf(key));
  }
  const params = [0, 0, groups, 0, ...table, ...own];
  const words = Math.max(leastVectors, 2 ** Math.ceil(Math.log2(params.length / 4)));
  while (params.length < 4 * words) params.push(0);
  const [only, ...others] = [...texts.values()] as [Source, ...Source[]];
  const code = (numbers: readonly number[]) => {
    const make = () => programText(sourceOf([only, ...others], lanes), { words, numbers, pages });
    return others.length > 0 ? make() : codeOf(only, `${lanes} ${words} ${numbers}`, make);
  };
  return { code, pages, uses, params, groups, shares: sharesOf(members) };
}

/** A source whose pages have other numbers, and a text that equal ones share. */
interface Numbered {
  readonly source: Source;
  readonly key: string;
}

/** What was made of a source. A step of thousands of dispatches has few sources. */
const numberings = new WeakMap<Source, Map<string, Numbered>>();
const codes = new WeakMap<Source, Map<string, string>>();

function numberedOf(plain: Source, numbers: readonly number[]): Numbered {
  return remembered(numberings, plain, numbers.join(), () => {
    const source = renumbered(plain, numbers);
    return { source, key: JSON.stringify(source) };
  });
}

/** Returns the text of the only source of a launch, made once for each key. */
function codeOf(source: Source, key: string, make: () => string): string {
  return remembered(codes, source, key, make);
}

function remembered<T>(
  all: WeakMap<Source, Map<string, T>>,
  source: Source,
  key: string,
  make: () => T,
): T {
  const own = all.get(source) ?? new Map<string, T>();
  all.set(source, own);
  const made = own.get(key) ?? make();
  own.set(key, made);
  return made;
}

/** Returns the part of each of the plan's steps in a launch, by the number of threads. */
function sharesOf(members: readonly Dispatch[]): Shares {
  const threadsOf = ({ groups, source }: Dispatch) => groups * source.lanes;
  const all = members.reduce((total, member) => total + threadsOf(member), 0);
  const shares = new Map<number, number>();
  for (const member of members) {
    for (const [step, share] of member.shares ?? []) {
      shares.set(step, (shares.get(step) ?? 0) + (share * threadsOf(member)) / all);
    }
  }
  return shares;
}

/** Returns one text that runs one of several, by the number of the workgroup. */
function sourceOf(texts: readonly Source[], lanes: number): Source {
  const { memories, names } = poolOf(texts);
  const calls = texts.map((text, number) => {
    // A workgroup of 256 threads that do not meet may be four of 64.
    const cuts = text.lanes / lanes;
    const [group, lane] =
      cuts === 1 ? ["own", "lane"] : [`own / ${cuts}u`, `(own % ${cuts}u) * ${lanes}u + lane`];
    return `step${number}(p[which + 1u].z, ${group}, ${lane});`;
  });
  const cases = calls.map((call, number) => {
    return number === 0 ? `default: { ${call} }` : `case ${number}u: { ${call} }`;
  });
  const body = [
    "if (group >= p[0].z) { return; }",
    "var which = 0u;",
    "while (group >= p[which + 1u].y) { which++; }",
    "let own = group - p[which].y;",
    ...(calls.length === 1 ? calls : ["switch (p[which + 1u].w) {", ...cases, "}"]),
  ];
  const functions = texts.map((text, number) =>
    functionOf(text, number, names[number] ?? new Map()),
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
      return isDefinition
        ? `fn ${name}${number}(paramsFrom: u32, `
        : `${name}${number}(paramsFrom, `;
    })
    .replace(/\b\w+\b/g, (name) => names.get(name) ?? name);
}
