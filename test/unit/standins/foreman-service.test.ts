import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import {
  agent,
  compiler,
  foremanFixture,
  reportOf,
  uploaded,
  user,
} from "../../support/foreman/fixture.js";
import {
  controlCommand,
  serviceFiles,
  type ReceivedByService,
} from "../../support/foreman/foreman-service.js";

const { answers, api, ask, control, controlPort, received, register, send, set, stranger, upload } =
  foremanFixture();

describe("TLS", () => {
  it("verifies a client's certificate, and accepts clients without one", async () => {
    expect((await api("status")).status).toBe(200);
    expect((await api("status", { maxVersion: "TLSv1.2" })).status).toBe(200);
    const foreign = ask("/api/status", { user, as: compiler }, stranger);
    await expect(foreign).rejects.toThrow("alert unknown ca");
    const revoked = ask("/api/status", { user, as: "revoked.example.test" });
    await expect(revoked).rejects.toThrow("alert certificate revoked");
  });

  it("refuses old versions", async () => {
    await expect(api("status", { maxVersion: "TLSv1.1" })).rejects.toThrow(
      "alert protocol version",
    );
  });
});

describe("Puppet servers", () => {
  const denied = {
    error: {
      message: "Access denied",
      details: "Missing one of the required permissions: upload_facts",
      missing_permissions: ["upload_facts"],
    },
  };

  it("are those in trusted_hosts", async () => {
    expect((await upload(uploaded, compiler)).status).toBe(201);
    await set("trusted_hosts", []);
    const refused = await upload(uploaded, compiler);
    expect(refused).toMatchObject({ status: 403, json: denied });
    expect((await send(reportOf())).status).toBe(403);
    expect(await ask(`/node/${agent}?format=yml`, { as: compiler })).toMatchObject({
      status: 403,
      text: "",
    });
  });

  it("need a certificate, or a user's password", async () => {
    expect(await upload(uploaded)).toMatchObject({ status: 403, json: denied });
    expect((await ask(`/node/${agent}?format=yml`)).status).toBe(403);
    expect((await ask("/api/config_reports", { body: reportOf() })).status).toBe(403);
    expect((await api("hosts/facts", { body: uploaded })).status).toBe(201);
    expect((await ask("/api/hosts/facts", { body: uploaded, user: "admin:no" })).status).toBe(403);
  });

  it("are identified by alternative names, and by the common name only without any", async () => {
    await set("trusted_hosts", ["puppet"]);
    expect((await upload(uploaded, compiler)).status).toBe(201);
    await set("trusted_hosts", ["plain.example.test", "other.example.test"]);
    expect((await upload(uploaded, "plain.example.test")).status).toBe(201);
    expect((await upload(uploaded, "other.example.test")).status).toBe(403);
  });

  it("may be hosts of smart proxies with the feature Puppet", async () => {
    expect((await upload(uploaded, "localhost")).status).toBe(403);
    await register();
    expect((await upload(uploaded, "localhost")).status).toBe(201);
    answers["/v2/features"] = { puppetca: { state: "running", capabilities: [] } };
    await api("smart_proxies/main/refresh", { method: "PUT", body: {} });
    expect((await upload(uploaded, "localhost")).status).toBe(403);
  });

  it("are all clients if smart proxies are not required", async () => {
    await set("restrict_registered_smart_proxies", "false");
    expect((await upload(uploaded)).status).toBe(201);
  });
});

describe("users", () => {
  it("need their password", async () => {
    expect((await api("status")).json).toMatchObject({
      result: "ok",
      version: expect.stringMatching(/^3\.17\./) as unknown,
    });
    expect(await ask("/api/status", { user: "admin:wrong" })).toMatchObject({
      status: 401,
      json: { error: { message: "Unable to authenticate user admin" } },
    });
    expect((await ask("/api/status", { as: compiler })).status).toBe(401);
  });

  it("read and write settings", async () => {
    expect((await api("settings/trusted_hosts")).json).toMatchObject({ value: [compiler] });
    const put = (value: unknown, name = "trusted_hosts") => set(name, value);
    expect(await put(["a", "b"])).toMatchObject({ status: 200, json: { value: ["a", "b"] } });
    expect((await put('[a,"b"]')).json).toMatchObject({ value: ["a", "b"] });
    expect((await put("a")).text).toContain("must be of type array");
    expect((await put(5)).text).toContain("must be of type array");
    expect(await put(undefined)).toMatchObject({
      status: 422,
      json: { error: { message: "a setting needs a value" } },
    });
    expect((await put("a", "unknown")).status).toBe(404);
    expect((await api("settings/unknown")).status).toBe(404);
  });

  it("write nothing but JSON", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expect((await api("smart_proxies/1/refresh", { method: "PUT", headers })).status).toBe(415);
  });
});

describe("tests", () => {
  it("read what was received, and from whom", async () => {
    await upload(uploaded, compiler);
    await upload("{", compiler);
    await send(reportOf());
    await ask(`/node/${agent}?format=yml`, { as: compiler });
    await ask("/node/other?format=yml", { as: "plain.example.test" });
    await ask("/node/other?format=yml");
    expect(await received()).toEqual({
      nodes: [
        { certificate: compiler, status: 200, content: agent },
        { certificate: "plain.example.test", status: 403, content: "other" },
        { certificate: null, status: 403, content: "other" },
      ],
      facts: [
        { certificate: compiler, status: 201, content: uploaded },
        { certificate: compiler, status: 400 },
      ],
      reports: [{ certificate: compiler, status: 201, content: reportOf() }],
    });
  });

  it("make it slow", async () => {
    await control("PUT", "/delay", { seconds: 0.3 });
    const before = Date.now();
    expect((await api("status")).status).toBe(200);
    expect(Date.now() - before).toBeGreaterThanOrEqual(300);
  });

  it("make it forget a host", async () => {
    await upload(uploaded, compiler);
    await control("DELETE", `/hosts/${agent}`);
    expect((await api(`hosts/${agent}`)).status).toBe(404);
    expect((await control("GET", "/other")).status).toBe(404);
  });

  it("control it with a command, and find the files to run it", async () => {
    await upload(uploaded, compiler);
    const [program = "", ...options] = controlCommand(controlPort(), "GET", "/received");
    const printed = JSON.parse(execFileSync(program, options).toString()) as ReceivedByService;
    expect(printed.facts).toHaveLength(1);
    expect(Object.keys(serviceFiles())).toContain("__main__.py");
  });
});
