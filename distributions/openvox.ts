import { readFileSync } from "node:fs";
import type { Distribution, DistributionName } from "./distribution.js";

/** OpenVox, Vox Pupuli's build of Puppet, from its own repository; it has the all-in-one layout in /opt/puppetlabs. */
function openvox(name: DistributionName): Distribution {
  return {
    name,
    repository: {
      url: "https://apt.voxpupuli.org",
      component: name,
      // The key that signs the repository, as published in OpenVoxProject/openvox-release.
      key: readFileSync(new URL("openvox-key.asc", import.meta.url), "utf8"),
      fingerprint: "0E26429987002418F9513F2A5FB999C2D62FF3D9",
    },
    // The agent's package has hiera-eyaml, and Puppet Server finds the agent's gems.
    packages: {
      agent: "openvox-agent",
      server: "openvox-server",
      puppetdb: ["openvoxdb"],
      puppetdbTermini: "openvoxdb-termini",
    },
    paths: {
      ruby: "/opt/puppetlabs/puppet/bin/ruby",
      puppet: "/opt/puppetlabs/bin/puppet",
      puppetserver: "/opt/puppetlabs/bin/puppetserver",
      confdir: "/etc/puppetlabs/puppet",
      ssldir: "/etc/puppetlabs/puppet/ssl",
      cadir: "/etc/puppetlabs/puppetserver/ca",
      codedir: "/etc/puppetlabs/code",
      serverConfdir: "/etc/puppetlabs/puppetserver/conf.d",
      serverServicesdir: "/etc/puppetlabs/puppetserver/services.d",
      serverVardir: "/opt/puppetlabs/server/data/puppetserver",
      serverLogdir: "/var/log/puppetlabs/puppetserver",
      serverRundir: "/run/puppetlabs/puppetserver",
      serverGems: "/opt/puppetlabs/server/data/puppetserver/jruby-gems",
      packagedServerGems: [
        "/opt/puppetlabs/server/data/puppetserver/vendored-jruby-gems",
        "/opt/puppetlabs/puppet/lib/ruby/vendor_gems",
      ],
      serverDefaults: "/etc/default/puppetserver",
      puppetdbConfdir: "/etc/puppetlabs/puppetdb",
      puppetdbLogdir: "/var/log/puppetlabs/puppetdb",
      puppetdbDefaults: "/etc/default/puppetdb",
    },
    users: { puppet: "puppet", puppetdb: "puppetdb", agent: "root" },
    services: { agent: "puppet", server: "puppetserver", puppetdb: "puppetdb" },
  };
}

/** OpenVox 8. */
export const openvox8 = openvox("openvox8");

/** OpenVox 9. Its packages need Java 21 or later, and so Debian 13 or Ubuntu 24.04 or newer. */
export const openvox9 = openvox("openvox9");
