import test from "tape";
import { type FindingKind, findingText } from "./run/findings.ts";
import { kernel, run } from "./support.ts";

/** Kernels that do what the checker looks for, and the same ones done right. */
const pairs: readonly {
  readonly kind: FindingKind;
  readonly name: string;
  readonly wrong: string;
  readonly right: string;
  readonly groups?: number;
}[] = [
  {
    kind: "race in workgroup memory",
    name: "a read of what another thread wrote",
    wrong: kernel("held[lane] = lane; data[lane] = held[63u - lane];", 64, memory("u32", 64)),
    right: kernel(
      "held[lane] = lane; workgroupBarrier(); data[lane] = held[63u - lane];",
      64,
      memory("u32", 64),
    ),
  },
  {
    kind: "race in workgroup memory",
    name: "a write of what several threads read",
    wrong: kernel(
      "let x = held[0]; if (lane == 5u) { held[0] = 1u; } data[lane] = x;",
      64,
      memory("u32", 1),
    ),
    right: kernel(
      "let x = held[0]; workgroupBarrier(); if (lane == 5u) { held[0] = 1u; } data[lane] = x;",
      64,
      memory("u32", 1),
    ),
  },
  {
    kind: "race in workgroup memory",
    name: "a barrier of storage alone",
    wrong: kernel(
      "held[lane] = lane; storageBarrier(); data[lane] = held[63u - lane];",
      64,
      memory("u32", 64),
    ),
    right: kernel(
      "held[lane] = lane; storageBarrier(); workgroupBarrier(); data[lane] = held[63u - lane];",
      64,
      memory("u32", 64),
    ),
  },
  {
    kind: "race in workgroup memory",
    name: "two threads that write components of one vector",
    wrong: kernel("held[lane / 2u][lane % 2u] = lane;", 64, memory("vec2<u32>", 32)),
    right: kernel("held[lane].x = lane;", 64, memory("vec2<u32>", 64)),
  },
  {
    kind: "race in workgroup memory",
    name: "a count that is not atomic",
    wrong: kernel("held[0] += 1u;", 64, memory("u32", 1)),
    right: kernel("atomicAdd(&held[0], 1u);", 64, memory("atomic<u32>", 1)),
  },
  {
    kind: "race in storage between threads of a workgroup",
    name: "a read of what another thread wrote",
    wrong: kernel("data[lane] = lane; workgroupBarrier(); let x = data[63u - lane];"),
    right: kernel("data[lane] = lane; storageBarrier(); let x = data[63u - lane];"),
  },
  {
    kind: "race in storage between threads of a workgroup",
    name: "two threads that write a word",
    wrong: kernel("data[lane / 2u] = lane;"),
    right: kernel("if (lane % 2u == 0u) { data[lane / 2u] = lane; }"),
  },
  {
    kind: "race in storage between workgroups",
    name: "two workgroups that write a word",
    wrong: kernel("data[lane] = group;", 8),
    right: kernel("data[8u * group + lane] = group;", 8),
    groups: 2,
  },
  {
    kind: "race in storage between workgroups",
    name: "a read of what another workgroup writes, whichever runs first",
    wrong: kernel("if (group == 1u) { data[lane] = 1u; } else { let x = data[7u - lane]; }", 8),
    right: kernel("if (group == 1u) { data[lane] = 1u; } else { let x = data[8u + lane]; }", 8),
    groups: 2,
  },
  {
    kind: "race in storage between workgroups",
    name: "a read that a later one of the workgroup itself hides",
    wrong: kernel("let x = data[0]; if (group == 1u) { data[0] = x + 1u; }", 1),
    right: kernel("let x = data[group]; if (group == 1u) { data[group] = x + 1u; }", 1),
    groups: 4,
  },
  {
    kind: "barrier that not all threads reach",
    name: "threads that leave before it",
    wrong: kernel("if (lane > 40u) { return; } workgroupBarrier();"),
    right: kernel("workgroupBarrier(); if (lane > 40u) { return; }"),
  },
  {
    kind: "barrier that not all threads reach",
    name: "two barriers in two branches",
    wrong: kernel("if (lane == 0u) { workgroupBarrier(); } else { workgroupBarrier(); }"),
    right: kernel("if (group == 0u) { workgroupBarrier(); } else { workgroupBarrier(); }"),
  },
  {
    kind: "barrier that not all threads reach",
    name: "a loop of another length in each thread, around a function",
    wrong: kernel(
      "for (var i = 0u; i < lane; i++) { meet(); }",
      8,
      "fn meet() { storageBarrier(); }",
    ),
    right: kernel(
      "for (var i = 0u; i < 8u; i++) { meet(); }",
      8,
      "fn meet() { storageBarrier(); }",
    ),
  },
  {
    kind: "access out of bounds",
    name: "a word of storage",
    wrong: kernel("data[lane + 1u] = lane;"),
    right: kernel("data[lane] = lane;"),
  },
  {
    kind: "access out of bounds",
    name: "a read of storage that is used",
    wrong: kernel("let x = select(0u, data[lane + 1u], lane < 64u);"),
    right: kernel("let x = select(0u, data[lane + 1u], lane < 63u);"),
  },
  {
    kind: "access out of bounds",
    name: "memory of a workgroup",
    wrong: kernel("held[lane + 1u] = lane;", 64, memory("u32", 64)),
    right: kernel("held[lane + 1u] = lane;", 64, memory("u32", 65)),
  },
  {
    kind: "access out of bounds",
    name: "a variable",
    wrong: kernel("var own: array<u32, 4>; own[lane] = 1u;", 5),
    right: kernel("var own: array<u32, 4>; own[lane] = 1u;", 4),
  },
  {
    kind: "access out of bounds",
    name: "parameters",
    wrong: kernel("let x = p[lane].y;", 2),
    right: kernel("let x = p[lane].y;", 1),
  },
  {
    kind: "subgroup operation on a part of a subgroup",
    name: "lanes that do not take part",
    wrong: kernel("if (lane != 40u) { data[lane] = subgroupBroadcast(lane, 3u); }"),
    right: kernel("if (lane < 32u) { data[lane] = subgroupBroadcast(lane, 3u); }"),
  },
  {
    kind: "subgroup operation on a part of a subgroup",
    name: "a workgroup that ends within a subgroup",
    wrong: kernel("data[lane] = subgroupBroadcast(lane, 3u);", 48),
    right: kernel("data[lane] = subgroupBroadcast(lane, 3u);", 64),
  },
];

function memory(type: string, count: number): string {
  return `var<workgroup> held: array<${type}, ${count}>;`;
}

for (const { kind, name, wrong, right, groups = 1 } of pairs) {
  test(`${kind}: ${name}`, (t) => {
    const { findings } = run(wrong, { groups });
    t.ok(findings.length > 0, "something is found");
    t.ok(
      findings.every((finding) => finding.kind === kind),
      findings.map((finding) => finding.kind).join(),
    );
    t.same(run(right, { groups }).findings, [], "nothing is found where it is done right");
    t.end();
  });
}

test("a finding says who, where and in which kernel, once for each kind", (t) => {
  const text = kernel(
    "held[0] = lane; data[lane] = 1u; data[lane + 64u] = 2u;",
    2,
    memory("u32", 1),
  );
  const { findings } = run(text);
  t.equal(findings.length, 2);
  const race = findings.find(({ kind }) => kind === "race in workgroup memory");
  const outside = findings.find(({ kind }) => kind === "access out of bounds");
  t.match(
    race?.what ?? "",
    /^in workgroup 0 thread [01] writes held\[0\], which thread [01] wrote/,
  );
  t.match(outside?.what ?? "", /^thread [01] writes data\[6[45]\] of 64 elements$/);
  t.equal(outside?.count, 2, "both threads are counted");
  t.match(
    findings.map((finding) => findingText(finding)).join("\n"),
    /of 64 elements \(2 times\)\n {2}@compute @workgroup_size\(2\)/,
  );
  t.end();
});

test("dispatches, and workgroups of two dispatches, do not race", (t) => {
  const text = kernel("data[8u * group + lane] += data[8u * group + lane] + 1u;", 8);
  const { findings, words } = run(text, { groups: 2, dispatches: 3 });
  t.same(findings, []);
  t.same([...words.subarray(0, 17)], [...Array(16).fill(7), 0]);
  t.end();
});
