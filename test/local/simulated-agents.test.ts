import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forget, join } from "../../bench/agents/join.js";
import { factsFrom } from "../../bench/agents/real-agent.js";
import { SimulatedAgent } from "../../bench/agents/simulated-agent.js";
import { targetOf, type Target } from "../../bench/agents/target.js";
import { as, commit, push, repository } from "../support/local/code.js";
import { recorded, RecordingClient, type Recording } from "../support/local/recorded-requests.js";
import { exec, output, stackOf } from "../support/environment.js";

/** Code with plugins, and with files of each kind that agents ask a server for. */
const code = {
  "data/common.yaml": "role: simulated\n",
  "site-modules/simulated/lib/facter/simulated.rb":
    "Facter.add(:simulated) { setcode { 'yes' } }\n",
  "site-modules/simulated/facts.d/fixed.yaml": "fixed: true\n",
  "site-modules/simulated/files/one": "one\n",
  "site-modules/simulated/files/two": "two\n",
  "site-modules/simulated/files/tree/a": "a\n",
  "site-modules/simulated/files/tree/sub folder/b": "b\n",
  "site-modules/simulated/manifests/init.pp": `class simulated {
  file { '/srv/simulated': ensure => directory }
  file { '/srv/simulated/one': source => 'puppet:///modules/simulated/one' }
  file { '/srv/simulated/two':
    source => ['puppet:///modules/simulated/none', 'puppet://puppetfiles.example.test/modules/simulated/two'],
  }
  file { '/srv/simulated/tree': ensure => directory, recurse => true, source => 'puppet:///modules/simulated/tree' }
}
`,
};

describe("a simulated agent", () => {
  const certname = "recorded.example.test";
  let target: Target;
  let kept: string;

  beforeAll(async () => {
    target = await targetOf(stackOf());
    kept = await as("puppet-control", `git -C ${repository} show production:data/common.yaml`);
    await commit("production", code);
    expect((await push("production")).text).toMatch(/^success: /);
  });

  afterAll(async () => {
    const gone = Object.fromEntries(Object.keys(code).map((path) => [path, ""]));
    await commit("production", { ...gone, "data/common.yaml": `${kept}\n` });
    expect((await push("production")).text).toMatch(/^success: /);
    const left = "/srv/simulated /var/cache/puppet/lib/facter/simulated.rb";
    await output("agent1", `rm -rf ${left} /var/cache/puppet/facts.d/fixed.yaml`);
    await forget(target, [certname]);
  });

  /** Runs of a real agent: the first as if there had been none before. */
  async function realRuns(): Promise<Recording[]> {
    const state = "$(puppet config print lastrunfile --section agent)";
    await output("agent1", `rm -rf ${state} /var/cache/puppet/lib /var/cache/puppet/facts.d`);
    const runs = [];
    for (let run = 0; run < 2; run += 1) {
      const { code, stderr } = await exec("agent1", [
        ...["puppet", "agent", "--onetime", "--no-daemonize", "--no-splay", "--http_debug"],
        ...["--detailed-exitcodes", "--waitforlock", "1", "--maxwaitforlock", "120"],
      ]);
      expect([0, 2]).toContain(code);
      runs.push(recorded(stderr, "agent1.example.test"));
    }
    return runs;
  }

  async function simulatedRuns(): Promise<Recording[]> {
    const facts = await factsFrom(target, "agent1");
    const identities = await join(target, [certname]);
    const clients: RecordingClient[] = [];
    for (const identity of identities) {
      const agent = new SimulatedAgent(certname, facts, () => {
        const client = new RecordingClient(target, identity);
        clients.push(client);
        return client;
      });
      for (let run = 0; run < 2; run += 1) expect((await agent.run()).failure).toBeUndefined();
    }
    return clients.map(({ recording }) => recording);
  }

  it("asks for what a real one asks for, in the same order, in its first run and in the next", async () => {
    const real = await realRuns();
    const simulated = await simulatedRuns();
    expect(simulated).toEqual(real);
    // The code has something of each kind.
    const [first, next] = real.map(({ requests }) => requests.join("\n"));
    for (const part of ["/node/NAME?", "/file_content/pluginfacts/", "/file_content/modules/"]) {
      expect(first).toContain(part);
      expect(next).not.toContain(part);
    }
    expect(next).toContain("/file_metadata/modules/simulated/none?");
  });
});
