import { describe, expect, it } from "vitest";
import { passwordOf } from "../support/infrastructure.js";
import { fileOf, type Files } from "../support/host-files/files.js";
import { foremanFiles, smartProxySettings } from "../support/host-files/foreman-files.js";
import { inParsers, inRuby } from "../support/rendered/parsers.js";

const files: [string, Files][] = [
  ["debian", await foremanFiles("debian")],
  ["openvox8", await foremanFiles("openvox8")],
];

describe.each(files)("on a main server with %s", (_, files) => {
  /** Keys by their Ruby class, as the smart proxy asks for them. */
  const symbols = (content: string) =>
    inRuby(
      '(require "yaml"; YAML.load($stdin.read).to_h { |key, value| [key.inspect, value] })',
      content,
    );

  it.each(smartProxySettings)("%s has symbols for Ruby", async (name) => {
    const settings = (await symbols(fileOf(files, `smart-proxy/${name}`))) as object;
    expect(Object.keys(settings).every((key) => /^:[a-z_]+$/.test(key))).toBe(true);
    expect(Object.keys(settings)).not.toEqual([]);
  });

  it("the smart proxy accepts only the main server itself, only over TLS, and has no autosigning", async () => {
    expect(await symbols(fileOf(files, "smart-proxy/settings.yml"))).toMatchObject({
      ":trusted_hosts": ["main.example.test"],
      ":https_port": 8444,
      ":bind_host": ["127.0.0.1"],
    });
    expect(await symbols(fileOf(files, "smart-proxy/settings.d/puppetca.yml"))).toEqual({
      ":enabled": "https",
      ":use_provider": [],
    });
  });

  it("the installer's answers are YAML for Ruby", async () => {
    const answers = await inRuby(
      '(require "yaml"; YAML.safe_load($stdin.read))',
      fileOf(files, "foreman/answers.yaml"),
    );
    expect(answers).toMatchObject({
      foreman: {
        initial_admin_password: passwordOf("foreman-admin-password", 32),
        register_in_foreman: false,
      },
      "foreman::plugin::puppet": true,
      foreman_proxy: false,
      puppet: false,
    });
  });

  it("the program that registers is accepted by Ruby without a warning", async () => {
    const content = fileOf(files, "registration/puppet-foreman-register");
    expect(await inParsers(["ruby", "-wc"], content)).toEqual({
      code: 0,
      stdout: "Syntax OK\n",
      stderr: "",
    });
    expect((await inParsers(["ruby", "-wc"], `${content}end\n`)).code).toBe(1);
  });

  it("the repository's key has the pinned fingerprint", async () => {
    const [, key = ""] =
      /<<'KEY'\n([^]*?)KEY\n/.exec(fileOf(files, "foreman/puppet-foreman-repository")) ?? [];
    const { stdout } = await inParsers(["gpg", "--show-keys", "--with-colons"], key);
    expect(stdout.match(/^fpr:+([0-9A-F]{40}):$/gm)).toEqual([
      "fpr:::::::::5B7C3E5A735BCB4D615829DC0BDDA991FD7AAC8A:",
    ]);
  });
});
