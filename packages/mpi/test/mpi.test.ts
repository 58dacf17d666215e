/** What needs no MPI: which library is tried, how its handles are found, and what is said where there is none. `npm run mpi` does the rest. */
import { BackendError } from "@metrigrad/tensor";
import test from "tape";
import { candidates } from "../src/candidates.ts";
import { handlesOf } from "../src/handles.ts";
import { mpi } from "../src/index.ts";
import type { Koffi, KoffiLibrary } from "../src/koffi.ts";

test("under a launcher its own library comes first, else the standard one", (t) => {
  const first = (environment: Record<string, string>) => candidates(environment, "linux")[0];
  t.equal(first({ OMPI_COMM_WORLD_SIZE: "2" }), "libmpi.so.40");
  t.equal(first({ PMI_RANK: "0", PMI_SIZE: "2" }), "libmpich.so.12");
  t.match(first({}) ?? "", /^libmpi_abi\.so/);
  for (const environment of [{ OMPI_COMM_WORLD_SIZE: "2" }, { PMI_SIZE: "2" }]) {
    t.ok(candidates(environment, "linux").some((name) => name.startsWith("libmpi_abi")));
  }
  t.ok(candidates({}, "darwin").every((name) => name.endsWith(".dylib")));
  t.deepEqual(candidates({}, "win32"), []);
  t.end();
});

/** A library that has some symbols, at addresses that follow from their names. */
function libraryOf(symbols: readonly string[]): [Koffi, KoffiLibrary] {
  const library = {
    symbol: (name: string) => {
      if (symbols.includes(name) || symbols.some((one) => name.startsWith(one))) return name;
      throw new Error(`no ${name}`);
    },
  } as unknown as KoffiLibrary;
  const koffi = { address: (name: string) => BigInt(name.length) } as unknown as Koffi;
  return [koffi, library];
}

test("handles are those of the kind of library", (t) => {
  const openMpi = handlesOf(...libraryOf(["ompi_mpi_", "MPI_Init_thread"]));
  t.equal(openMpi.abi, "Open MPI");
  t.equal(openMpi.types.f64, BigInt("ompi_mpi_double".length));
  t.equal(openMpi.type, "uintptr_t");
  const mpich = handlesOf(...libraryOf(["MPI_Init_thread", "MPIR_Err_return_comm"]));
  t.equal(mpich.abi, "MPICH");
  t.equal(mpich.type, "int");
  t.equal(mpich.inPlace, 2n ** 64n - 1n, "the pointer −1");
  const standard = handlesOf(...libraryOf(["MPI_Init_thread", "MPI_Abi_get_version"]));
  t.equal(standard.abi, "standard");
  t.equal(standard.world, 0x101);
  t.throws(() => handlesOf(...libraryOf([])), /no MPI_Init_thread/);
  t.end();
});

test("a library that is missing, and options that do not do, are clear errors", (t) => {
  const refused = (make: () => unknown, message: RegExp) => {
    t.throws(make, BackendError);
    t.throws(make, message);
  };
  refused(
    () => mpi({ library: "libnothing.so.9" }),
    /mpi: an MPI library must be there, got libnothing\.so\.9 \(.*\); install one \(Debian: apt-get install openmpi-bin/,
  );
  refused(() => mpi({ library: "" }), /library must be a name or path/);
  refused(() => mpi({ libary: "x" } as never), /libary/);
  t.end();
});
