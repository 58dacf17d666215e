import type { Kit, Peer } from "../../kit.ts";
import { startChild } from "../process/child.ts";
import { processKit } from "../process/kit.ts";
import { compileProgram } from "./compile.ts";

/** OpenBLAS and its LAPACK, called from C on one thread, with the kernels of this processor. */
export const openblas: Peer = {
  name: "OpenBLAS",
  load: () => start("OpenBLAS", "native", {}),
};

/**
 * The same held to 256-bit vectors, which processors with AVX-512 go beyond: what machines of most
 * users have, and comparable between machines.
 */
export const openblasAvx2: Peer = {
  name: "OpenBLAS AVX2",
  load: () => start("OpenBLAS AVX2", "haswell", { OPENBLAS_CORETYPE: "Haswell" }),
};

/** Kernels are chosen by the processor, whatever else on this machine asks for. */
function environment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...rest } = process.env;
  return { ...rest, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", ...own };
}

function start(name: string, processor: string, own: NodeJS.ProcessEnv): Promise<Kit> {
  return processKit(name, ["product", "gram", "cholesky", "solve", "step"], (folder) =>
    startChild(compileProgram(folder, processor), [], folder, environment(own)),
  );
}
