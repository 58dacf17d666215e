import type { Abilities } from "../step/product/shape.ts";

/** The limits of a device that programs keep to. */
export interface DeviceLimits extends Abilities {
  /** The largest buffer, in bytes. */
  readonly pageBytes: number;
  /** The largest part of a buffer that one binding shows to a kernel, in bytes; a multiple of 256. */
  readonly bindingBytes: number;
  /** The number of bindings of storage that one dispatch may have. */
  readonly buffers: number;
  /** The number of workgroups along one axis. */
  readonly groups: number;
  /** The number of multiplications that one dispatch of a product may do, so that it does not take seconds on a slow device. */
  readonly terms: number;
  /** Whether the device can write down when a pass begins and ends. */
  readonly timestamps: boolean;
}

/** Limits that are asked for as large as the adapter has them. By default a device has what every adapter has. */
const asked = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupsPerDimension",
  "maxComputeWorkgroupStorageSize",
] as const;

/** Features that are asked for if the adapter has them: to measure passes, and to pass values between lanes. */
const [timestamps, subgroups] = ["timestamp-query", "subgroups"] as const;

/** Bindings begin at multiples of this many bytes on every device. */
const bindingAlignment = 256;

/**
 * The largest page that kernels can count through, in bytes.
 *
 * Positions are words of 32 bits, and those of bytes or halves count these. A loop over a list ends when its counter is at the end or
 * behind it, so the counter must not wrap before. It goes on by 8192 at most (256 threads that add 32 elements each), and
 * the last of up to 1024 slices of a list may begin that many elements behind its end. 16 KiB are room for both.
 */
const mostPageBytes = 2 ** 32 - 2 ** 14;

/** Adds to a request for a device what programs can use of the adapter. */
export function fullRequest(
  { limits, features }: Pick<GPUAdapter, "limits" | "features">,
  request: GPUDeviceDescriptor = {},
): GPUDeviceDescriptor {
  const requiredLimits = { ...request.requiredLimits };
  for (const name of asked) requiredLimits[name] = limits[name];
  const requiredFeatures = new Set<GPUFeatureName>(request.requiredFeatures);
  for (const name of [timestamps, subgroups]) if (features.has(name)) requiredFeatures.add(name);
  return { ...request, requiredLimits, requiredFeatures: [...requiredFeatures] };
}

/** Returns the limits of a device; `lower` has those that tests set below the device's own. */
export function limitsOf(
  { limits, features }: Pick<GPUDevice, "limits" | "features">,
  info: GPUAdapterInfo,
  lower: Partial<DeviceLimits> = {},
): DeviceLimits {
  const pageBytes = lower.pageBytes ?? alignedDown(Math.min(limits.maxBufferSize, mostPageBytes));
  const most = lower.bindingBytes ?? limits.maxStorageBufferBindingSize;
  return {
    pageBytes,
    bindingBytes: Math.min(pageBytes, alignedDown(most)),
    buffers: lower.buffers ?? limits.maxStorageBuffersPerShaderStage,
    groups: lower.groups ?? limits.maxComputeWorkgroupsPerDimension,
    terms: lower.terms ?? 2 ** 37,
    timestamps: lower.timestamps ?? features.has(timestamps),
    processor: lower.processor ?? isProcessor(info),
    lanes: lower.lanes ?? (features.has(subgroups) ? lanesOf(info) : 0),
    sharedBytes: lower.sharedBytes ?? limits.maxComputeWorkgroupStorageSize,
  };
}

/** Whether an adapter is a program on the processor. */
function isProcessor(info: GPUAdapterInfo): boolean {
  const { vendor, architecture, description } = info;
  const text = `${vendor} ${architecture} ${description}`;
  return (
    info.isFallbackAdapter || /llvmpipe|swiftshader|software|basic render|\bwarp\b/i.test(text)
  );
}

/** Returns the number of lanes of every subgroup; 0 if it may differ. */
function lanesOf({ subgroupMinSize, subgroupMaxSize }: GPUAdapterInfo): number {
  return subgroupMinSize === subgroupMaxSize && subgroupMinSize % 4 === 0 ? subgroupMinSize : 0;
}

const alignedDown = (bytes: number) => bytes - (bytes % bindingAlignment);

/** Returns the limits as text for people. */
export function showLimits({ pageBytes, bindingBytes, buffers, timestamps }: DeviceLimits): string {
  return [
    `buffers of ${showBytes(pageBytes)}`,
    `bindings of ${showBytes(bindingBytes)}`,
    `${buffers} bindings a dispatch`,
    timestamps ? "timestamps" : "no timestamps",
  ].join(", ");
}

/** Returns a number of bytes as text: whole bytes, or MiB from one MiB on. */
export function showBytes(bytes: number): string {
  return bytes < 2 ** 20 ? `${bytes} bytes` : `${Math.round(bytes / 2 ** 20)} MiB`;
}
