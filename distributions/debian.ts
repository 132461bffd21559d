import type { Distribution } from "./distribution.js";

/** Debian's own packages, from Debian 13 on: Puppet Server 8, agent 8. */
export const debian: Distribution = {
  name: "debian",
  packages: { agent: "puppet-agent", server: "puppetserver" },
  paths: {
    ruby: "/usr/bin/ruby",
    puppet: "/usr/bin/puppet",
    puppetserver: "/usr/bin/puppetserver",
    confdir: "/etc/puppet",
    ssldir: "/var/lib/puppet/ssl",
    cadir: "/etc/puppet/puppetserver/ca",
    codedir: "/etc/puppet/code",
    serverConfdir: "/etc/puppet/puppetserver/conf.d",
    serverServicesdir: "/etc/puppet/puppetserver/services.d",
    serverVardir: "/var/lib/puppetserver",
    serverLogdir: "/var/log/puppetserver",
    serverRundir: "/run/puppetserver",
    serverDefaults: "/etc/default/puppetserver",
  },
  users: { puppet: "puppet" },
  services: { agent: "puppet", server: "puppetserver" },
};
