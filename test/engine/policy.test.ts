import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { awsConfig } from "../support/policy.js";
import { Project } from "../../tools/lib/engine-driver.js";

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Settings of a stack whose load balancer and CA are open to some networks. */
const settingsWith = (agentSources: readonly string[]) => ({
  ...Object.fromEntries(awsConfig({ agentSources })),
  "aws:region": "eu-central-1",
});

describe("the policy pack under the real engine", () => {
  let project: Project;
  const preview = (example: string, agentSources = ["0.0.0.0/0"]) =>
    project.preview({ config: { ...settingsWith(agentSources), "example:name": example } });

  // One stack for all: a preview creates nothing in it.
  beforeAll(() => {
    // The CLI's own environment variable for the option.
    vi.stubEnv("PULUMI_OPTION_POLICY_PACK", pathOf("../../policy/run"));
    vi.stubEnv("PATH", [pathOf("../../standins/aws/bin"), process.env.PATH].join(delimiter));
    project = new Project(pathOf("../support/engine/programs/policy"));
  });
  afterAll(() => {
    project.remove();
    vi.unstubAllEnvs();
  });

  it.each([
    ["no-public-ssh", "example lets 0.0.0.0/0 reach port 22;"],
    ["no-open-networks", "example lets 0.0.0.0/0 reach port 8404;"],
    ["encrypted-volumes", "example is not encrypted;"],
    ["imdsv2", "example answers metadata requests without a token;"],
    ["protected-data", "example holds data; write protect: true"],
    ["haproxy-tcp", "example: frontend puppet in /etc/haproxy/haproxy.cfg reads agents' traffic;"],
    ["autosign-never-naive", "example: [server] of /etc/puppet/puppet.conf signs every request;"],
  ])("%s fails a preview", async (rule, sentence) => {
    const run = await preview(rule);
    expect(run.exitCode).not.toBe(0);
    expect(rulesIn(run.stdout)).toEqual(new Set([rule, alsoBroken[rule]].filter(Boolean)));
    expect(run.stdout).toContain(sentence);
    expect(run.stdout + run.stderr).not.toContain("the-statistics-password");
  });

  it("accepts a good program, and reads what the stack's settings open", async () => {
    const run = (await preview("good")).succeeded();
    expect(run.stdout).toContain("✅ pulumi-puppet@v");
    const closed = await preview("good", ["10.0.0.0/8"]);
    expect(closed.exitCode).not.toBe(0);
    expect(rulesIn(closed.stdout)).toEqual(new Set(["no-open-networks"]));
  });

  it("says nothing about unknown values", async () => {
    const run = (await preview("unknown")).succeeded();
    expect(run.stdout).not.toContain("during preview");
    expect(run.stdout).not.toMatch(/\[(mandatory|advisory)\]/);
  });
});

/** SSH open to everyone is also an open network. */
const alsoBroken: Readonly<Record<string, string>> = { "no-public-ssh": "no-open-networks" };

/** The rules in the summary. */
function rulesIn(summary: string): Set<string | undefined> {
  return new Set([...summary.matchAll(/\[mandatory\] +(\S+) /g)].map(([, rule]) => rule));
}
