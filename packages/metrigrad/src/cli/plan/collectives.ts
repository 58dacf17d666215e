import type { Network } from "@metrigrad/tensor";
import type { RankExchange } from "@metrigrad/train";

/** The ways in which ranks can exchange values. */
export const algorithmNames = ["best", "ring", "tree", "rabenseifner"] as const;

/** One of these ways; "best" is the fastest for each message. */
export type Algorithm = (typeof algorithmNames)[number];

/** How often α and β count, of β as a share of all bytes. */
type Cost = (ranks: number) => { readonly messages: number; readonly share: number };

const rounds = (ranks: number) => Math.ceil(Math.log2(ranks));
const others = (ranks: number) => (ranks - 1) / ranks;

/**
 * What a collective of n ranks takes, by Thakur, Rabenseifner and Gropp (2005), "Optimization of collective communication operations
 * in MPICH", sections 4.1 and 4.5. The additions of an allreduce are left out.
 */
const costs: Readonly<Record<RankExchange["kind"], Readonly<Record<string, Cost>>>> = {
  allreduce: {
    ring: (n) => ({ messages: 2 * (n - 1), share: 2 * others(n) }),
    /** Recursive doubling: every round sends everything. */
    tree: (n) => ({ messages: rounds(n), share: rounds(n) }),
    /** Reduce-scatter by recursive halving, then allgather by recursive doubling. */
    rabenseifner: (n) => ({ messages: 2 * rounds(n), share: 2 * others(n) }),
  },
  allgather: {
    ring: (n) => ({ messages: n - 1, share: others(n) }),
    /** Recursive doubling: what is sent doubles with each round. */
    tree: (n) => ({ messages: rounds(n), share: others(n) }),
    rabenseifner: (n) => ({ messages: rounds(n), share: others(n) }),
  },
};

/** Returns the seconds of an exchange between so many ranks. */
export function exchangeSeconds(
  { kind, bytes }: RankExchange,
  ranks: number,
  { latency, bandwidth }: Network,
  algorithm: Algorithm,
): number {
  if (ranks === 1) return 0;
  const all = costs[kind];
  const names = algorithm === "best" ? Object.keys(all) : [algorithm];
  return Math.min(
    ...names.map((name) => {
      const { messages, share } = (all[name] as Cost)(ranks);
      return messages * latency + (share * bytes) / bandwidth;
    }),
  );
}
