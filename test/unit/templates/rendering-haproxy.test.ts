import { beforeAll, describe, expect, it } from "vitest";
import { renderHaproxyConf } from "../../../templates/haproxy/haproxy.js";
import { fileOf, linesOf, sharedFiles, type Files } from "../../support/host-files/files.js";
import { secretsIn } from "../../support/infrastructure.js";

let files: Files;
const file = (name: string) => fileOf(files, name);
beforeAll(async () => {
  const shared = Object.entries(await sharedFiles());
  files = Object.fromEntries(shared.filter(([name]) => name.startsWith("balancer/")));
});

describe("haproxy.cfg", () => {
  const servers = (content: string) =>
    linesOf(content).filter((line) => /^(default-)?server /.test(line));
  const section = (content: string, head: string) =>
    linesOf(content.split(`\n${head}\n`)[1]?.split(/\n(?=\S)/)[0] ?? "");

  it("passes bytes through unchanged: no TLS except for the checks, and nothing in front of them", () => {
    for (const [name, content] of Object.entries(files).filter(([path]) => path.endsWith(".cfg"))) {
      expect(section(content, "defaults"), name).toContain("mode tcp");
      expect(section(content, "frontend puppet"), name).toEqual([
        "bind :8140",
        "stick-table type ip size 100k expire 1m store conn_cur,conn_rate(10s)",
        "tcp-request connection track-sc0 src",
        "tcp-request connection reject if { sc0_conn_cur gt 5000 } || { sc0_conn_rate gt 5000 }",
        "use_backend drained_compilers if { nbsrv(compilers) eq 0 } { nbsrv(drained_compilers) gt 0 }",
        "use_backend compilers_unchecked if { nbsrv(compilers) eq 0 }",
        "default_backend compilers",
      ]);
      for (const line of servers(content)) {
        expect(line, name).not.toMatch(/(^| )(ssl|send-proxy\S*|on-marked-down|maxconn)( |$)/);
      }
    }
  });

  it("sends a connection to the compiler with the fewest", () => {
    expect(section(file("balancer/haproxy-3.cfg"), "backend compilers")).toContain(
      "balance leastconn",
    );
  });

  it("has one line for each compiler, and nothing else differs", () => {
    const [one, three] = ["haproxy-1.cfg", "haproxy-3.cfg"].map((name) =>
      file(`balancer/${name}`).split("\n"),
    );
    const added = three?.filter((line) => !one?.includes(line)) ?? [];
    // In each of the four backends; one of them names how many there are.
    const others = ["compiler2", "web-7"];
    const servers = added.filter((line) => line.startsWith("    server "));
    expect(servers.map((line) => line.split(" ")[5])).toEqual(
      Array.from({ length: 4 }, () => others).flat(),
    );
    expect(added.filter((line) => !servers.includes(line))).toEqual([
      '    tcp-check send-lf "%[nbsrv(compilers)] 3\\n"',
    ]);
    expect(three?.length).toBe((one?.length ?? 0) + servers.length);
  });

  it("checks Puppet Server's own state over TLS, by the name that agents use", () => {
    const backend = section(file("balancer/haproxy-3.cfg"), "backend compilers");
    expect(backend).toEqual(
      expect.arrayContaining([
        "option httpchk",
        "http-check connect ssl sni puppet.example.test",
        "http-check send meth GET uri /status/v1/simple ver HTTP/1.1 hdr Host puppet.example.test",
        "http-check expect status 200",
      ]),
    );
    const [defaults = ""] = backend.filter((line) => line.startsWith("default-server "));
    expect(defaults).toContain(
      " check check-ssl verify required verifyhost puppet.example.test ca-file /etc/haproxy/puppet-ca.pem ",
    );
  });

  it("lets a connection be silent for as long as a compilation may take, and survive a reload", () => {
    const conf = renderHaproxyConf({
      serverName: "puppet.example.test",
      caFile: "/ca.pem",
      crlFile: "/crl.pem",
      compileTimeout: 1234,
      ipv6: false,
      members: [],
      stats: { port: 9000, certificate: "/etc/haproxy/tls/host.pem", user: "u", password: "p" },
    });
    for (const kind of ["client", "server", "tunnel"]) {
      expect(section(conf, "defaults")).toContain(`timeout ${kind} 1234s`);
    }
    expect(section(conf, "global")).toContain("hard-stop-after 1534s");
    expect(section(conf, "frontend statistics")).toContain(
      "bind :9000 ssl crt /etc/haproxy/tls/host.pem",
    );
  });

  it("shows statistics only with the password", () => {
    const content = file("balancer/haproxy-3.cfg");
    const statistics = section(content, "frontend statistics");
    const auth = statistics.findIndex((line) => line.startsWith("http-request auth "));
    expect(auth).toBeGreaterThan(0);
    expect(statistics[auth]).toBe(
      "http-request auth realm HAProxy unless { http_auth(statistics) }",
    );
    // Rules apply in their order: metrics need the password as well.
    const metrics = statistics.findIndex((line) => line.includes("prometheus-exporter"));
    expect(metrics).toBeGreaterThan(auth);
    expect(secretsIn(content)).toEqual(["statsPassword"]);
  });
});
