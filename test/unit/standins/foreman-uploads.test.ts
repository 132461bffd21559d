import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import {
  agent,
  compiler,
  foremanFixture,
  reportOf,
  uploaded,
} from "../../support/foreman/fixture.js";
import { type Classification } from "../../support/foreman/foreman-service.js";

const { api, ask, control, received, send, set, upload } = foremanFixture();

describe("a node", () => {
  it("has what was set, in the environment of its facts", async () => {
    await upload(
      { ...uploaded, facts: { ...uploaded.facts, agent_specified_environment: "test" } },
      compiler,
    );
    const set: Classification = {
      classes: { ntp: null, "profile::web": { ports: [80, 443], title: 'a "b": é #', none: [] } },
      parameters: { role: "web" },
    };
    await control("PUT", `/hosts/${agent}`, set);
    await control("PUT", "/parameters", { site: "one", role: "none" });
    const answer = await ask(`/node/${agent}?format=yml`, { as: compiler });
    expect(answer.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(load(answer.text)).toMatchObject({
      classes: set.classes,
      parameters: {
        site: "one",
        role: "web",
        foreman_env: "test",
        foreman_fqdn: agent,
        foreman_hostname: "agent",
        domainname: "example.test",
        root_pw: null,
      },
      environment: "test",
    });
  });

  it("has no classes without an environment, which may be hidden", async () => {
    await control("PUT", `/hosts/${agent}`, { classes: { ntp: null } });
    const bare = load((await ask(`/node/${agent}?format=yml`, { as: compiler })).text);
    expect(bare).toMatchObject({ classes: [] });
    expect(bare).not.toHaveProperty("environment");
    await control("PUT", `/hosts/${agent}`, { environment: "production" });
    await set("enc_environment", false);
    const silent = load((await ask(`/node/${agent}?format=yml`, { as: compiler })).text);
    expect(silent).toMatchObject({ classes: { ntp: null } });
    expect(silent).not.toHaveProperty("environment");
  });

  it("is YAML only if requested, and a 404 if it is unknown", async () => {
    await upload(uploaded, compiler);
    expect((await ask(`/node/${agent}`, { as: compiler })).text).toMatch(/^<pre>---/);
    expect(await ask("/node/other?format=yml", { as: compiler })).toMatchObject({
      status: 404,
      text: "",
    });
  });
});

describe("facts", () => {
  it("create a host, and can be read", async () => {
    expect((await api(`hosts/${agent}`)).status).toBe(404);
    expect(await upload(uploaded, compiler)).toMatchObject({ status: 201, json: { name: agent } });
    expect((await api(`hosts/${agent}`)).json).toMatchObject({
      name: agent,
      certname: agent,
      environment_name: "production",
    });
    expect((await api(`hosts/${agent}/facts`)).json).toMatchObject({
      total: 5,
      results: {
        [agent]: {
          is_virtual: "true",
          os: null,
          "os::name": "Debian",
          "os::release": null,
          "os::release::full": "13.1",
        },
      },
    });
    expect((await api("hosts/other/facts")).json).toMatchObject({ total: 0, results: {} });
    expect((await api(`hosts?search=name=${agent}`)).json).toMatchObject({ subtotal: 1 });
  });

  it("come in pages of 20", async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`fact${at}`, "x"]));
    await upload({ ...uploaded, facts: { ...many, ...uploaded.facts } }, compiler);
    const sizes = ["", "?page=2", "?per_page=all"].map(async (query) => {
      const { results } = (await api(`hosts/${agent}/facts${query}`)).json as {
        results: Record<string, Record<string, string>>;
      };
      return Object.keys(results[agent] ?? {}).length;
    });
    expect(await Promise.all(sizes)).toEqual([20, 15, 35]);
  });

  it.each<[string, unknown, number, string]>([
    ["no JSON", "{facts", 400, "no JSON"],
    ["a list", [], 422, "[Foreman::Exception]: the name of the host"],
    ["no name", { facts: uploaded.facts }, 422, "the name of the host"],
    ["a name that is none", { ...uploaded, name: 5 }, 422, "the name of the host"],
    ["no facts", { name: agent }, 500, "Internal Server Error"],
    ["facts that are none", { name: agent, facts: "x" }, 500, "Internal Server Error"],
    ["facts in a list", { name: agent, facts: ["x"] }, 500, "Internal Server Error"],
    ["an unknown type", { ...uploaded, type: "Host::Other" }, 422, "unknown type of host"],
    ["no operating system", { name: agent, facts: { a: "b" } }, 422, "without an operating system"],
  ])("are rejected: %s", async (_, body, status, text) => {
    const answer = await upload(body, compiler);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
  });

  it("are rejected in any format but JSON, before their sender is checked", async () => {
    const headers = { "content-type": "text/yaml" };
    expect((await ask("/api/hosts/facts", { body: uploaded, headers })).status).toBe(415);
  });

  it("create no host if that is switched off", async () => {
    await set("create_new_host_when_facts_are_uploaded", false);
    expect(await upload(uploaded, compiler)).toMatchObject({
      status: 500,
      json: { error: { message: "unknown host" } },
    });
    expect((await api(`hosts/${agent}`)).status).toBe(404);
  });
});

describe("reports", () => {
  it("create a host, and can be read", async () => {
    expect(await send(reportOf())).toMatchObject({ status: 201, json: { host_name: agent } });
    await send(reportOf({ host: "b.example.test", logs: [], status: { applied: 5000 } }));
    const { results, ...page } = (await api(`config_reports?search=host=${agent}`)).json as {
      results: { id: number }[];
    };
    expect(page).toMatchObject({ total: 2, subtotal: 1 });
    expect(results).toMatchObject([
      { status: { applied: 2, failed: 1 }, origin: "Puppet", metrics: { time: { total: 1.5 } } },
    ]);
    expect((await api(`config_reports/${results[0]?.id ?? ""}`)).json).toMatchObject({
      logs: [{ level: "err", source: "Puppet", message: "no luck" }],
    });
    expect((await api("hosts/b.example.test/config_reports")).json).toMatchObject({
      results: [{ status: { applied: 1023, failed: 0 }, origin: null }],
    });
    expect((await api("config_reports?search=origin=x")).status).toBe(400);
  });

  it.each<[string, Record<string, unknown>]>([
    ["status", { status: undefined }],
    ["metrics", { metrics: undefined }],
    ["logs", { logs: undefined }],
  ])("are accepted without %s", async (_, changes) => {
    expect((await send(reportOf(changes))).status).toBe(201);
  });

  const log = { level: "err", sources: { source: "x" }, messages: { message: "y" } };

  it.each<[string, unknown, number, string]>([
    ["no JSON", "{", 400, "no JSON"],
    ["none", {}, 422, "must be a hash"],
    ["a list", { config_report: ["x"] }, 422, "must be a hash"],
    ["no host", reportOf({ host: undefined }), 500, "Internal Server Error"],
    ["no time", reportOf({ reported_at: undefined }), 500, "needs a time"],
    ["a time that is none", reportOf({ reported_at: "soon" }), 500, "is no time"],
    ["a status that is none", reportOf({ status: "failed" }), 500, "Internal Server Error"],
    ["an unknown count", reportOf({ status: { total: 1 } }), 500, "unknown count"],
    ["a count that is none", reportOf({ status: { failed: [1] } }), 500, "Internal Server Error"],
    ["metrics that are none", reportOf({ metrics: "x" }), 500, "Internal Server Error"],
    ["logs that are none", reportOf({ logs: "x" }), 500, "Internal Server Error"],
    ["a log without wrapper", reportOf({ logs: [log] }), 500, "Internal Server Error"],
    [
      "an unknown level",
      reportOf({ logs: [{ log: { ...log, level: "x" } }] }),
      422,
      "unknown log level x",
    ],
  ])("are rejected: %s", async (_, body, status, text) => {
    const answer = await send(body);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
  });

  it("are rejected a second time", async () => {
    await send(reportOf());
    expect(await send(reportOf())).toMatchObject({
      status: 422,
      json: { error: { full_messages: ["Reported at has already been taken"] } },
    });
  });

  it("are both stored when they come at the same time, as after a stop", async () => {
    await control("PUT", "/stopped", { stopped: true });
    const answers = Promise.all([send(reportOf()), send(reportOf())]);
    await control("PUT", "/stopped", { stopped: false });
    expect((await answers).map(({ status }) => status)).toEqual([201, 201]);
    expect((await api("config_reports")).json).toMatchObject({ total: 2 });
  });

  it("take long if they are long, and hold up others if there are not enough workers", async () => {
    await control("PUT", "/work", { workers: 1, secondsPerLog: 0.3 });
    const ended: string[] = [];
    const long = send(reportOf()).then(() => ended.push("long"));
    await expect.poll(async () => (await received()).reports.length).toBe(1);
    await send(reportOf({ logs: [], host: "other.example.test" })).then(() => ended.push("short"));
    await long;
    expect(ended).toEqual(["long", "short"]);
  });

  it("of an unknown host are accepted and dropped if hosts must not be created", async () => {
    await set("create_new_host_when_report_is_uploaded", false);
    expect(await send(reportOf())).toMatchObject({ status: 201, json: { id: null } });
    expect((await api("config_reports")).json).toMatchObject({ total: 0 });
  });
});
