import type { Launch } from "../wgsl/kernel.ts";

/**
 * Cuts a launch of much work into several, of some of its workgroups each: a device stops a dispatch that takes seconds. The
 * last words of the parameters are the first workgroup and the one after the last.
 */
export function cutLaunch(launch: Launch): readonly Launch[] {
  const { cuts = 1, groups, params } = launch;
  if (cuts <= 1) return [launch];
  const each = Math.ceil(groups / cuts);
  return Array.from({ length: Math.ceil(groups / each) }, (_, at) => {
    const from = at * each;
    const end = Math.min(groups, from + each);
    return { ...launch, groups: end - from, params: params.with(-2, from).with(-1, end) };
  });
}
