import { type Node, showNode } from "@metrigrad/graph";
import { DivergenceError, type DivergencePlace } from "../divergence.ts";
import type { Culprit } from "./culprit.ts";
import { isVariable } from "./state.ts";

/** The error that tells where a run diverged and what to do about it. */
export function divergedAt(
  place: Omit<DivergencePlace, "module" | "op">,
  culprit: Culprit | null,
): DivergenceError {
  const node = culprit?.node ?? null;
  const at = `in batch ${place.batch} of epoch ${place.epoch}, step ${place.step}`;
  const found =
    culprit === null
      ? "a value that is finite when the step is replayed without fusion"
      : `${culprit.value} from ${nameOf(culprit.node)} on the way to ${culprit.towards}`;
  return new DivergenceError(
    {
      where: "fit",
      must: "the loss and every update must be finite",
      got: `${found}, ${at}`,
      todo: adviceOn(node),
    },
    { ...place, module: node === null ? "" : moduleOf(node), op: node?.op.name ?? "" },
  );
}

function adviceOn(node: Node | null): string {
  if (node === null || !isVariable(node)) {
    return "the state is as before that step: lower the learning rate, raise the damping, or look at the rows in error.place";
  }
  return node.attrs.role === "parameter"
    ? "give it finite values before training"
    : "it overflowed in an earlier step: lower the learning rate and begin anew, or go on from a checkpoint";
}

function nameOf(node: Node): string {
  return isVariable(node) ? `variable ${node.attrs.name}` : showNode(node);
}

function moduleOf(node: Node): string {
  if (!isVariable(node)) return node.scope;
  const { name } = node.attrs;
  return name.slice(0, Math.max(0, name.lastIndexOf("/")));
}
