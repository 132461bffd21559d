import { describe, expect, it } from "vitest";
import { distributions } from "../../../distributions/index.js";
import { compose, resourceOf, titlesOf, type State } from "../../support/infrastructure.js";

const keys = { privateKey: "the-private-key", publicKey: "the-public-key" };
const servers = ["main", "compiler1", "compiler2"];

/** Where resources are in a state. */
const place = (state: State, title: string) => titlesOf(state).indexOf(title);

describe("the keys of eyaml", () => {
  it.each([
    ["debian", "/etc/puppet/eyaml"],
    ["openvox8", "/etc/puppetlabs/puppet/eyaml"],
    ["openvox9", "/etc/puppetlabs/puppet/eyaml"],
  ] as const)(
    "are on every server of %s that compiles, for Puppet Server alone",
    async (name, folder) => {
      const composed = await compose(distributions[name], { eyaml: keys });
      for (const server of servers) {
        const state = composed.state(server);
        const key = resourceOf(state, `${folder}/private_key.pkcs7.pem`);
        expect(key).toMatchObject({
          sensitive: true,
          parameters: { owner: "puppet", group: "root", mode: "0400", content: keys.privateKey },
        });
        // A running server takes new ones by itself.
        expect(key.parameters).not.toHaveProperty("notify");
        expect(resourceOf(state, `${folder}/public_key.pkcs7.pem`).parameters).toEqual({
          ensure: "file",
          ...{ owner: "root", group: "root", mode: "0644", content: keys.publicKey },
        });
        // The user that deploys can see which keys there are.
        expect(resourceOf(state, "make the folder of eyaml's keys").parameters).toMatchObject({
          command: ["mkdir", "--mode=0755", folder],
          unless: `test -d ${folder}`,
        });
        const [mark, service] = ["file /var/lib/pulumi-puppet/eyaml-keys", "service puppetserver"];
        const at = place(state, `file ${folder}/private_key.pkcs7.pem`);
        expect(at).toBeGreaterThan(place(state, mark));
        expect(at).toBeLessThan(place(state, service));
      }
      for (const { name, inputs } of composed.registrations) {
        if (!JSON.stringify(inputs).includes(keys.privateKey)) continue;
        expect(name).toMatch(/^(main|compiler[12])-configuration-run$/);
      }
    },
  );

  it("come with hiera-eyaml where Puppet Server lacks it, with one restart", async () => {
    const { state } = await compose(distributions.debian, { eyaml: keys });
    for (const server of servers) {
      expect(titlesOf(state(server))).toContain("package hiera-eyaml");
      expect(resourceOf(state(server), "Puppet Server finds hiera-eyaml").parameters.notify).toBe(
        "Service[puppetserver]",
      );
    }
    const openvox = await compose(distributions.openvox8, { eyaml: keys });
    expect(titlesOf(openvox.state("compiler1")).join("\n")).not.toContain("hiera-eyaml");
  });

  it("are removed where they were put, and nowhere else, once there are none", async () => {
    const { state } = await compose(distributions.debian);
    for (const server of servers) {
      const { command, unless } = resourceOf(state(server), "no keys of eyaml").parameters;
      expect(unless).toBe("test ! -e /var/lib/pulumi-puppet/eyaml-keys");
      expect(String(command)).toContain("rm --force /etc/puppet/eyaml/private_key.pkcs7.pem");
      expect(titlesOf(state(server)).join("\n")).not.toMatch(/file .*eyaml|package hiera-eyaml/);
    }
  });
});

describe("gems of Puppet Server", () => {
  const serverGems = {
    install: ["toml:0.3.0", "hiera-eyaml"],
    source: "https://gems.example.org",
    proxy: "http://proxy.example.org:3128",
  };

  it("are installed before it starts, as its user; a new one restarts it", async () => {
    const { state } = await compose(distributions.debian, { serverGems });
    for (const server of servers) {
      const { command, unless, notify } = resourceOf(
        state(server),
        "gems of Puppet Server",
      ).parameters;
      expect(command).toEqual([
        "runuser",
        "--user",
        "puppet",
        "--",
        "/usr/local/sbin/puppet-server-gems",
      ]);
      expect(unless).toBe("runuser --user puppet -- /usr/local/sbin/puppet-server-gems --check");
      expect(notify).toBe("Service[puppetserver]");
      expect(place(state(server), "exec gems of Puppet Server")).toBeLessThan(
        place(state(server), "service puppetserver"),
      );
    }
    for (const host of ["balancer", "puppetdb"]) {
      expect(JSON.stringify(state(host))).not.toContain("puppet-server-gems");
    }
  });

  it("leave a server alone that has none in the settings", async () => {
    const { state } = await compose(distributions.debian);
    for (const server of servers) expect(JSON.stringify(state(server))).not.toContain("jruby-gems");
  });
});
