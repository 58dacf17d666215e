import type { Peer } from "../../kit.ts";
import { browserKit } from "../browser/host.ts";
import { versionOf } from "../module.ts";

/** The page: it is bundled when it is measured, so that the library need not be there before. */
const source = `
import * as tf from "@tensorflow/tfjs";
import { measuringPage } from "./page.ts";
import { tfjsKit } from "../tfjs/kit.ts";

tf.enableProdMode();
const open = async () => {
  const context = document.createElement("canvas").getContext("webgl2");
  if (context === null) throw new Error("Chromium has no WebGL 2 here");
  const names = context.getExtension("WEBGL_debug_renderer_info");
  const device = names === null ? "a hidden adapter" : context.getParameter(names.UNMASKED_RENDERER_WEBGL);
  if (!(await tf.setBackend("webgl"))) throw new Error("its webgl backend must start");
  return measuringPage(tfjsKit(tf, "webgl", tf.version_core + ", WebGL"), device);
};
globalThis.opened = open();
`;

/** TensorFlow.js on WebGL, in headless Chromium since Node has none. */
export const tfjsWebgl: Peer = {
  name: "tfjs-webgl",
  load: async () => {
    versionOf("@tensorflow/tfjs");
    return browserKit("tfjs-webgl", source);
  },
};
