import { describe, expect, it } from "vitest";
import { foremanFixture, user } from "../../support/foreman/fixture.js";
import { startProxy } from "../../support/foreman/local-service.js";

const { answers, api, ask, proxy, register, stranger } = foremanFixture();

describe("smart proxies", () => {
  it("are queried for their features, with the service's certificate", async () => {
    const answer = await register();
    expect(answer).toMatchObject({
      status: 201,
      json: {
        name: "main",
        url: `https://localhost:${proxy().port}`,
        features: [{ name: "Puppet" }],
      },
    });
    expect(proxy().clients).toEqual(["localhost"]);
    expect((await api("smart_proxies")).json).toMatchObject({ results: [{ name: "main" }] });
    answers["/v2/features"] = { puppetca: { state: "running", capabilities: [] } };
    const { id } = answer.json as { id: number };
    expect(
      (await api(`smart_proxies/${id}/refresh`, { method: "PUT", body: {} })).json,
    ).toMatchObject({ features: [{ name: "Puppet CA" }] });
    expect((await api("smart_proxies/other")).status).toBe(404);
    expect((await api("smart_proxies/main", { method: "DELETE" })).status).toBe(200);
    expect((await api("smart_proxies/main")).status).toBe(404);
  });

  it("may be old versions", async () => {
    delete answers["/v2/features"];
    answers["/features"] = ["puppet", "puppetca"];
    expect((await register()).json).toMatchObject({
      features: [{ name: "Puppet" }, { name: "Puppet CA" }],
    });
  });

  it("are rejected if they cannot be reached", async () => {
    const closed = await register("main", 1);
    expect(closed.status).toBe(422);
    expect(closed.text).toContain("the smart proxy does not answer");
    const foreign = await startProxy(stranger, "localhost", answers);
    expect((await register("main", foreign.port)).text).toContain("certificate verify failed");
    foreign.server.close();
    expect((await api("smart_proxies")).json).toMatchObject({ total: 0 });
  });

  it.each([
    ["no features", {}, "feature that runs: none"],
    ["none that run", { puppet: { state: "failed" } }, "feature that runs: none"],
    ["unknown ones", { other: { state: "running" } }, "feature that runs: other"],
    ["nonsense", [], "does not answer"],
  ])("are rejected with %s", async (_, features, text) => {
    answers["/v2/features"] = features;
    const answer = await register();
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(text);
  });

  it("are rejected without a name or address, and a second time", async () => {
    await register();
    expect((await register()).json).toMatchObject({
      error: {
        errors: {
          name: ["has already been taken"],
          url: ["is that of another smart proxy"],
        },
      },
    });
    const bare = await api("smart_proxies", { body: { smart_proxy: { url: "main" } } });
    expect(bare).toMatchObject({
      status: 422,
      json: {
        error: {
          errors: {
            name: ["can't be blank"],
            url: [expect.stringMatching(/^must be an address/) as unknown],
          },
        },
      },
    });
  });
});

describe("environments", () => {
  const start = (query = "") =>
    api(`smart_proxies/main/import_puppetclasses${query}`, { body: {} });

  it("are imported with their classes", async () => {
    await register();
    answers["/puppet/environments"] = ["production", "empty"];
    answers["/puppet/environments/production/classes"] = [
      { ntp: { name: "ntp", module: null, params: { servers: ["a"] } } },
    ];
    answers["/puppet/environments/empty/classes"] = [];
    expect((await start("?dryrun=true")).status).toBe(200);
    expect((await api("environments")).json).toMatchObject({ total: 0 });
    expect(await start()).toMatchObject({
      status: 200,
      json: {
        environments_with_new_puppetclasses: 1,
        environments_obsolete: 0,
        results: [{ name: "production", actions: ["new"], new_puppetclasses: ["ntp"] }],
      },
    });
    for (const path of ["/api/environments", "/foreman_puppet/api/environments"])
      expect((await ask(path, { user })).json).toMatchObject({ results: [{ name: "production" }] });
    expect((await start()).json).toEqual({ message: "no changes" });
    answers["/puppet/environments"] = [];
    expect((await start()).json).toMatchObject({
      results: [{ actions: ["obsolete"], removed_environment: "production" }],
    });
    expect((await api("environments")).json).toMatchObject({ total: 0 });
  });

  it("are not imported from a smart proxy without them", async () => {
    await register();
    const answer = await start();
    expect(answer.status).toBe(500);
    expect(answer.text).toContain("no environments from");
    answers["/v2/features"] = { puppetca: { state: "running", capabilities: [] } };
    await api("smart_proxies/main/refresh", { method: "PUT", body: {} });
    expect((await start()).status).toBe(404);
  });
});
