import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { distributions } from "../../../distributions/index.js";
import { compilerCodeState } from "../../../components/code-deployment/compiler-state.js";
import { mainCodeState } from "../../../components/code-deployment/main-state.js";
import type { CodeDeploymentWithDefaults } from "../../../components/code-deployment/args.js";
import { defaults } from "../../../components/defaults.js";
import type { Host } from "../../../hosts/host.js";
import type { HostState } from "../../../hosts/host-state.js";
import {
  readIdentity,
  renderIdentity,
} from "../../../templates/code-deployment/code-deployment.js";

const server = (name: string, sshPort?: number) => ({
  host: { name, fqdn: `${name}.example.test` } as Host,
  publicKey: pulumi.output(`ssh-ed25519 AAAA${name} puppet-code@${name}`),
  hostKey: pulumi.output(`ssh-ed25519 BBBB${name}`),
  ...(sshPort === undefined ? {} : { sshPort: pulumi.output(sshPort) }),
});
const args: CodeDeploymentWithDefaults = {
  ...{ ...defaults.codeDeployment, tool: "r10k", postRun: [], copies: [server("hdm", 2022)] },
  ...{ puppetdbUrls: [], noProxy: [], credentials: {} },
  main: server("main", 2222),
  compilers: [server("c1"), server("c2", 22)],
  distribution: distributions.debian,
  sources: [{ name: "control", remote: "git@git.example.org:org/control.git" }],
};
const contentIn = (state: HostState, name: string) =>
  new Promise<string>((resolve) => {
    const file = state.find(({ title }) => title === `/etc/puppet-code/.ssh/${name}`);
    pulumi.output(file?.parameters.content).apply((content) => {
      resolve(String(content));
    });
  });

it("connects to each server at the port of its SSH server, and knows its key under that", async () => {
  const main = mainCodeState(args);
  expect(await contentIn(main, "known_hosts")).toContain(
    [
      "[main.example.test]:2222 ssh-ed25519 BBBBmain",
      "c1.example.test ssh-ed25519 BBBBc1",
      "c2.example.test ssh-ed25519 BBBBc2",
      "[hdm.example.test]:2022 ssh-ed25519 BBBBhdm",
    ].join("\n"),
  );
  // The first value that fits counts, so these come before what is for every host.
  expect(await contentIn(main, "config")).toMatch(
    /^#.*\nHost main\.example\.test\n {4}Port 2222\nHost hdm\.example\.test\n {4}Port 2022\nHost \*\n/,
  );
  const compiler = compilerCodeState(args, args.compilers[0]?.host as Host);
  expect(await contentIn(compiler, "known_hosts")).toMatch(
    /\n\[main\.example\.test\]:2222 ssh-ed25519 BBBBmain\n$/,
  );
  expect(await contentIn(compiler, "config")).toMatch(
    /^#.*\nHost main\.example\.test\n {4}Port 2222\nHost \*\n/,
  );
});

it("reads a server's key, and its port only where it is not 22", () => {
  const publicKey = "ssh-ed25519 AAAA puppet-code@main";
  expect(readIdentity(publicKey)).toEqual({ publicKey, sshPort: 22 });
  expect(readIdentity(`${publicKey}\nport 2222`)).toEqual({ publicKey, sshPort: 2222 });
});

it.each([
  ["ssh-ed25519 AAAA", "ed25519"],
  ["ecdsa-sha2-nistp384 AAAA", "ecdsa"],
  ["ssh-rsa AAAA", "rsa"],
])("looks for a host key of the type in the settings: %s", (hostKey, type) => {
  const script = renderIdentity({ host: "a", address: "10.1.0.10", hostKey: `${hostKey} comment` });
  expect(script).toContain(` -t ${type} 10.1.0.10 `);
  expect(script).toContain(`grep -qF '${hostKey}'`);
});
