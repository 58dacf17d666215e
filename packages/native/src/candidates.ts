import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, win32 } from "node:path";

/** Libraries to try: first BLAS, then LAPACK if that is another file. */
export type Candidate = readonly string[];

/** A kind of library, with the names under which it is installed, the usual one first. */
interface Family {
  readonly names: readonly string[];
  /** The names that its file may have if the loader knows none of the names. */
  readonly pattern: RegExp;
  /** The names of the LAPACK that belongs to it, if it has none itself. */
  readonly lapack?: readonly string[];
}

const linux: readonly Family[] = [
  { names: ["libopenblas.so.0", "libopenblas.so"], pattern: /^libopenblas[^/]*\.so(\.\d+)*$/ },
  {
    names: ["libmkl_rt.so.2", "libmkl_rt.so.1", "libmkl_rt.so"],
    pattern: /^libmkl_rt\.so(\.\d+)*$/,
  },
  {
    names: ["libblis.so.4", "libblis.so"],
    pattern: /^libblis(-mt)?\.so(\.\d+)*$/,
    lapack: ["liblapack.so.3", "liblapack.so"],
  },
  { names: ["libflexiblas.so.3", "libflexiblas.so"], pattern: /^libflexiblas\.so(\.\d+)*$/ },
  {
    names: ["libblas.so.3", "libblas.so"],
    pattern: /^libblas\.so(\.\d+)*$/,
    lapack: ["liblapack.so.3", "liblapack.so"],
  },
];

const accelerate = "/System/Library/Frameworks/Accelerate.framework/Accelerate";

const onMac: readonly Candidate[] = [
  [accelerate],
  ["/opt/homebrew/opt/openblas/lib/libopenblas.dylib"],
  ["/usr/local/opt/openblas/lib/libopenblas.dylib"],
];

const windows = ["libopenblas.dll", "openblas.dll", "mkl_rt.2.dll", "mkl_rt.1.dll", "mkl_rt.dll"];

const triplets: Readonly<Record<string, string>> = {
  x64: "x86_64-linux-gnu",
  arm64: "aarch64-linux-gnu",
  arm: "arm-linux-gnueabihf",
  riscv64: "riscv64-linux-gnu",
  ppc64: "powerpc64le-linux-gnu",
  s390x: "s390x-linux-gnu",
};

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Returns the folders that ldconfig's files name. */
function configured(): string[] {
  const folder = "/etc/ld.so.conf.d";
  return entriesOf(folder)
    .filter((name) => name.endsWith(".conf"))
    .flatMap((name) => {
      try {
        return readFileSync(join(folder, name), "utf8").split("\n");
      } catch {
        return [];
      }
    })
    .map((line) => line.trim())
    .filter((line) => line.startsWith("/"));
}

/** Returns the folders in which libraries may lie for which the loader has no name. */
function folders(arch: string): readonly string[] {
  const triplet = triplets[arch];
  const usual = triplet === undefined ? [] : [`/usr/lib/${triplet}`];
  const own = usual.flatMap((folder) =>
    entriesOf(folder)
      .filter((name) => /^(openblas|blis|blas|atlas)/.test(name))
      .map((name) => join(folder, name)),
  );
  const mkl = ["/opt/intel/oneapi/mkl/latest/lib", "/opt/intel/oneapi/mkl/latest/lib/intel64"];
  const common = ["/usr/lib64", "/usr/lib", "/usr/local/lib", ...mkl];
  return [...new Set([...usual, ...own, ...configured(), ...common])];
}

/** Yields names first, then files, so that no folder is read if the loader knows a name. */
function* onLinux(arch: string): Generator<Candidate> {
  const withLapack = (name: string, lapack: readonly string[]): Candidate[] => [
    ...lapack.map((other) => [name, other]),
    [name],
  ];
  for (const { names, lapack = [] } of linux) {
    for (const name of names) yield* withLapack(name, lapack);
  }
  const files = folders(arch).map((folder) => ({ folder, names: entriesOf(folder) }));
  for (const { pattern, lapack = [] } of linux) {
    for (const { folder, names } of files) {
      for (const name of names) {
        if (pattern.test(name)) yield* withLapack(join(folder, name), lapack);
      }
    }
  }
}

/** Yields files in the folders of PATH. The system would look for a name alone in the working directory too. */
function* onWindows(path: string): Generator<Candidate> {
  const folders = path.split(";").filter((folder) => win32.isAbsolute(folder));
  for (const name of windows) {
    for (const folder of folders) {
      const file = win32.join(folder, name);
      if (existsSync(file)) yield [file];
    }
  }
}

/** Returns the libraries to try on a platform, in this order. */
export function candidates(platform: string, arch: string): Iterable<Candidate> {
  if (platform === "linux") return onLinux(arch);
  if (platform === "win32") return onWindows(process.env.PATH ?? "");
  return platform === "darwin" ? onMac : [];
}
