import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  classify,
  control,
  done,
  facts,
  home,
  install,
  installDeadline,
  installForeman,
  leaveForeman,
  received,
  server,
  setUse,
  startService,
  stopService,
  trust,
} from "../support/rendered/foreman-client.js";

const node = "web1.example.test";
const values = { os: { name: "Debian", release: { full: "13" } }, is_virtual: true };
const sendFacts = (values: unknown, of = node) =>
  install(`${facts}/${of}.json`, JSON.stringify({ name: of, values }));
const classification = {
  classes: { "profile::web": { port: 8443 }, ntp: null },
  parameters: { site: "north" },
  environment: "staging",
};
const clean = () => done(["sh", "-c", `rm -rf ${home}/* ${facts}/*`]);

beforeAll(async () => {
  await installForeman();
}, installDeadline);

afterAll(leaveForeman);

beforeEach(async () => {
  await clean();
  await setUse({ environment: "foreman", cacheHours: 168, whenExpired: "serve" });
  await startService();
  await control("POST", "/reset");
  await trust([server]);
});

describe("the external node classifier", () => {
  it("gives Foreman the facts, once, and Puppet Server what Foreman says", async () => {
    await sendFacts(values);
    await control("PUT", `/hosts/${node}`, classification);
    const { answer, said } = await classify(node);
    expect(said).toBe("");
    expect(answer).toMatchObject({
      classes: { "profile::web": { port: 8443 } },
      environment: "staging",
    });
    expect(answer?.parameters).toMatchObject({ site: "north" });

    await classify(node);
    const { facts: uploads, nodes } = await received();
    expect(uploads).toHaveLength(1);
    expect(uploads[0]).toMatchObject({
      certificate: server,
      status: 201,
      content: { name: node, certname: node, facts: values },
    });
    expect(nodes.map(({ status }) => status)).toEqual([200, 200]);

    await sendFacts({ ...values, is_virtual: false });
    await classify(node);
    expect((await received()).facts).toHaveLength(2);
  });

  it("creates a node from its facts", async () => {
    await sendFacts(values, "new.example.test");
    const { code, said } = await classify("new.example.test");
    expect({ code, said }).toEqual({ code: 0, said: "" });
  });

  it("leaves the environment to the agent if set so", async () => {
    await setUse({ environment: "agent" });
    await control("PUT", `/hosts/${node}`, classification);
    const { answer } = await classify(node);
    expect(answer).toHaveProperty("classes");
    expect(answer).not.toHaveProperty("environment");
  });

  it("continues when Foreman does not accept the facts", async () => {
    await control("PUT", `/hosts/${node}`, classification);
    for (const wrong of ["no facts", { is_virtual: true }]) {
      await sendFacts(wrong);
      const { answer, said } = await classify(node);
      expect(answer).toMatchObject({ environment: "staging" });
      expect(said).toMatch(
        /^web1\.example\.test: Foreman does not accept its facts: it answers (500|422)/,
      );
    }
  });

  it("serves the last classification while Foreman is down, and says so", async () => {
    await control("PUT", `/hosts/${node}`, classification);
    const { answer: before } = await classify(node);
    await stopService();
    const { code, answer, said } = await classify(node);
    expect(code).toBe(0);
    expect(answer).toEqual(before);
    expect(said).toMatch(
      /^web1\.example\.test: Foreman gave no classification \(.*refused.*\); serving the one of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/,
    );
  });

  it("serves an expired one, or none, or fails, depending on the setting", async () => {
    await control("PUT", `/hosts/${node}`, classification);
    const { answer: before } = await classify(node);
    await stopService();
    await setUse({ cacheHours: 2 });
    await done(["touch", "--date=-3 hours", `${home}/nodes/${node}.json`]);
    const old = await classify(node);
    expect(old.answer).toEqual(before);
    expect(old.said).toMatch(/, which is older than 2 hours$/);
    const stranger = await classify("stranger.example.test");
    expect(stranger.answer).toEqual({});
    expect(stranger.said).toMatch(
      /^stranger\.example\.test: Foreman gave no classification \(.*\), and this server has no earlier one: the node gets no classes$/,
    );
    // A release must not pass because nobody knows its classes.
    const canary = await classify("stranger.example.test", ["PUPPET_CANARY=yes"]);
    expect(canary.code).toBe(1);
    expect(canary.said).toMatch(
      /of stranger\.example\.test .*, and this server has no earlier one$/,
    );
    expect((await classify(node, ["PUPPET_CANARY=yes"])).answer).toEqual(before);

    await setUse({ whenExpired: "fail" });
    for (const name of [node, "stranger.example.test"]) {
      const refused = await classify(name);
      expect(refused.code).toBe(1);
      expect(refused.said).toMatch(/, and there is none of the last 2 hours$/);
    }
    await done(["touch", `${home}/nodes/${node}.json`]);
    expect((await classify(node)).answer).toEqual(before);
  });

  it("waits once for a Foreman that hangs, and then not again for half a minute", async () => {
    await control("PUT", `/hosts/${node}`, classification);
    const usual = await classify(node);
    await control("PUT", "/delay", { seconds: 8 });
    const first = await classify(node);
    expect(first.said).toMatch(/\(no answer within 2 s\); serving/);
    expect(first.seconds).toBeGreaterThan(1.9);
    const next = await classify(node);
    expect(next.said).toMatch(/\(it was down less than 30 s ago\); serving/);
    expect(next.seconds).toBeLessThan(usual.seconds + 1.9);

    await control("PUT", "/delay", { seconds: 0 });
    await done(["touch", "--date=-31 seconds", `${home}/away`]);
    expect((await classify(node)).said).toBe("");
    await expect(done(["test", "-e", `${home}/away`])).rejects.toThrow();
  });

  it("treats a Foreman that does not trust this server as down", async () => {
    await control("PUT", `/hosts/${node}`, classification);
    await trust(["other.example.test"]);
    const { code, answer, said } = await classify(node);
    expect({ code, answer }).toEqual({ code: 0, answer: {} });
    expect(said).toContain("it answers 403");
  });

  it("trusts no server with a different certificate", async () => {
    await control("PUT", `/hosts/${node}`, classification);
    await setUse({ caFile: "/etc/haproxy/puppet-ca.pem" });
    const { answer, said } = await classify(node);
    await setUse({ caFile: "/var/lib/puppet/ssl/certs/ca.pem" });
    expect(answer).toEqual({});
    expect(said).toMatch(/certificate verify failed/);
    expect((await received()).nodes).toEqual([]);
  });

  it.each(["", "../../etc/passwd", "a b", "Web1", ".hidden"])(
    "is not asked for a node called %j",
    async (name) => {
      const { code, said } = await classify(name);
      expect(code).toBe(1);
      expect(said).toContain("is not the name of a certificate");
    },
  );
});
