import { isVariable, type Node, showNode } from "@metrigrad/graph";
import type { Store } from "@metrigrad/tensor";
import { type BatchPlace, DivergenceError } from "../divergence.ts";
import type { FailingNode } from "./failingNode.ts";

/** The facts about a step that was not finite. */
export interface DivergedStep {
  readonly where: string;
  readonly store: Store;
  /** From 1. */
  readonly step: number;
  readonly data: BatchPlace | null;
  readonly found: FailingNode | null;
}

/** Returns the error that says where a run diverged and what to do about it. */
export function divergedAt({ where, store, step, data, found }: DivergedStep): DivergenceError {
  const node = found?.node ?? null;
  const nameOf = (one: Node) =>
    isVariable(one) ? `variable ${store.pathOf(one.attrs) ?? one.attrs.role}` : showNode(one);
  const at =
    data === null
      ? `in step ${step}`
      : `in batch ${data.batch} of epoch ${data.epoch}, step ${step}`;
  const what =
    found === null
      ? "a value that is finite when the step is replayed without fusion"
      : `${found.value} from ${nameOf(found.node)} on the way to ${found.towards}`;
  return new DivergenceError(
    {
      where,
      must: "the loss and every update must be finite",
      got: `${what}, ${at}`,
      todo: adviceOn(node),
    },
    { step, data, module: moduleOf(node, store), op: node?.op.name ?? "" },
  );
}

function adviceOn(node: Node | null): string {
  if (node === null || !isVariable(node)) {
    return "the state is as before that step: lower the learning rate, raise the damping, or look at the rows of the batch";
  }
  return node.attrs.role === "parameter"
    ? "give it finite values before training"
    : "it overflowed in an earlier step: lower the learning rate and begin anew, or go on from a checkpoint";
}

function moduleOf(node: Node | null, store: Store): string {
  if (node === null) return "";
  if (!isVariable(node)) return node.scope;
  const path = store.pathOf(node.attrs) ?? "";
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
