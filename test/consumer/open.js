import { gpu } from "metrigrad";

/** Opens the gpu backend in the mode that works everywhere, or tells why not. */
async function check() {
  const backend = await gpu({ mode: "cpu" });
  await backend.close();
  return `opened ${backend.mode}`;
}

const result = check().catch((error) => String(error));
globalThis.metrigradResult = result;
if (globalThis.process !== undefined) console.log(JSON.stringify(await result));
