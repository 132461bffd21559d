import { describe, expect, inject, it } from "vitest";
import { compilerOf } from "../../tools/lib/agents.js";
import { hostWith } from "../../tools/lib/remote.js";
import {
  deploy,
  domain,
  environment,
  handed,
  npmRun,
  output,
  outputs,
  stackOf,
  until,
} from "../support/environment.js";

const hosts = ["main", "balancer", "puppetdb", "compiler1", "compiler2"];

describe("a deployment", () => {
  const { killed, finished, settings, seconds } = inject("deployment");

  it("finishes what a killed deployment started", () => {
    expect(killed).not.toContain("agent run");
    expect(finished).toContain("an earlier deployment was interrupted");
    console.log(`deployed in ${seconds.toFixed(0)} s, killed once on the way`);
    expect(seconds).toBeLessThan(15 * 60);
  });

  it("shows what each host is doing", () => {
    for (const host of hosts) {
      expect(finished).toMatch(new RegExp(`${host}-configuration-run .*(Notice|\\.\\.\\.)`));
    }
  });

  it("ends with a summary: names, statistics page, an agent run and its compiler", () => {
    const summary = finished.slice(finished.indexOf("Puppet server "));
    for (const host of [...hosts, "puppet", "puppetca"])
      expect(summary).toContain(`${host}.example.test`);
    expect(summary).toMatch(
      handed
        ? /statistics page +https:\/\/10\.213\.99\.5:8404\/stats/
        : /statistics page +https:\/\/127\.0\.0\.1:\d+\/stats/,
    );
    expect(summary).toMatch(/PuppetDB +https:\/\/puppetdb\.example\.test:8081/);
    expect(summary).toMatch(/agent run .* compiled by compiler[12]\.example\.test/);
  });

  it("changes nothing when run again, and connects to no host", async () => {
    const logins = () =>
      Promise.all(
        hosts.map((host) =>
          // Compilers check for new code by themselves, with separate users.
          output(
            host,
            `journalctl -u ssh -o cat | grep Accepted | grep --invert-match --count ' for puppet-' || true`,
          ),
        ),
      );
    // A restarted host has an empty journal: this login shows that logins are counted.
    await (await hostWith(stackOf(), "main")).run("true");
    const before = await logins();
    const again = await deploy(settings);
    expect(again.code).toBe(0);
    expect(again.text).toMatch(/Resources:\n\s+\d+ unchanged\n/);
    expect(await logins()).toEqual(before);
    expect(Number(before[0])).toBeGreaterThan(0);
    console.log(`run again in ${again.seconds.toFixed(1)} s`);
  });

  it("gives the CA its own root and name", async () => {
    const subjects = await output(
      "main",
      "openssl crl2pkcs7 -nocrl -certfile /etc/puppet/puppetserver/ca/ca_crt.pem | openssl pkcs7 -print_certs -noout",
    );
    expect(subjects).toMatch(/subject=CN ?= ?Puppet CA\nissuer=CN ?= ?Puppet CA root\n/);
    expect(subjects).toMatch(/subject=CN ?= ?Puppet CA root\nissuer=CN ?= ?Puppet CA root\n?/);
  });

  it("lets no stranger read a request, or reserve a name with one", async () => {
    const { caServer } = await outputs();
    const url = `https://${caServer}:8140/puppet-ca/v1/certificate_request/taken.${domain}`;
    const ca = "--cacert /var/lib/puppet/ssl/certs/ca.pem";
    const send = `openssl req -new -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=taken.${domain} 2>/dev/null |
      curl -s -o /dev/null -w '%{http_code}' ${ca} -X PUT -H 'Content-Type: text/plain' --data-binary @- ${url}`;
    expect(await output("agent1", send)).toBe("200");
    expect(await output("agent1", `curl -s -o /dev/null -w '%{http_code}' ${ca} ${url}`)).toBe(
      "403",
    );
    const requests = () => output("main", "ls /etc/puppet/puppetserver/ca/requests");
    await until("the refused request is gone", async () => (await requests()) === "", 15);
  });

  it("gives compilers certificates with the service names but without CA permissions", async () => {
    const certificate = await output(
      "compiler1",
      "openssl x509 -noout -ext subjectAltName -in /var/lib/puppet/ssl/certs/compiler1.example.test.pem",
    );
    for (const name of [
      "puppet",
      "puppet.example.test",
      "puppetfiles",
      "puppetfiles.example.test",
    ]) {
      expect(certificate).toMatch(new RegExp(`DNS:${name}(,|$)`, "m"));
    }
    const { caServer } = await outputs();
    const ca = "--cacert /var/lib/puppet/ssl/certs/ca.pem";
    const path = "puppet-ca/v1/certificate/ca";
    expect(
      await output(
        "compiler1",
        `curl -so /dev/null -w '%{http_code}' ${ca} https://compiler1.example.test:8140/${path}`,
      ),
    ).toBe("404");
    expect(
      await output(
        "compiler1",
        `curl -so /dev/null -w '%{http_code}' ${ca} https://${caServer}:8140/${path}`,
      ),
    ).toBe("200");
  });

  it("can run an agent on request", async () => {
    const { code, text } = await npmRun("agent", "web1", environment);
    expect(code).toBe(2);
    expect(compilerOf(text)).toMatch(/^compiler[12]\.example\.test$/);
    // Afterwards, neither container nor certificate is left.
    expect(await output("main", "ls /etc/puppet/puppetserver/ca/signed")).not.toContain("web1");
  });
});
