import { distributions, type DistributionName } from "../../../distributions/index.js";
import { compose, contentOf } from "../infrastructure.js";
import type { Files } from "./files.js";

/** Settings of the smart proxy, by their names in its folder. */
export const smartProxySettings = [
  "settings.yml",
  ...["puppet", "puppet_proxy_puppet_api", "puppetca", "puppetca_http_api", "logs"].map(
    (name) => `settings.d/${name}.yml`,
  ),
];

/** Files of HAProxy in front of the smart proxy, by their names in tests, with their paths. */
export const smartProxyDoorFiles = {
  "haproxy.cfg": "/etc/puppet-smart-proxy/haproxy.cfg",
  "puppet-smart-proxy-crl": "/usr/local/sbin/puppet-smart-proxy-crl",
  "puppet-crl-tell": "/usr/local/sbin/puppet-crl-tell",
  ...Object.fromEntries(
    ["tls.service", "crl.service", "crl.timer"].map((unit) => [
      `puppet-smart-proxy-${unit}`,
      `/etc/systemd/system/puppet-smart-proxy-${unit}`,
    ]),
  ),
};

/** Input of Foreman, its smart proxy and the registration, on a main server with a distribution. */
export async function foremanFiles(name: DistributionName): Promise<Files> {
  const composed = await compose(distributions[name], {
    foremanHost: true,
    codeDeployment: { tool: "r10k" },
  });
  const host = composed.state("foreman");
  const proxy = composed.state("puppet-smart-proxy");
  const registration = composed.state("puppet-foreman");
  const units = ["puppet-foreman-import.service", "puppet-foreman-import.path"];
  const scripts = ["puppet-foreman-repository", "puppet-foreman-install", "foreman-crl-apply"];
  return {
    "foreman/check.sh": String(composed.find("foreman-check").inputs.stdin),
    "foreman/answers.yaml": contentOf(host, "/etc/puppet-foreman-host/answers.yaml"),
    ...Object.fromEntries(
      scripts.map((script) => [`foreman/${script}`, contentOf(host, `/usr/local/sbin/${script}`)]),
    ),
    ...Object.fromEntries(
      smartProxySettings.map((file) => [
        `smart-proxy/${file}`,
        contentOf(proxy, `/etc/foreman-proxy/${file}`),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(smartProxyDoorFiles).map(([file, path]) => [
        `smart-proxy/${file}`,
        contentOf(proxy, path),
      ]),
    ),
    "smart-proxy/puppet-foreman-repository": contentOf(
      proxy,
      "/usr/local/sbin/puppet-foreman-repository",
    ),
    "registration/registration.json": contentOf(
      registration,
      "/etc/puppet-foreman/registration.json",
    ),
    "registration/puppet-foreman-register": contentOf(
      registration,
      "/usr/local/sbin/puppet-foreman-register",
    ),
    ...Object.fromEntries(
      units.map((unit) => [
        `registration/${unit}`,
        contentOf(registration, `/etc/systemd/system/${unit}`),
      ]),
    ),
  };
}
