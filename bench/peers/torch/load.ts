import { join } from "node:path";
import type { Kit, Peer } from "../../kit.ts";
import { startChild } from "../process/child.ts";
import { processKit } from "../process/kit.ts";

/** PyTorch on an NVIDIA GPU, eager, in float32 without TF32. */
export const torch: Peer = {
  name: "PyTorch",
  load: () => startTorch("python3", "cuda"),
};

/** PyTorch on one thread of the processor, eager; of the Python that `PYTHON` names. */
export const torchCpu: Peer = {
  name: "PyTorch 1 thread",
  load: () => startTorch(process.env.PYTHON ?? "python3", "cpu", "PyTorch 1 thread"),
};

/** PyTorch of a Python on one of its devices. Throws where it does not have both. */
export async function startTorch(python: string, device: string, name = "PyTorch"): Promise<Kit> {
  const script = join(import.meta.dirname, "peer.py");
  const kinds = ["product", "blocks", "tiny", "step", "natural", "images", "sequences"] as const;
  try {
    return await processKit(name, kinds, async (folder) => {
      const child = await startChild(python, [script, device], folder, process.env);
      const [, why] = /^not here: (.*)$/.exec(child.greeting) ?? [];
      if (why === undefined) return child;
      await child.close();
      throw new Error(why);
    });
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    throw new Error(code === "ENOENT" ? `there is no ${python}` : message);
  }
}
