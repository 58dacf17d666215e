import type { Koffi, KoffiLibrary } from "./koffi.ts";

/** How a library numbers what its header defines. */
export type Abi = "standard" | "Open MPI" | "MPICH";

/** A handle as a number that goes by value: a pointer, or an int in MPICH. */
export type HandleValue = number | bigint;

/** The handles of one library. */
export interface Handles {
  readonly abi: Abi;
  /** The C type of a handle. */
  readonly type: "uintptr_t" | "int";
  readonly world: HandleValue;
  readonly errorsReturn: HandleValue;
  readonly inPlace: bigint;
  readonly undefinedColor: number;
  /** The level of threads at which only one thread calls MPI. */
  readonly funneled: number;
  readonly types: Readonly<Record<ElementType, HandleValue>>;
  readonly operations: Readonly<Record<Operation, HandleValue>>;
}

/** The element types of the arrays that are sent. */
export type ElementType = "f32" | "f64" | "i32" | "u32" | "u8";

/**
 * What is done with the values of all ranks.
 *
 * @category Distributed
 */
export type Operation = "sum" | "min" | "max";

/** MPI 5.0, section 20: the same numbers in every library. */
const standard: Handles = {
  abi: "standard",
  type: "uintptr_t",
  world: 0x101,
  errorsReturn: 0x142,
  inPlace: 1n,
  undefinedColor: -32_766,
  funneled: 1024,
  types: { f32: 0x210, f64: 0x214, i32: 0x250, u32: 0x251, u8: 0x241 },
  operations: { sum: 0x21, min: 0x22, max: 0x23 },
};

/** MPICH and what derives from it, such as Intel MPI. In-place is the pointer −1. */
const mpich: Handles = {
  abi: "MPICH",
  type: "int",
  world: 0x44000000,
  errorsReturn: 0x54000001,
  inPlace: 0xffff_ffff_ffff_ffffn,
  undefinedColor: -32_766,
  funneled: 1,
  types: { f32: 0x4c00040a, f64: 0x4c00080b, i32: 0x4c000405, u32: 0x4c000406, u8: 0x4c000102 },
  operations: { sum: 0x58000003, min: 0x58000002, max: 0x58000001 },
};

/** Open MPI's handles are addresses of its variables. */
function openMpi(koffi: Koffi, library: KoffiLibrary): Handles {
  const at = (name: string) => koffi.address(library.symbol(`ompi_mpi_${name}`, "int"));
  return {
    abi: "Open MPI",
    type: "uintptr_t",
    world: at("comm_world"),
    errorsReturn: at("errors_return"),
    inPlace: 1n,
    undefinedColor: -32_766,
    funneled: 1,
    types: {
      f32: at("float"),
      f64: at("double"),
      i32: at("int32_t"),
      u32: at("uint32_t"),
      u8: at("uint8_t"),
    },
    operations: { sum: at("op_sum"), min: at("op_min"), max: at("op_max") },
  };
}

/** Returns the handles of a library. Throws an Error for one that is of no known kind. */
export function handlesOf(koffi: Koffi, library: KoffiLibrary): Handles {
  const has = (symbol: string) => {
    try {
      library.symbol(symbol, "int");
      return true;
    } catch {
      return false;
    }
  };
  if (has("ompi_mpi_comm_world")) return openMpi(koffi, library);
  if (has("MPI_Abi_get_version") && !has("MPIR_Err_return_comm")) return standard;
  if (has("MPI_Init_thread")) return mpich;
  throw new Error("it has no MPI_Init_thread");
}
