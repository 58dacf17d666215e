import {
  type BufferSpec,
  mapViews,
  type Plan,
  type Step,
  stepViews,
  type View,
} from "@metrigrad/tensor";

/** The plan without buffers that no step, feed or output uses. The other buffers get new numbers. */
export function compactPlan(plan: Plan): Plan {
  const used = new Set<number>([
    ...plan.feeds.map((feed) => feed.buffer),
    ...plan.outputs.map((view) => view.buffer),
  ]);
  for (const step of plan.steps) {
    const { reads, writes } = stepViews(step);
    for (const view of [...reads, ...writes]) used.add(view.buffer);
  }
  const order = [...used].sort((a, b) => a - b);
  const numbers = new Map(order.map((old, now) => [old, now]));
  const rename = (view: View): View => ({ ...view, buffer: numbers.get(view.buffer) as number });
  return {
    ...plan,
    buffers: order.map((old) => plan.buffers[old] as BufferSpec),
    steps: plan.steps.map((step): Step => mapViews(step, { read: rename, write: rename })),
    feeds: plan.feeds.map((feed) => ({ ...feed, buffer: numbers.get(feed.buffer) as number })),
    outputs: plan.outputs.map(rename),
  };
}
