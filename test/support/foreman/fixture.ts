import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { Authority } from "./certificates.js";
import { call, type Answer, type Call } from "./client.js";
import type { ReceivedByService } from "./foreman-service.js";
import { startProxy, startService, type ProxyAnswers } from "./local-service.js";

export const user = "admin:the password";
/** It has alternative names, and is initially in trusted_hosts. */
export const compiler = "compiler1.example.test";
export const agent = "agent.example.test";

const facts = { os: { name: "Debian", release: { full: "13.1" } }, is_virtual: true, uptime: "" };
export const uploaded = { name: agent, certname: agent, facts };

export function reportOf(changes: Record<string, unknown> = {}): unknown {
  return {
    config_report: {
      host: agent,
      reported_at: "2026-11-25 09:00:00 UTC",
      status: { applied: 2, restarted: 0, failed: 1, failed_restarts: 0, skipped: 0, pending: 0 },
      metrics: { time: { total: 1.5 } },
      logs: [
        { log: { level: "err", sources: { source: "Puppet" }, messages: { message: "no luck" } } },
      ],
      ...changes,
    },
  };
}

/** A request with the client certificate of that name. */
type Asked = Omit<Call, "as"> & { as?: string };

/** The service, a smart proxy for it to query, and clients, for the tests in one file. */
export function foremanFixture() {
  const directory = mkdtempSync(join(tmpdir(), "foreman-service-"));
  const authority = new Authority(directory);
  /** A different CA, with certificates for the same names. */
  const stranger = new Authority(mkdtempSync(join(directory, "stranger-")));
  /** The smart proxy's answers. */
  const answers: ProxyAnswers = {};
  let service: Awaited<ReturnType<typeof startService>>;
  let proxy: Awaited<ReturnType<typeof startProxy>>;

  const ask = (path: string, { as, ...options }: Asked = {}, signer = authority): Promise<Answer> =>
    call(`https://localhost:${service.port}${path}`, authority.path("ca.pem"), {
      ...options,
      ...(as && { as: { cert: signer.path(`${as}.pem`), key: signer.path(`${as}.key`) } }),
    });
  const api = (path: string, options: Asked = {}) => ask(`/api/${path}`, { user, ...options });
  const set = (name: string, value: unknown) =>
    api(`settings/${name}`, { method: "PUT", body: { setting: { value } } });
  const control = (method: string, path: string, body: unknown = {}) =>
    call(`http://127.0.0.1:${service.controlPort}${path}`, undefined, { method, body });

  beforeAll(async () => {
    for (const signer of [authority, stranger]) {
      signer.sign("localhost", ["DNS:localhost"]);
      signer.sign(compiler, [`DNS:${compiler}`, "DNS:puppet"]);
    }
    authority.sign("plain.example.test");
    authority.sign("other.example.test", ["DNS:elsewhere.example.test"]);
    authority.sign("revoked.example.test");
    authority.revoke("revoked.example.test");
    proxy = await startProxy(authority, "localhost", answers);
    const [name = "", password = ""] = user.split(":");
    service = await startService(authority, "localhost", { user: name, password });
  });

  afterAll(async () => {
    proxy.server.close();
    await service.stop();
    rmSync(directory, { recursive: true });
  });

  beforeEach(async () => {
    await control("POST", "/reset");
    proxy.clients.length = 0;
    for (const path of Object.keys(answers)) Reflect.deleteProperty(answers, path);
    answers["/v2/features"] = {
      puppet: { state: "running", capabilities: [], http_enabled: "false" },
      puppetca: { state: "failed", capabilities: [] },
    };
    await set("trusted_hosts", [compiler]);
  });

  return {
    stranger,
    answers,
    ask,
    /** As the user. */
    api,
    set,
    control,
    proxy: () => proxy,
    controlPort: () => service.controlPort,
    upload: (body: unknown, as?: string) => ask("/api/hosts/facts", { body, as }),
    send: (body: unknown, as = compiler) => ask("/api/config_reports", { body, as }),
    received: async () => (await control("GET", "/received")).json as ReceivedByService,
    register: (name = "main", port = proxy.port) =>
      api("smart_proxies", {
        body: { smart_proxy: { name, url: `https://localhost:${port}/` } },
      }),
  };
}
