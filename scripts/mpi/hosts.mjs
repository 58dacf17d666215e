/**
 * Two hosts on one machine: namespaces of network and host name, joined by a pair of virtual interfaces. What runs in one reaches the other over TCP
 * alone. Needs Linux, root, and unshare, nsenter and ip (Debian: util-linux, iproute2).
 */
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const addresses = ["10.77.0.1", "10.77.0.2"];

/**
 * @typedef {object} TwoHosts
 * @property {readonly string[]} enter The command before a command that runs on the first host
 * @property {string} agent A command in the place of ssh
 * @property {string} hostfile A host file of Open MPI with one slot on each host
 * @property {() => number} received The bytes that the first host has received from the second
 * @property {() => void} end Takes the hosts down
 */

/** Makes the hosts. Throws where the machine does not allow it. @returns {Promise<TwoHosts>} */
export async function twoHosts() {
  const holders = addresses.map(() =>
    spawn("unshare", ["--net", "--uts", "sleep", "600"], { stdio: "ignore" }),
  );
  const folder = mkdtempSync(join(tmpdir(), "metrigrad-hosts-"));
  const end = () => {
    for (const one of holders) one.kill();
    rmSync(folder, { recursive: true });
  };
  try {
    await Promise.all(
      holders.map(
        (one) =>
          new Promise((done, fail) => {
            one.once("error", fail);
            one.once("spawn", done);
          }),
      ),
    );
    // unshare makes the namespaces after it was spawned.
    await new Promise((done) => setTimeout(done, 500));
    const pids = holders.map(({ pid }) => String(pid));
    const [first = "", second = ""] = pids;
    run("ip", [
      "link",
      "add",
      "mg0",
      "netns",
      first,
      "type",
      "veth",
      "peer",
      "mg1",
      "netns",
      second,
    ]);
    pids.forEach((pid, at) => {
      const commands = `hostname host${at}; ip addr add ${addresses[at]}/24 dev mg${at}; ip link set mg${at} up; ip link set lo up`;
      run("nsenter", [...into(pid), "sh", "-ec", commands]);
    });
    const hostfile = join(folder, "hosts");
    writeFileSync(hostfile, addresses.map((one) => `${one} slots=1\n`).join(""));
    const agent = join(folder, "agent");
    writeFileSync(agent, agentText(pids));
    chmodSync(agent, 0o755);
    const enter = ["nsenter", ...into(first)];
    const received = () => {
      const text = run("nsenter", [...into(first), "cat", "/proc/net/dev"]);
      return Number(/mg0:\s*(\d+)/.exec(text)?.[1] ?? 0);
    };
    return { enter, agent, hostfile, received, end };
  } catch (error) {
    end();
    throw error;
  }
}

/** @param {string} pid */
const into = (pid) => ["--target", pid, "--net", "--uts"];

/** @param {string} command @param {string[]} args */
function run(command, args) {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Stands for ssh: options, a host, and a command line. @param {readonly string[]} pids */
function agentText(pids) {
  const cases = addresses.map((address, at) => `${address}) pid=${pids[at]};;`);
  return `#!/bin/sh
while [ "\${1#-}" != "$1" ]; do shift; done
case $1 in ${cases.join(" ")} *) exit 1;; esac
shift
exec nsenter ${into("$pid").join(" ")} sh -c "$*"
`;
}
